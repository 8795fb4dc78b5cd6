import { Consumer, MessagesStreamModes, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka'
import { expect, test as base } from 'odradek/vitest'
import { startShipping } from './shipping.js'

const test = base.extend({ kafkaOptions: { topics: ['orders', 'shipments'] } })

test('ships an order', async ({ kafka }) => {
  const shipping = await startShipping({ brokers: kafka.brokers })
  await kafka.produce('orders', { key: '1', value: { id: 7 } })
  await expect(kafka).toHaveRecord('shipments', { key: '1', value: { shipped: expect.any(Number) } })
  await shipping.stop()
})

test('knows nothing of the test before', async ({ kafka }) => {
  expect(await kafka.records('shipments')).toEqual([])
})

test('ships although a broker refuses the first attempts', async ({ kafka }) => {
  const shipping = await startShipping({ brokers: kafka.brokers })
  await kafka.faults.error('Produce', 'NOT_LEADER_OR_FOLLOWER', { topic: 'shipments', times: 2 })
  await kafka.produce('orders', { key: '2', value: { id: 8 } })
  await expect(kafka).toHaveRecord('shipments', { key: '2', value: { shipped: 8 } })
  await shipping.stop()
})

const places = new Set()
test.concurrent.for(['a', 'b', 'c'])('tests that run at the same time do not meet: %s', async (value, { kafka }) => {
  places.add(kafka.port)
  await kafka.produce('orders', { value })
  await expect(kafka).toHaveRecord('orders', { value })
  expect(await kafka.records('orders')).toHaveLength(1)
})

test('a client keeps its connection while its cluster is reset, restored and grows old', async ({ kafka }) => {
  expect(places.size).toBe(3)
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

test('a consumer reads on when topics are kept, and has to consume anew where offsets begin again', async ({ kafka }) => {
  const options = { bootstrapBrokers: kafka.brokers, clientId: 'shop', retryDelay: 50 }
  const consumer = new Consumer({
    ...options,
    groupId: 'readers',
    heartbeatInterval: 100,
    deserializers: stringDeserializers,
  })
  const consume = () =>
    consumer.consume({
      topics: ['orders'],
      mode: MessagesStreamModes.COMMITTED,
      fallbackMode: 'earliest',
      autocommit: true,
      maxWaitTime: 100,
    })
  const next = stream => new Promise((resolve, reject) => void stream.once('data', resolve).once('error', reject))
  const stream = await consume()
  const first = next(stream)
  await kafka.produce('orders', { key: '1', value: 'a' })
  expect((await first).value).toBe('a')

  await kafka.reset({ keepTopics: true })
  const second = next(stream)
  await kafka.produce('orders', { key: '1', value: 'b' })
  expect((await second).value).toBe('b')

  const over = new Promise(resolve => void stream.once('error', resolve))
  await kafka.reset()
  expect(await over).toMatchObject({ errors: expect.any(Array) })
  const anew = await consume()
  const third = next(anew)
  await kafka.produce('orders', { key: '1', value: 'c' })
  expect((await third).value).toBe('c')
  await consumer.close(true)
})
