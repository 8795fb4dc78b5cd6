import { Producer, stringSerializers } from '@platformatic/kafka'
import { useKafka } from 'odradek/vitest'
import { expect, test } from 'vitest'
import { startShipping } from './shipping.js'

const kafka = useKafka({ topics: ['orders', 'shipments'] })

test('ships an order', async () => {
  const shipping = await startShipping({ brokers: kafka.brokers })
  await kafka.produce('orders', { key: '1', value: { id: 7 } })
  await kafka.waitForRecord('shipments', { key: '1', value: { shipped: expect.any(Number) } })
  await shipping.stop()
})

test('knows nothing of the test before', async () => {
  expect(await kafka.records('shipments')).toEqual([])
})

test('ships although a broker refuses the first attempts', async () => {
  const shipping = await startShipping({ brokers: kafka.brokers })
  await kafka.faults.error('Produce', 'NOT_LEADER_OR_FOLLOWER', { topic: 'shipments', times: 2 })
  await kafka.produce('orders', { key: '2', value: { id: 8 } })
  await kafka.waitForRecord('shipments', { key: '2', value: { shipped: 8 } })
  await shipping.stop()
})

test('a client keeps its connection while its cluster is reset, restored and grows old', async () => {
  const producer = new Producer({ bootstrapBrokers: kafka.brokers, clientId: 'shop', serializers: stringSerializers })
  const order = value => producer.send({ messages: [{ topic: 'orders', key: 'k', value }] })
  const values = async () => (await kafka.records('orders')).map(record => record.value)
  await order('first')
  const snapshot = await kafka.snapshot()
  await order('second')
  expect(await values()).toEqual(['first', 'second'])

  await kafka.restore(snapshot)
  await order('third')
  expect(await values()).toEqual(['first', 'third'])

  await kafka.reset()
  await order('fourth')
  expect(await values()).toEqual(['fourth'])

  await kafka.clock.advance('15d')
  await order('fifth')
  expect(await values()).toEqual(['fifth'])
  await producer.close()
})
