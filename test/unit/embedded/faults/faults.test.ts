import type { BrokerOptions } from '../../../../src/embedded/contract/options'
import { CreateTopics } from '../../../../src/protocol/messages/create-topics'
import { Fetch } from '../../../../src/protocol/messages/fetch'
import { FindCoordinator } from '../../../../src/protocol/messages/find-coordinator'
import { Heartbeat } from '../../../../src/protocol/messages/heartbeat'
import { InitProducerId } from '../../../../src/protocol/messages/init-producer-id'
import { JoinGroup } from '../../../../src/protocol/messages/join-group'
import { Metadata } from '../../../../src/protocol/messages/metadata'
import { OffsetCommit } from '../../../../src/protocol/messages/offset-commit'
import { Produce } from '../../../../src/protocol/messages/produce'
import { SyncGroup } from '../../../../src/protocol/messages/sync-group'
import { errorNameOf } from '../../../../src/protocol/errors'
import { makeBatch } from '../../../support/batches'
import { EngineBench } from '../../../support/engine-bench'

async function bench(options: BrokerOptions = {}) {
  const bench = new EngineBench()
  const topics = ['orders', 'users', { name: 'many', partitions: 3 }]
  const { cluster, port } = await bench.start({ topics, ...options })
  const client = await bench.connect(port, 'svc')
  const faults = bench.faultsOf(cluster)
  const partitionData = (indexes: readonly number[]) => indexes.map(index => ({ index, records: makeBatch() }))
  const sendTo = (topic: string, { acks = 1, by = client, partitions = [0] } = {}) =>
    by.request(Produce, 9, {
      acks,
      timeoutMs: 1_000,
      topicData: [{ name: topic, partitionData: partitionData(partitions) }],
    })
  const produce = async (topic: string) => {
    const { responses } = await bench.world.until(sendTo(topic))
    return errorNameOf(responses[0]!.partitionResponses[0]!.errorCode)
  }
  const end = async (topic: string) => {
    const ask = { topic, partition: null, from: 'start', next: [], waitMs: 0 } as const
    return (await bench.ask(cluster, 'read', ask)).records.length
  }
  const idOf = async (name: string) => {
    const { topics } = await bench.world.until(client.request(Metadata, 12, { topics: [{ name }] }))
    return topics[0]!.topicId
  }
  return { bench, world: bench.world, cluster, port, client, faults, produce, sendTo, end, idOf, partitionData }
}

type Bench = Awaited<ReturnType<typeof bench>>

test('an error is told so many times, to those who name the topic', async () => {
  const { faults, produce, end } = await bench()
  const fault = await faults.error('Produce', 'NOT_LEADER_OR_FOLLOWER', { topic: 'orders', times: 2, skip: 1 })
  expect(await produce('users')).toBe('NONE')
  const told = [await produce('orders'), await produce('orders'), await produce('orders'), await produce('orders')]
  expect(told).toEqual(['NONE', 'NOT_LEADER_OR_FOLLOWER', 'NOT_LEADER_OR_FOLLOWER', 'NONE'])
  expect(await fault.hits()).toBe(2)
  expect(await end('orders')).toBe(2)
})

test('other topics and partitions of the same request are served', async () => {
  const { world, faults, client, end, partitionData } = await bench()
  await faults.error('Produce', 'MESSAGE_TOO_LARGE', { topic: 'many', partition: 1 })
  const topicData = [
    { name: 'many', partitionData: partitionData([0, 1, 2]) },
    { name: 'orders', partitionData: partitionData([0]) },
  ]
  const { responses } = await world.until(client.request(Produce, 9, { acks: 1, timeoutMs: 1_000, topicData }))
  const told = responses.flatMap(({ name, partitionResponses }) =>
    partitionResponses.map(({ index, errorCode }) => `${name}-${index} ${errorNameOf(errorCode)}`),
  )
  expect(told.toSorted()).toEqual(['many-0 NONE', 'many-1 MESSAGE_TOO_LARGE', 'many-2 NONE', 'orders-0 NONE'])
  expect(responses).toHaveLength(2)
  expect([await end('many'), await end('orders')]).toEqual([2, 1])
})

test('an error of which nobody knows that it was done all the same', async () => {
  const { faults, produce, end } = await bench()
  await faults.error('Produce', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', { topic: 'orders', times: 1, after: true })
  expect([await produce('orders'), await end('orders')]).toEqual(['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 1])
})

test('who asks of all topics hears of the one', async () => {
  const { world, faults, client } = await bench()
  await faults.error('Metadata', 'TOPIC_AUTHORIZATION_FAILED', { topic: 'users' })
  const { topics, brokers } = await world.until(client.request(Metadata, 9, { topics: null }))
  const told = topics.map(({ name, errorCode }) => `${name} ${errorNameOf(errorCode)}`)
  expect(told.toSorted()).toEqual(['many NONE', 'orders NONE', 'users TOPIC_AUTHORIZATION_FAILED'])
  expect(brokers).toHaveLength(1)
})

test('a fetch that goes on with its session hears at once of a partition that it does not name', async () => {
  const { world, faults, client, idOf } = await bench()
  const topicId = await idOf('many')
  const partitions = [0, 1].map(partition => ({ partition, fetchOffset: 0, partitionMaxBytes: 1024 }))
  const named = { topicId, partitions }
  const fetch = async (sessionId: number, sessionEpoch: number, topics: (typeof named)[]) => {
    const ask = { maxWaitMs: 60_000, minBytes: 1, sessionId, sessionEpoch, topics }
    const reply = await world.until(client.request(Fetch, 13, ask))
    const told = reply.responses.flatMap(one => one.partitions)
    return { ...reply, told: told.map(one => `${one.partitionIndex} ${errorNameOf(one.errorCode)}`) }
  }
  const first = await fetch(0, 0, [named])
  expect(first.told).toEqual(['0 NONE', '1 NONE'])
  expect(first.sessionId).not.toBe(0)
  await faults.error('Fetch', 'KAFKA_STORAGE_ERROR', { topic: 'many', partition: 1, times: 2 })
  const second = await fetch(first.sessionId, 1, [])
  expect([second.errorCode, second.sessionId, second.told]).toEqual([0, first.sessionId, ['1 KAFKA_STORAGE_ERROR']])
  expect((await fetch(0, -1, [named])).told).toEqual(['0 NONE', '1 KAFKA_STORAGE_ERROR'])
  expect((await fetch(0, -1, [named])).told).toEqual(['0 NONE', '1 NONE'])
})

test('by group and by client; what is lifted is over', async () => {
  const { bench: at, port, client, faults } = await bench()
  const beat = async (groupId: string, by = client) => {
    const ask = { groupId, generationId: 1, memberId: 'm' }
    return errorNameOf((await at.world.until(by.request(Heartbeat, 3, ask))).errorCode)
  }
  const fault = await faults.error('*', 'REBALANCE_IN_PROGRESS', { group: 'g', clientId: 'svc' })
  const other = await at.connect(port, 'other')
  expect(await beat('g')).toBe('REBALANCE_IN_PROGRESS')
  expect(await beat('h')).not.toBe('REBALANCE_IN_PROGRESS')
  expect(await beat('g', other)).not.toBe('REBALANCE_IN_PROGRESS')
  await fault.lift()
  expect(await beat('g')).not.toBe('REBALANCE_IN_PROGRESS')
  await faults.coordinator('group', 'COORDINATOR_LOAD_IN_PROGRESS')
  expect(await beat('g')).not.toBe('COORDINATOR_LOAD_IN_PROGRESS')
  await faults.coordinator('group', 'COORDINATOR_NOT_AVAILABLE')
  expect(await beat('g')).toBe('COORDINATOR_NOT_AVAILABLE')
  await faults.clear()
  expect(await beat('g')).not.toBe('COORDINATOR_NOT_AVAILABLE')
})

test.each(['reset', 'restore'] as const)('a request that is held while there is a %s is refused', async how => {
  const { bench: at, world, cluster, port, client, faults, sendTo, end, produce } = await bench()
  const snapshot = await at.ask(cluster, 'snapshot', null)
  await world.until(client.request(FindCoordinator, 4, { keyType: 0, coordinatorKeys: ['g'] }))
  await faults.delay('*', 500, { clientId: 'held' })
  let decided = (): void => {}
  await faults.on('Produce', () => new Promise<void>(resolve => (decided = resolve)), { clientId: 'svc', times: 1 })
  const asked = sendTo('orders')
  const other = await at.connect(port, 'held')
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] }]
  const held = Promise.all([
    sendTo('orders', { by: other }),
    (await at.connect(port, 'held')).request(OffsetCommit, 7, { groupId: 'g', topics }),
  ])
  await world.runFor(100)
  if (how === 'reset') await at.ask(cluster, 'reset', { keepTopics: false, keepGroups: false })
  else await at.ask(cluster, 'restore', snapshot)
  decided()
  const [{ responses }, committed] = await world.until(held)
  for (const { partitionResponses } of [...responses, ...(await world.until(asked)).responses]) {
    expect(errorNameOf(partitionResponses[0]!.errorCode)).toBe('NOT_LEADER_OR_FOLLOWER')
  }
  expect(errorNameOf(committed.topics[0]!.partitions[0]!.errorCode)).toBe('COORDINATOR_NOT_AVAILABLE')
  expect(await end('orders')).toBe(0)
  expect([await produce('orders'), await end('orders')]).toEqual(['NONE', 1])
})

test('a delayed request is carried out later, with the bytes that it came with', async () => {
  const { bench: at, faults, sendTo, produce, end, port } = await bench()
  await faults.delay('Produce', 500, { times: 1 })
  const before = at.world.nowMs
  const delayed = sendTo('orders')
  // What comes meanwhile uses the buffer of the network again.
  const other = await at.connect(port, 'other')
  await at.world.until(sendTo('users', { by: other }))
  expect(await end('orders')).toBe(0)
  await at.world.until(delayed)
  expect(at.world.nowMs - before).toBeGreaterThanOrEqual(500)
  expect(await end('orders')).toBe(1)
  expect(await produce('orders')).toBe('NONE')
})

test('a throttled client is told how long to wait, and not listened to for so long', async () => {
  const { world, faults, sendTo } = await bench()
  await faults.throttle('Produce', '2s', { times: 1 })
  const before = world.nowMs
  expect((await world.until(sendTo('orders'))).throttleTimeMs).toBe(2_000)
  expect(world.nowMs - before).toBeLessThan(1_000)
  expect((await world.until(sendTo('orders'))).throttleTimeMs).toBe(0)
  expect(world.nowMs - before).toBeGreaterThanOrEqual(2_000)
})

test('a connection drops before what was asked, or after it', async () => {
  const { bench: at, port, faults, sendTo, end } = await bench()
  for (const after of [false, true]) {
    const by = await at.connect(port)
    await faults.drop('Produce', { after, times: 1 })
    await expect(at.world.until(sendTo('orders', { by }))).rejects.toThrow()
    expect(by.isOpen).toBe(false)
    expect(await end('orders')).toBe(after ? 1 : 0)
  }
})

test('a request of which the answer comes twice is served once', async () => {
  const { faults, produce, end } = await bench()
  const fault = await faults.repeat('Produce', { times: 1 })
  expect([await produce('orders'), await end('orders'), await fault.hits()]).toEqual(['NONE', 1, 1])
})

test('who wants no acknowledgement hears of an error by the end of the connection', async () => {
  const { bench: at, client, faults, end } = await bench()
  await faults.error('Produce', 'NOT_LEADER_OR_FOLLOWER')
  client.tell(Produce, 9, {
    acks: 0,
    timeoutMs: 1_000,
    topicData: [{ name: 'orders', partitionData: [{ index: 0, records: makeBatch() }] }],
  })
  await at.world.runFor(1_000)
  expect(client.isOpen).toBe(false)
  expect(await end('orders')).toBe(0)
})

async function join({ world, client }: Bench) {
  await world.until(client.request(FindCoordinator, 1, { key: 'g', keyType: 0 }))
  const protocols = [{ name: 'range', metadata: Buffer.alloc(0) }]
  const times = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000 }
  const ask = { groupId: 'g', ...times, memberId: '', protocolType: 'consumer', protocols }
  const { memberId, generationId } = await world.until(client.request(JoinGroup, 3, ask))
  const member = { groupId: 'g', generationId, memberId }
  await world.until(client.request(SyncGroup, 2, { ...member, assignments: [] }))
  const beat = async () => errorNameOf((await world.until(client.request(Heartbeat, 3, member))).errorCode)
  const commit = async () => {
    const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] }]
    const ask = { groupId: 'g', memberId, generationIdOrMemberEpoch: generationId, topics }
    const reply = await world.until(client.request(OffsetCommit, 5, ask))
    return errorNameOf(reply.topics[0]!.partitions[0]!.errorCode)
  }
  return { beat, commit }
}

test('a rebalance has members join again, an eviction takes their places; by themselves, or when a request comes', async () => {
  const at = await bench()
  const { faults } = at
  const member = await join(at)
  expect([await member.beat(), await faults.rebalance('other'), await member.beat()]).toEqual(['NONE', 0, 'NONE'])
  expect([await faults.rebalance('g'), await member.beat()]).toEqual([1, 'REBALANCE_IN_PROGRESS'])
  const again = await join(at)
  await faults.when('OffsetCommit', 'rebalance', { times: 1 })
  expect(await again.beat()).toBe('NONE')
  await again.commit()
  expect(await again.beat()).toBe('REBALANCE_IN_PROGRESS')
  expect(await faults.evict()).toBe(1)
  expect(await again.beat()).toBe('UNKNOWN_MEMBER_ID')
})

test('a fenced producer has an epoch that is over', async () => {
  const { world, faults, client } = await bench()
  const begin = async (transactionalId: string) => {
    const reply = await world.until(client.request(InitProducerId, 2, { transactionalId, transactionTimeoutMs: 1_000 }))
    return reply.producerEpoch
  }
  await world.until(client.request(FindCoordinator, 1, { key: 't', keyType: 1 }))
  expect(await begin('t')).toBe(0)
  await faults.fence('t')
  await faults.fence('nobody')
  expect(await begin('t')).toBe(2)
})

test.each(['memory', { dir: '/data' }] as const)(
  'a full disk refuses what writes until there is room, %j',
  async storage => {
    const { faults, produce, end } = await bench({ storage })
    expect(await produce('orders')).toBe('NONE')
    const full = await faults.diskFull()
    expect([await produce('orders'), await end('orders')]).toEqual(['KAFKA_STORAGE_ERROR', 1])
    await full.lift()
    expect([await produce('orders'), await end('orders')]).toEqual(['NONE', 2])
    const some = await faults.diskFull('Produce', { times: 2, skip: 1 })
    const told = [await produce('orders'), await produce('orders'), await produce('orders'), await produce('orders')]
    expect(told).toEqual(['NONE', 'KAFKA_STORAGE_ERROR', 'KAFKA_STORAGE_ERROR', 'NONE'])
    expect([await some.hits(), await end('orders')]).toEqual([2, 4])
  },
)

test.each(['memory', { dir: '/data' }] as const)(
  'a full disk has no room for topics either, and none is there in half, %j',
  async storage => {
    const { bench: at, client, faults, world, produce } = await bench({ storage })
    const names = async () => (await at.ask(1, 'topics', null)).map(({ name }) => name)
    const create = async (name: string) => {
      const request = {
        topics: [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
        timeoutMs: 1_000,
      }
      const { topics } = await world.until(client.request(CreateTopics, 5, request))
      return errorNameOf(topics[0]!.errorCode)
    }
    const before = await names()
    const full = await faults.diskFull()
    expect(await create('invoices')).toBe('KAFKA_STORAGE_ERROR')
    await expect(at.ask(1, 'createTopics', [{ name: 'invoices' }])).rejects.toMatchObject({
      code: 'KAFKA_STORAGE_ERROR',
    })
    await expect(at.ask(1, 'deleteTopics', ['orders'])).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
    expect(await names()).toEqual(before)
    await full.lift()
    expect(await create('invoices')).toBe('NONE')
    expect([await produce('invoices'), await names()]).toEqual(['NONE', [...before, 'invoices'].toSorted()])
    const some = await faults.diskFull('CreateTopics', { times: 1 })
    expect([await create('users2'), await create('users2')]).toEqual(['KAFKA_STORAGE_ERROR', 'NONE'])
    expect(await some.hits()).toBe(1)
  },
)

test('a commit on a full disk is refused as by Kafka, and its group goes on when there is room', async () => {
  const at = await bench()
  const member = await join(at)
  const full = await at.faults.diskFull('OffsetCommit', { times: 1 })
  expect([await member.commit(), await full.hits()]).toEqual(['NOT_COORDINATOR', 1])
  await at.world.runFor(1_000)
  expect([await member.commit(), await member.beat()]).toEqual(['NONE', 'NONE'])
})

test('a node is meant at each of its listeners', async () => {
  const listeners = 'A://:9092,B://:9095'
  const config = { listeners, 'listener.security.protocol.map': 'A:PLAINTEXT,B:PLAINTEXT' }
  const { bench: at, faults, sendTo, world } = await bench({ config })
  await faults.error('Produce', 'NOT_LEADER_OR_FOLLOWER', { node: 1 })
  for (const port of [9092, 9095]) {
    const { responses } = await world.until(sendTo('orders', { by: await at.connect(port) }))
    expect(errorNameOf(responses[0]!.partitionResponses[0]!.errorCode)).toBe('NOT_LEADER_OR_FOLLOWER')
  }
})

test('all connections are ended; what nobody knows is refused', async () => {
  const { world, client, faults } = await bench()
  expect(await faults.disconnectAll()).toBe(1)
  await world.runFor(1_000)
  expect(client.isOpen).toBe(false)
  await expect(faults.error('Produze' as never, 'NOT_CONTROLLER')).rejects.toThrow(
    'no API is called Produze. Did you mean Produce?',
  )
  await expect(faults.error(['Fetch', 'Fetsch' as never], 'NOT_CONTROLLER')).rejects.toThrow('no API is called Fetsch')
  await expect(faults.error('Produce', 'OOPS' as never)).rejects.toThrow('no error is called OOPS')
  await expect(faults.drop('Produce', { partition: 1 })).rejects.toThrow('name the topic too')
})

test('that there is no error is none', async () => {
  const { faults } = await bench()
  await expect(faults.error('Produce', 'NONE' as never)).rejects.toThrow(/^no error is called NONE\.(?!.*NONE\?)/)
})

describe('a request that is held back', () => {
  async function held(by: string) {
    const made = await bench()
    const fault = await made.faults.delay('Produce', by)
    const began = made.world.nowMs
    const sent = made.sendTo('orders').then(() => made.world.nowMs - began)
    await made.world.runFor(200)
    expect(await made.end('orders')).toBe(0)
    return { ...made, fault, sent }
  }

  test('goes on at once when the fault is lifted', async () => {
    const { world, fault, sent } = await held('20s')
    await fault.lift()
    expect(await world.until(sent)).toBeLessThan(1_000)
  })

  test('goes on at once when all faults are cleared', async () => {
    const { world, faults, sent } = await held('1h')
    await faults.clear()
    expect(await world.until(sent)).toBeLessThan(1_000)
  })

  test('goes on when its time is moved past', async () => {
    const { bench: at, cluster, world, sent } = await held('1h')
    await at.ask(cluster, 'time', { move: 'advance', byMs: 2 * 3_600_000 })
    expect(await world.until(sent)).toBeLessThan(1_000)
  })

  test('waits no longer than it was told to where time stands still', async () => {
    const { bench: at, cluster, world, sent } = await held('20s')
    await at.ask(cluster, 'time', { move: 'freeze', atMs: null })
    const tookMs = await world.until(sent)
    expect(tookMs).toBeGreaterThanOrEqual(20_000)
    expect(tookMs).toBeLessThan(21_000)
  })
})

test.each([
  [[], {}, 'a fault has an API'],
  ['Heartbeat', { topic: 'orders' }, 'requests of Heartbeat name no topic, so this fault would befall none'],
  [['Heartbeat', 'ApiVersions'], { topic: 'orders' }, 'requests of Heartbeat, ApiVersions name no topic'],
  ['Produce', { group: 'g' }, 'requests of Produce name no group'],
  ['Fetch', { transactionalId: 't' }, 'requests of Fetch name no transactionalId'],
] as const)('a fault of %j with %j could befall nothing', async (apis, options, says) => {
  const { faults } = await bench()
  const added = faults.error(apis, 'NOT_CONTROLLER', options)
  await expect(added).rejects.toMatchObject({ message: expect.stringContaining(says) })
})

test('a fault of several APIs is for those that name what it asks for', async () => {
  const { faults } = await bench()
  for (const apis of ['*', ['Heartbeat', 'Produce'], 'DescribeConfigs', 'Metadata'] as const)
    await faults.error(apis, 'NOT_CONTROLLER', { topic: 'orders' })
  for (const apis of ['FindCoordinator', 'DeleteGroups', 'TxnOffsetCommit'] as const)
    await faults.error(apis, 'NOT_COORDINATOR', { group: 'g' })
})
