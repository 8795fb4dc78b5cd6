// What tests are given when their file does not say otherwise: options of the config, and what was there before them.
import { expect, test } from 'odradek/vitest'

test.beforeAll(async ({ kafkaOrigin }) => {
  await kafkaOrigin.produce('prices', { key: 'tea', value: '3' })
})

test('the options of the config, and what the broker of the file has', async ({ kafka }) => {
  expect(await kafka.records('prices')).toMatchObject([{ key: 'tea', value: '3' }])
  await kafka.produce('prices', { key: 'tea', value: '4' })
})

test('each test begins as the first', async ({ kafka, kafkaOrigin }) => {
  expect(await kafka.records('prices')).toHaveLength(1)
  expect(kafka.brokers).not.toEqual(kafkaOrigin.brokers)
})
