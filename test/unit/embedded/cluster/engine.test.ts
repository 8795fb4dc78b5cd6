import { Metadata } from '../../../../src/protocol/messages/metadata'
import { Produce } from '../../../../src/protocol/messages/produce'
import { EngineBench } from '../../../support/engine-bench'

test('a broker has started when its topics have leaders, and is gone when it has stopped', async () => {
  const bench = new EngineBench()
  const { cluster, port } = await bench.start({ topics: ['orders', { name: 'users', partitions: 3 }] })
  const client = await bench.connect(port)
  const { topics } = await bench.world.until(client.request(Metadata, 9, { topics: null }))
  expect(topics.map(({ name, partitions }) => [name, partitions.map(({ leaderId }) => leaderId)])).toEqual([
    ['orders', [1]],
    ['users', [1, 1, 1]],
  ])
  client.close()
  expect(await bench.ask(cluster, 'stop', { drainMs: 100 })).toEqual([])
  await expect(bench.connect(port)).rejects.toThrow()
  await expect(bench.ask(cluster, 'connections', null)).rejects.toThrow('this broker has been stopped')
})

test('stopping gives those who were still connected, with what they did', async () => {
  const bench = new EngineBench()
  const { cluster, port } = await bench.start({ topics: ['orders'] })
  const client = await bench.connect(port, 'orders-svc')
  await bench.world.until(client.request(Produce, 9, { acks: 1, timeoutMs: 1000, topicData: [] }))
  const connected = [{ clientId: 'orders-svc', produces: true, fetches: false, members: [] }]
  expect(await bench.ask(cluster, 'connections', null)).toMatchObject(connected)
  expect(await bench.ask(cluster, 'stop', { drainMs: 100 })).toMatchObject(connected)
})

test('settings that nobody knows are refused, and the port is not kept', async () => {
  const bench = new EngineBench()
  await expect(bench.start({ config: { 'num.partition': 3 } })).rejects.toThrow('num.partitions')
  const { cluster } = await bench.start()
  await expect(bench.start()).rejects.toMatchObject({ name: 'BrokerError', code: 'EADDRINUSE' })
  await bench.ask(cluster, 'stop', { drainMs: 0 })
  await expect(bench.start({ topics: ['a b'] })).rejects.toMatchObject({ code: 'INVALID_TOPIC_EXCEPTION' })
  await bench.start()
})

test('topics are made and deleted; what Kafka says against it is what the caller hears', async () => {
  const bench = new EngineBench()
  const { cluster } = await bench.start({ topics: ['orders'] })
  await bench.ask(cluster, 'createTopics', [{ name: 'users', config: { 'cleanup.policy': 'compact' } }])
  await expect(bench.ask(cluster, 'createTopics', [{ name: 'users' }])).rejects.toMatchObject({
    code: 'TOPIC_ALREADY_EXISTS',
  })
  await bench.ask(cluster, 'deleteTopics', ['users'])
  await expect(bench.ask(cluster, 'deleteTopics', ['users'])).rejects.toMatchObject({
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
  })
})

test('a directory keeps its topics for the next start', async () => {
  const bench = new EngineBench()
  const options = { storage: { dir: '/data', fsync: 'always' }, topics: ['orders'] } as const
  const first = await bench.start(options)
  await bench.ask(first.cluster, 'stop', { drainMs: 0 })
  const second = await bench.start(options)
  expect(second.clusterId).toBe(first.clusterId)
})

test('closing the engine stops all', async () => {
  const bench = new EngineBench()
  await bench.start()
  await bench.world.until(bench.engine.close())
  await bench.start()
})

test('who wants information is told once how it began, its profile in a line', async () => {
  const bench = new EngineBench()
  const config = { 'min.insync.replicas': 1, 'offsets.topic.replication.factor': 3 }
  await bench.start({ log: 'info', config, topics: ['orders'] })
  expect(bench.lines.filter(line => / (ready|config-note) /.test(line))).toEqual([
    expect.stringMatching(
      / info {2}ready brokers=a:9092 storage=memory profile="test: rebalance delay 0 ms, fetch waits at most 15 ms, lost members evicted after 250 ms"$/,
    ),
    expect.stringContaining('offsets.topic.replication.factor=3 (config of startBroker) needs 3 brokers'),
  ])
  const strict = new EngineBench()
  await strict.start({ log: 'info', profile: 'strict' })
  expect(strict.lines.join('\n')).toContain('profile="strict: waits as Apache Kafka does"')
  const usual = new EngineBench()
  await usual.start({ config })
  expect(usual.lines).toEqual([])
})
