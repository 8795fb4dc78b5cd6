import { expect, test as base } from 'odradek/vitest'
import { inject, vi } from 'vitest'
import { startShipping } from './shipping.js'

const test = base.extend({ service: 'shipping' }).extend({ kafkaOptions: { topics: ['orders', 'shipments'] } })

test('ships an order, also for those who stop the clock', async ({ kafka, service }) => {
  const shipping = await startShipping({ brokers: kafka.brokers })
  await kafka.waitForGroup(service, { assigned: ['orders'] })
  vi.useFakeTimers({ toFake: ['Date'] })
  await kafka.produce('orders', { key: '1', value: { id: 7 } })
  await expect(kafka).toHaveRecord('shipments', { key: '1', value: { shipped: expect.any(Number) } })
  vi.useRealTimers()
  await shipping.stop()
})

test('has the topics of this file, and nothing of the test before', async ({ kafka }) => {
  expect((await kafka.topics()).map(({ name }) => name)).toEqual(['orders', 'shipments'])
  expect(await kafka.records('shipments')).toEqual([])
})

test('ships although the broker refuses the first attempt', async ({ kafka }) => {
  const shipping = await startShipping({ brokers: kafka.brokers })
  const refused = await kafka.faults.on('Produce', () => 'NOT_LEADER_OR_FOLLOWER', { times: 1 })
  await kafka.produce('orders', { key: '2', value: { id: 8 } })
  await expect(kafka).toHaveRecord('shipments', { key: '2', value: { shipped: 8 } })
  expect(await refused.hits()).toBe(1)
  await shipping.stop()
})

test('the broker of the whole run', async () => {
  expect(inject('kafkaBrokers')).toEqual([process.env.KAFKA_BROKERS])
})
