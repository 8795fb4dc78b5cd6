// Run by jest: data, and waiting for what a client does.
const { startBroker } = require('odradek')
const { Kafka, logLevel } = require('kafkajs')

let kafka
let client
beforeAll(async () => {
  kafka = await startBroker({ topics: ['orders', { name: 'wide', partitions: 3 }] })
  client = new Kafka({ brokers: kafka.brokers, clientId: 'svc', logLevel: logLevel.NOTHING })
})
afterAll(() => kafka.stop())

test.each(['worker', 'inline', 'process'])('an error from a broker in a %s names the line of the test', async isolation => {
  const other = await startBroker({ isolation, topics: ['orders'] })
  const asks = {
    produce: () => other.produce('orders', { value: 'x', partition: 7 }),
    records: () => other.records('oders'),
    createTopics: () => other.createTopics('orders'),
    fault: () => other.faults.error('Produze', 'NOT_CONTROLLER'),
    startBroker: () => startBroker({ isolation, config: { 'num.partitions': 'x' } }),
  }
  for (const [name, ask] of Object.entries(asks)) {
    const { stack } = await ask().catch(error => error)
    expect([name, stack]).toEqual([name, expect.stringMatching(/^BrokerError: [^]*data\.test\.js:\d+/)])
  }
  await expect(asks.produce()).rejects.toMatchObject({
    message: 'orders has no partition 7: it has 1, from 0 on',
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
  })
  await other.stop()
})

test('a service that ships orders', async () => {
  const producer = client.producer()
  const consumer = client.consumer({ groupId: 'shipping' })
  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({ topic: 'orders', fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const { id } = JSON.parse(String(message.value))
      await producer.send({ topic: 'shipments', messages: [{ key: message.key, value: JSON.stringify({ shipped: id }) }] })
    },
  })
  const group = await kafka.waitForGroup('shipping', { members: 1, assigned: ['orders'] })
  expect(group.members[0]).toMatchObject({ clientId: 'svc', assigned: [{ topic: 'orders', partition: 0 }] })

  await kafka.produce('orders', { key: '1', value: { id: 7 }, headers: { trace: 'abc' } })
  const shipment = await kafka.waitForRecord('shipments', { key: '1', value: { shipped: expect.any(Number) } })
  expect(shipment).toMatchObject({ topic: 'shipments', offset: 0, value: { shipped: 7 } })
  await kafka.waitForGroup('shipping', { caughtUp: true })
  expect(await kafka.lag('shipping')).toMatchObject({ total: 0, seconds: 0, partitions: [{ committed: 1, end: 1 }] })

  await consumer.disconnect()
  await kafka.waitForGroup('shipping', { members: 0 })
  await kafka.produce('orders', [{ value: { id: 8 }, timestampMs: Date.now() - 5000 }, { value: { id: 9 } }])
  const lag = await kafka.lag('shipping')
  expect(lag.total).toBe(2)
  expect(lag.seconds).toBeGreaterThanOrEqual(5)
  await producer.disconnect()
})

test('clients and the broker choose the same partition for a key', async () => {
  const producer = client.producer()
  await producer.connect()
  const keys = Array.from({ length: 20 }, (_, i) => `key-${i}`)
  await producer.send({ topic: 'wide', messages: keys.map(key => ({ key, value: 'client' })) })
  await producer.disconnect()
  await kafka.produce('wide', keys.map(key => ({ key, value: 'broker' })))
  const partitionsOf = new Map()
  for (const { key, partition } of await kafka.waitForRecords('wide', 40)) {
    partitionsOf.set(key, new Set([...(partitionsOf.get(key) ?? []), partition]))
  }
  expect([...partitionsOf.values()].map(partitions => partitions.size)).toEqual(keys.map(() => 1))
})

test('what an aborted transaction wrote is not there', async () => {
  const producer = client.producer({ transactionalId: 'tx', maxInFlightRequests: 1, idempotent: true })
  await producer.connect()
  for (const end of ['abort', 'commit']) {
    const transaction = await producer.transaction()
    await transaction.send({ topic: 'payments', messages: [{ value: end }] })
    await transaction[end]()
  }
  await producer.disconnect()
  expect(await kafka.waitForRecord('payments', { value: 'commit' })).toMatchObject({ value: 'commit' })
  expect((await kafka.records('payments')).map(({ value }) => value)).toEqual(['commit'])
  expect(await kafka.records('payments', { to: 0 })).toEqual([])
  expect(await kafka.topics()).toContainEqual({ name: 'wide', partitions: 3, replicationFactor: 1, config: {} })
})

test('a wait that fails says what was there instead', async () => {
  await kafka.produce('seen', { key: 'a', value: { id: 1 } })
  await expect(kafka.waitForRecord('seen', { key: 'b' }, { timeoutMs: 50 })).rejects.toThrow(
    'no record of seen has {"key":"b"}. 1 record was there:\n  partition 0, offset 0: key="a" value={"id":1}',
  )
  await expect(kafka.waitForRecords('seen', 2, { timeoutMs: 50 })).rejects.toThrow('seen does not have 2 records. 1 record')
  await expect(kafka.waitForGroup('nobody', { members: 2, timeoutMs: 50 })).rejects.toThrow(
    'group nobody is not Stable, of 2 members after 50 ms. It is Dead, with 0 members.',
  )
  await expect(kafka.records('missing')).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
})
