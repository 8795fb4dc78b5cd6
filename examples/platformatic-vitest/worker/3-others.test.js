import { expect, test as base } from 'odradek/vitest'

const test = base.extend({ kafkaOptions: { scope: 'worker', topics: ['others'] } })

test('and one with other options is another one', async ({ kafka }) => {
  expect((await kafka.topics()).map(({ name }) => name)).toEqual(['others'])
})
