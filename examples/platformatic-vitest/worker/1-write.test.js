import { expect, test } from 'odradek/vitest'

test('the cluster of the worker', async ({ kafka, kafkaOrigin }) => {
  expect(kafka).toBe(kafkaOrigin)
  expect(await kafka.records('orders')).toEqual([])
  await kafka.produce('orders', { key: '1', value: 'of another file' })
})
