// Run by jest: a client that lives through what becomes of its cluster.
const { startBroker } = require('odradek')
const { Kafka, logLevel } = require('kafkajs')

let kafka
beforeAll(async () => {
  kafka = await startBroker({ topics: ['orders'], log: 'silent' })
})
afterAll(() => kafka.stop())

async function consumerOf(broker) {
  const client = new Kafka({ brokers: broker.brokers, clientId: 'svc', logLevel: logLevel.NOTHING, retry: { initialRetryTime: 20 } })
  const consumer = client.consumer({ groupId: 'shipping', heartbeatInterval: 50 })
  const values = []
  let told = () => {}
  await consumer.connect()
  await consumer.subscribe({ topic: 'orders', fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      values.push(String(message.value))
      told()
    },
  })
  const has = value =>
    new Promise(resolve => {
      told = () => values.includes(value) && resolve()
      told()
    })
  return { consumer, values, has }
}

test('one test, one cluster: what one does no other sees', async () => {
  await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const own = await kafka.fork()
      const { consumer, values, has } = await consumerOf(own)
      await own.produce('orders', { value: `of ${index}` })
      await has(`of ${index}`)
      expect(values).toEqual([`of ${index}`])
      await consumer.disconnect()
      await own.stop()
    }),
  )
  expect(await kafka.records('orders')).toEqual([])
})

test('a consumer goes on through resets and restores', async () => {
  const own = await kafka.fork()
  const { consumer, values, has } = await consumerOf(own)
  await own.produce('orders', [{ value: 'a' }, { value: 'b' }])
  await has('b')
  await own.waitForGroup('shipping', { caughtUp: true })
  const snapshot = await own.snapshot()

  await own.reset({ keepTopics: true, keepGroups: true })
  await own.produce('orders', { value: 'c' })
  await has('c')
  expect(values).toEqual(['a', 'b', 'c'])

  await own.restore(snapshot)
  await own.waitForGroup('shipping', { members: 1, assigned: ['orders'] })
  await own.produce('orders', { value: 'd' })
  await has('d')
  expect((await own.records('orders')).map(({ value }) => value)).toEqual(['a', 'b', 'd'])

  await own.reset()
  await own.waitForGroup('shipping', { members: 1, assigned: ['orders'] })
  await own.produce('orders', { value: 'e' })
  await has('e')
  await consumer.disconnect()
  await own.stop()
})

test('forks end with their origin', async () => {
  const origin = await startBroker({ log: 'silent' })
  const fork = await origin.fork({ from: 'empty' })
  await origin.stop()
  await expect(fork.createTopics('a')).rejects.toThrow('this broker has been stopped')
  await fork.stop()
})

test('time passes for a cluster, not for its clients', async () => {
  const own = await kafka.fork()
  await own.produce('orders', { value: 'old' })
  const client = new Kafka({ brokers: own.brokers, logLevel: logLevel.NOTHING })
  await own.clock.advance('8d')
  expect(await own.clock.now()).toBeGreaterThan(Date.now() + 7 * 86_400_000)
  const admin = client.admin()
  await admin.connect()
  expect(await admin.fetchTopicOffsets('orders')).toMatchObject([{ low: '1', high: '1' }])
  await admin.disconnect()
  await own.stop()
})

test('a client survives faults, and an answer that is lost is not a record written twice', async () => {
  const own = await kafka.fork()
  const client = new Kafka({ brokers: own.brokers, logLevel: logLevel.NOTHING, retry: { initialRetryTime: 20 } })
  const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const send = value => producer.send({ topic: 'orders', messages: [{ value }] })
  await own.faults.error('Produce', 'NOT_LEADER_OR_FOLLOWER', { topic: 'orders', times: 2 })
  await send('a')
  await own.faults.drop('Produce', { times: 1, after: true })
  await send('b')
  const fault = await own.faults.error('Produce', 'TOPIC_AUTHORIZATION_FAILED')
  await expect(send('c')).rejects.toMatchObject({ type: 'TOPIC_AUTHORIZATION_FAILED' })
  await fault.lift()
  expect((await own.records('orders')).map(({ value }) => value)).toEqual(['a', 'b'])
  await producer.disconnect()
  await own.stop()
})
