import type { Fault } from '../../../src/embedded/commands'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { Heartbeat } from '../../../src/protocol/messages/heartbeat'
import { Metadata } from '../../../src/protocol/messages/metadata'
import { Produce } from '../../../src/protocol/messages/produce'
import { errorNameOf } from '../../../src/protocol/errors'
import { makeBatch } from '../../support/batches'
import { EngineBench } from '../../support/engine-bench'

const plain: Fault = {
  api: '*',
  topic: null,
  group: null,
  clientId: null,
  times: null,
  error: null,
  delayMs: 0,
  drops: false,
  after: false,
}

async function bench() {
  const bench = new EngineBench()
  const { cluster, port } = await bench.start({ topics: ['orders', 'users'] })
  const client = await bench.connect(port, 'svc')
  const add = (fault: Partial<Fault>) => bench.ask(cluster, 'addFault', { ...plain, ...fault })
  const sendTo = (topic: string, version = 9, acks = 1, by = client) =>
    by.request(Produce, version, {
      acks,
      timeoutMs: 1_000,
      topicData: [{ name: topic, partitionData: [{ index: 0, records: makeBatch() }] }],
    })
  const produce = async (topic: string) => {
    const { responses } = await bench.world.until(sendTo(topic))
    return errorNameOf(responses[0]!.partitionResponses[0]!.errorCode)
  }
  const end = async (topic: string) => {
    const ask = { topic, partition: null, from: 'start', next: [], waitMs: 0 } as const
    return (await bench.ask(cluster, 'read', ask)).records.length
  }
  return { bench, cluster, port, client, add, produce, sendTo, end }
}

test('an error is told so many times, to those who name the topic', async () => {
  const { add, produce, end } = await bench()
  await add({ api: 'Produce', error: 'NOT_LEADER_OR_FOLLOWER', topic: 'orders', times: 2 })
  expect(await produce('users')).toBe('NONE')
  expect([await produce('orders'), await produce('orders'), await produce('orders')]).toEqual([
    'NOT_LEADER_OR_FOLLOWER',
    'NOT_LEADER_OR_FOLLOWER',
    'NONE',
  ])
  expect(await end('orders')).toBe(1)
})

test('the id of a topic is a name of it', async () => {
  const { bench: at, add, client } = await bench()
  const { topics } = await at.world.until(client.request(Metadata, 12, { topics: [{ name: 'orders' }] }))
  await add({ api: 'Fetch', error: 'KAFKA_STORAGE_ERROR', topic: 'orders' })
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1024 }]
  const ask = { maxWaitMs: 0, minBytes: 1, topics: [{ topicId: topics[0]!.topicId, partitions }] }
  const { errorCode } = await at.world.until(client.request(Fetch, 13, ask))
  expect(errorNameOf(errorCode)).toBe('KAFKA_STORAGE_ERROR')
})

test('by group and by client; what is lifted is over', async () => {
  const { bench: at, cluster, port, client, add } = await bench()
  const beat = async (groupId: string, by = client) => {
    const ask = { groupId, generationId: 1, memberId: 'm' }
    return errorNameOf((await at.world.until(by.request(Heartbeat, 3, ask))).errorCode)
  }
  const id = await add({ error: 'REBALANCE_IN_PROGRESS', group: 'g', clientId: 'svc' })
  const other = await at.connect(port, 'other')
  expect(await beat('g')).toBe('REBALANCE_IN_PROGRESS')
  expect(await beat('h')).not.toBe('REBALANCE_IN_PROGRESS')
  expect(await beat('g', other)).not.toBe('REBALANCE_IN_PROGRESS')
  await at.ask(cluster, 'liftFault', id)
  expect(await beat('g')).not.toBe('REBALANCE_IN_PROGRESS')
  await add({ error: 'REBALANCE_IN_PROGRESS' })
  await at.ask(cluster, 'clearFaults', null)
  expect(await beat('g')).not.toBe('REBALANCE_IN_PROGRESS')
})

test('a delayed request is carried out later, with the bytes that it came with', async () => {
  const { bench: at, add, sendTo, produce, end, port } = await bench()
  await add({ api: 'Produce', delayMs: 500, times: 1 })
  const before = at.world.nowMs
  const delayed = sendTo('orders')
  // What comes meanwhile uses the buffer of the network again.
  const other = await at.connect(port, 'other')
  await at.world.until(sendTo('users', 9, 1, other))
  expect(await end('orders')).toBe(0)
  await at.world.until(delayed)
  expect(at.world.nowMs - before).toBeGreaterThanOrEqual(500)
  expect(await end('orders')).toBe(1)
  expect(await produce('orders')).toBe('NONE')
})

test('a connection drops before what was asked, or after it', async () => {
  const { bench: at, port, add, sendTo, end } = await bench()
  for (const after of [false, true]) {
    const client = await at.connect(port)
    await add({ api: 'Produce', drops: true, after, times: 1 })
    await expect(at.world.until(sendTo('orders', 9, 1, client))).rejects.toThrow()
    expect(client.isOpen).toBe(false)
    expect(await end('orders')).toBe(after ? 1 : 0)
  }
})

test('who wants no acknowledgement hears of an error by the end of the connection', async () => {
  const { bench: at, client, add, end } = await bench()
  await add({ api: 'Produce', error: 'NOT_LEADER_OR_FOLLOWER' })
  client.tell(Produce, 9, {
    acks: 0,
    timeoutMs: 1_000,
    topicData: [{ name: 'orders', partitionData: [{ index: 0, records: makeBatch() }] }],
  })
  await at.world.runFor(1_000)
  expect(client.isOpen).toBe(false)
  expect(await end('orders')).toBe(0)
})

test('all connections are ended; what nobody knows is refused', async () => {
  const { bench: at, cluster, client, add } = await bench()
  expect(await at.ask(cluster, 'disconnect', null)).toBe(1)
  await at.world.runFor(1_000)
  expect(client.isOpen).toBe(false)
  await expect(add({ api: 'Produze' })).rejects.toThrow('no API is called Produze')
  await expect(add({ error: 'OOPS' })).rejects.toThrow('no error is called OOPS')
})
