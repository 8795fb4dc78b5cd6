// What tests are given when their file does not say otherwise, and by hooks.
import { describe } from 'vitest'
import { expect, test, useKafka } from 'odradek/vitest'

test('the options of the config', async ({ kafka, kafkaOrigin }) => {
  expect((await kafka.topics()).map(({ name }) => name)).toEqual(['prices'])
  expect(kafka.brokers).not.toEqual(kafkaOrigin.brokers)
})

describe('by hooks', () => {
  const kafka = useKafka({ topics: ['orders'] })
  for (const value of ['a', 'b']) {
    test(`a cluster of its own: ${value}`, async () => {
      await kafka.produce('orders', { value })
      expect((await kafka.records('orders')).map(record => record.value)).toEqual([value])
    })
  }
})
