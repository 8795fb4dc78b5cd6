// Run by jest: a function of the test decides what becomes of requests, events, and who may come in, with kafkajs, wherever
// the broker runs.
const { startBroker } = require('odradek')
const { Kafka, logLevel } = require('kafkajs')

const places = ['worker', 'inline', 'process']
const clientOf = (kafka, options = {}) =>
  new Kafka({ brokers: kafka.brokers, clientId: 'svc', logLevel: logLevel.NOTHING, ...options })

test.each(places)('a request is seen, refused, answered and let go on, %s', async isolation => {
  const kafka = await startBroker({ isolation, topics: ['orders', 'users'], log: 'silent' })
  const { faults } = kafka
  const producer = clientOf(kafka, { retry: { initialRetryTime: 20 } }).producer()
  const other = clientOf(kafka, { clientId: 'other' }).producer()
  await producer.connect()
  await other.connect()
  const seen = []
  let open
  const gate = new Promise(resolve => (open = resolve))
  const refused = await faults.on('Produce', async ({ topicData }, { clientId, version, node }) => {
    const [{ name, partitionData }] = topicData
    seen.push({ name, clientId, node, isBuffer: Buffer.isBuffer(partitionData[0].records) })
    expect(version).toBeGreaterThan(2)
    if (seen.length > 1) return
    await gate
    return 'NOT_LEADER_OR_FOLLOWER'
  }, { topic: 'orders' })
  const sent = producer.send({ topic: 'orders', messages: [{ value: 'of svc' }] })
  while (seen.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
  await other.send({ topic: 'users', messages: [{ value: 'meanwhile' }] })
  expect(await kafka.records('orders')).toEqual([])
  open()
  await sent
  expect(await kafka.records('orders')).toMatchObject([{ value: 'of svc' }])
  expect(seen).toEqual([0, 1].map(() => ({ name: 'orders', clientId: 'svc', node: kafka.nodes[0].id, isBuffer: true })))
  expect(await refused.hits()).toBe(2)
  await refused.lift()

  const admin = clientOf(kafka).admin()
  await admin.connect()
  await faults.on('ListGroups', () => ({ groups: [{ groupId: 'made-up', protocolType: 'consumer' }] }), { times: 1 })
  expect((await admin.listGroups()).groups).toMatchObject([{ groupId: 'made-up' }])
  expect((await admin.listGroups()).groups).toEqual([])
  await faults.on('ListGroups', (_request, { drop }) => drop(), { times: 1 })
  await expect(admin.listGroups()).rejects.toThrow('Closed connection')
  await admin.disconnect()
  await producer.disconnect()
  await other.disconnect()
  await kafka.stop()
})

test.each(places)('one that never answers holds up nobody for long, %s', async isolation => {
  const lines = []
  const kafka = await startBroker({ isolation, topics: ['orders'], log: line => lines.push(line) })
  const admin = clientOf(kafka, { retry: { retries: 0 } }).admin()
  await admin.connect()
  await kafka.faults.on('ListGroups', () => new Promise(() => {}), { timeoutMs: 50, times: 1 })
  await expect(admin.listGroups()).rejects.toThrow('The server experienced an unexpected error')
  expect(lines).toEqual([expect.stringContaining('did not answer within 50 ms')])
  expect((await admin.listGroups()).groups).toEqual([])
  await admin.disconnect()
  await kafka.stop()
})

test.each(places)('what a service does is told, %s', async isolation => {
  const kafka = await startBroker({ isolation, topics: ['orders'] })
  const told = []
  const ends = []
  for (const name of ['produce', 'commit', 'join', 'leave']) {
    ends.push(await kafka.on(name, what => told.push({ name, ...what })))
  }
  const consumer = clientOf(kafka).consumer({ groupId: 'shipping' })
  await consumer.connect()
  await consumer.subscribe({ topic: 'orders', fromBeginning: true })
  await consumer.run({ eachMessage: async () => {} })
  const producer = clientOf(kafka).producer()
  await producer.connect()
  await producer.send({ topic: 'orders', messages: [{ value: 'a' }, { value: 'b' }] })
  await kafka.waitForGroup('shipping', { members: 1, caughtUp: true })
  await consumer.disconnect()
  await producer.disconnect()
  await kafka.waitForGroup('shipping', { members: 0 })
  while (!told.some(({ name }) => name === 'leave')) await new Promise(resolve => setTimeout(resolve, 5))
  expect(told.map(({ name }) => name)).toEqual(['join', 'produce', 'commit', 'leave'])
  const memberId = expect.stringMatching(/^svc-/)
  expect(told).toMatchObject([
    { group: 'shipping', memberId, clientId: 'svc' },
    { topic: 'orders', partition: 0, offset: 0, records: 2, clientId: 'svc' },
    { group: 'shipping', memberId, topic: 'orders', partition: 0, offset: 2 },
    { group: 'shipping', memberId, reason: expect.any(String) },
  ])
  for (const end of ends) end()
  await kafka.produce('orders', { value: 'unheard' })
  expect(told).toHaveLength(4)
  await kafka.stop()
})

test.each(places)('clients say who they are, %s', async isolation => {
  const users = [
    { name: 'ann', password: 'secret' },
    { name: 'bob', password: 'of "bob"', mechanism: 'PLAIN' },
  ]
  const kafka = await startBroker({ isolation, topics: ['orders'], sasl: { users }, log: 'silent' })
  const fork = await kafka.fork({ from: 'empty' })
  const come = async (at, mechanism, username, password) => {
    const admin = clientOf(at, { sasl: { mechanism, username, password }, retry: { retries: 0 } }).admin()
    await admin.connect()
    await admin.listTopics()
    await admin.disconnect()
  }
  for (const at of [kafka, fork]) {
    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512']) await come(at, mechanism, 'ann', 'secret')
    await come(at, 'plain', 'bob', 'of "bob"')
  }
  await expect(come(kafka, 'plain', 'ann', 'wrong')).rejects.toThrow(/Invalid username or password/)
  await expect(come(kafka, 'scram-sha-256', 'bob', 'of "bob"')).rejects.toThrow()
  const stranger = clientOf(kafka, { retry: { retries: 0 } }).admin()
  await expect(stranger.connect().then(() => stranger.listTopics())).rejects.toThrow()
  await stranger.disconnect()
  await kafka.stop()
})
