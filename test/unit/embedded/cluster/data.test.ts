import { toProduce, type RecordInput } from '../../../../src/embedded/contract/values'
import { FindCoordinator } from '../../../../src/protocol/messages/find-coordinator'
import { Produce } from '../../../../src/protocol/messages/produce'
import { buildBatch } from '../../../../src/protocol/records/records'
import { EngineBench } from '../../../support/engine-bench'

async function bench() {
  const bench = new EngineBench()
  const { cluster } = await bench.start({ topics: ['orders', { name: 'wide', partitions: 3 }] })
  const produce = (topic: string, ...records: RecordInput[]) =>
    bench.ask(cluster, 'produce', { topic, records: records.map(toProduce) })
  const ask = (topic: string, more = {}) =>
    ({ topic, partition: null, from: 'start', next: [], waitMs: 0, ...more }) as const
  const read = (topic: string, more = {}) => bench.ask(cluster, 'read', ask(topic, more))
  const values = async (topic: string, more = {}) =>
    (await read(topic, more)).records.map(({ value }) => value && Buffer.from(value).toString())
  return { bench, cluster, produce, read, values }
}

test('what is produced is read, by offset and by time', async () => {
  const { produce, values } = await bench()
  const written = await produce('orders', { value: 'a', timestampMs: 10 }, { value: 'b', timestampMs: 20 })
  expect(written).toEqual([
    { partition: 0, offset: 0, timestampMs: 10 },
    { partition: 0, offset: 1, timestampMs: 20 },
  ])
  expect(await values('orders')).toEqual(['a', 'b'])
  expect(await values('orders', { from: 1 })).toEqual(['b'])
  expect(await values('orders', { from: { timestampMs: 15 } })).toEqual(['b'])
  expect(await values('orders', { from: { timestampMs: 25 } })).toEqual([])
  expect(await values('orders', { from: 'end' })).toEqual([])
  expect(await values('orders', { next: [[0, 1]] })).toEqual(['b'])
})

test('reading ends where it is told to', async () => {
  const { produce, values } = await bench()
  await produce('orders', ...[10, 20, 30].map(timestampMs => ({ value: String(timestampMs), timestampMs })))
  expect(await values('orders', { to: 2 })).toEqual(['10', '20'])
  expect(await values('orders', { from: 1, to: 2 })).toEqual(['20'])
  expect(await values('orders', { from: 2, to: 2 })).toEqual([])
  expect(await values('orders', { to: 7 })).toEqual(['10', '20', '30'])
  expect(await values('orders', { to: 'end' })).toEqual(['10', '20', '30'])
  expect(await values('orders', { to: 'start' })).toEqual([])
  expect(await values('orders', { to: { timestampMs: 25 } })).toEqual(['10', '20'])
  expect(await values('orders', { to: { timestampMs: 35 } })).toEqual(['10', '20', '30'])
})

test('reading ends in the middle of a batch', async () => {
  const { bench: at, cluster, values } = await bench()
  const client = await at.connect(9092)
  const records = buildBatch({
    records: ['a', 'b', 'c'].map(value => ({ timestampMs: 1, key: null, value: Buffer.from(value), headers: [] })),
  })
  const topicData = [{ name: 'orders', partitionData: [{ index: 0, records }] }]
  await at.world.until(client.request(Produce, 9, { acks: 1, timeoutMs: 1_000, topicData }))
  expect(await values('orders', { to: 2 })).toEqual(['a', 'b'])
  expect(await values('orders', { from: 1, to: 2 })).toEqual(['b'])
  const more = await at.ask(cluster, 'read', {
    topic: 'orders',
    partition: 0,
    from: 0,
    to: 2,
    next: [[0, 3]],
    waitMs: 1,
  })
  expect(more.records).toEqual([])
})

test('topics as they would be made again', async () => {
  const { bench: at, cluster } = await bench()
  await at.ask(cluster, 'createTopics', [{ name: 'compact', config: { 'cleanup.policy': 'compact' } }])
  // A group makes the topic of offsets, which is Kafka's own affair.
  const client = await at.connect(9092)
  await at.world.until(client.request(FindCoordinator, 4, { keyType: 0, coordinatorKeys: ['g'] }))
  expect(await at.ask(cluster, 'topics', null)).toEqual([
    { name: 'compact', partitions: 1, replicationFactor: 1, config: { 'cleanup.policy': 'compact' } },
    { name: 'orders', partitions: 1, replicationFactor: 1, config: {} },
    { name: 'wide', partitions: 3, replicationFactor: 1, config: {} },
  ])
})

test('a topic that is missing is made by producing, and is an error for who reads without waiting', async () => {
  const { produce, read, values } = await bench()
  await expect(read('new')).rejects.toMatchObject({
    message: 'there is no topic new; there are orders, wide',
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
  })
  await produce('new', { value: null, key: 'k' })
  expect(await values('new')).toEqual([null])
})

test('records find their partitions by key, or are told theirs', async () => {
  const { produce, values } = await bench()
  const [first, second] = await produce('wide', { key: 'k', value: '1' }, { key: 'k', value: '2' })
  expect(second!.partition).toBe(first!.partition)
  await produce('wide', { value: '3', partition: 2 })
  expect(await values('wide', { partition: 2 })).toContain('3')
  await expect(produce('wide', { value: '4', partition: 3 })).rejects.toMatchObject({
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
  })
})

test('who asks for a partition that there is not is told, at once or when the time is up', async () => {
  const { read, values } = await bench()
  for (const waitMs of [0, 50]) {
    await expect(read('wide', { partition: 9, waitMs })).rejects.toMatchObject({
      message: 'wide has no partition 9: it has 3, from 0 on',
      code: 'INVALID_PARTITIONS',
    })
  }
  expect(await values('wide', { partition: 2 })).toEqual([])
})

test('the topics of the broker itself are not written, and a refusal says of which partition it is', async () => {
  const { produce } = await bench()
  for (const topic of ['__consumer_offsets', '__transaction_state']) {
    await expect(produce(topic, { key: 'k', value: 'garbage', partition: 0 })).rejects.toMatchObject({
      message: expect.stringContaining(`${topic} is written by the broker alone`),
      code: 'INVALID_TOPIC_EXCEPTION',
    })
  }
  await expect(produce('wide', { value: 'x', partition: 7 })).rejects.toMatchObject({
    message: 'wide has no partition 7: it has 3, from 0 on',
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
  })
  await expect(produce('orders', { value: 'x'.repeat(2 ** 21) })).rejects.toMatchObject({
    message: expect.stringContaining('a record for orders-0 was refused'),
    code: 'MESSAGE_TOO_LARGE',
  })
})

test('nobody is given less than there is without a word', async () => {
  const at = new EngineBench()
  const { cluster } = await at.start({ brokers: 2, topics: [{ name: 'orders', partitions: 2, replicationFactor: 1 }] })
  const records = [0, 1].map(partition => toProduce({ value: 'a', partition }))
  await at.ask(cluster, 'produce', { topic: 'orders', records })
  const down = await at.ask(cluster, 'leaderOf', { topic: 'orders', partition: 1 })
  await at.ask(cluster, 'stopNode', down!)
  const ask = { topic: 'orders', partition: null, from: 'start', next: [], waitMs: 0 } as const
  await expect(at.ask(cluster, 'read', ask)).rejects.toMatchObject({
    message: expect.stringContaining('nobody leads orders-1'),
    code: 'LEADER_NOT_AVAILABLE',
  })
  expect((await at.ask(cluster, 'read', { ...ask, partition: 0 })).records).toHaveLength(1)
})

test('who waits is woken by a record, also of a topic that comes later, or told that time was up', async () => {
  const { bench: at, cluster, produce, read } = await bench()
  const waiting = at.engine.ask(cluster, 'read', {
    topic: 'later',
    partition: null,
    from: 'start',
    next: [],
    waitMs: 1_000,
  })
  await at.world.runFor(100)
  await produce('later', { value: 'x' })
  const answer = await at.world.until(waiting)
  expect(answer.records).toHaveLength(1)
  expect(answer.next).toEqual([[0, 1]])
  expect(answer.leftMs).toBeGreaterThan(0)
  expect(await read('orders', { waitMs: 50 })).toMatchObject({ records: [], leftMs: -1 })
})

test('who waits for a broker that stops is told', async () => {
  const { bench: at, cluster } = await bench()
  const waiting = at.engine.ask(cluster, 'waitForGroup', {
    group: 'g',
    wish: { state: 'Stable', members: null, assigned: [], caughtUp: false },
    waitMs: 1_000,
  })
  const refused = expect(waiting).rejects.toThrow('this broker has been stopped')
  await at.world.runFor(10)
  await at.ask(cluster, 'stop', { drainMs: 0 })
  await at.world.until(refused)
})
