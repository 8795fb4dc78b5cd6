import { Heartbeat } from '../../../../src/protocol/messages/heartbeat'
import { InitProducerId } from '../../../../src/protocol/messages/init-producer-id'
import { JoinGroup } from '../../../../src/protocol/messages/join-group'
import { ListOffsets } from '../../../../src/protocol/messages/list-offsets'
import { Metadata } from '../../../../src/protocol/messages/metadata'
import { OffsetCommit } from '../../../../src/protocol/messages/offset-commit'
import { Produce } from '../../../../src/protocol/messages/produce'
import { SyncGroup } from '../../../../src/protocol/messages/sync-group'
import { FindCoordinator } from '../../../../src/protocol/messages/find-coordinator'
import { errorNameOf } from '../../../../src/protocol/errors'
import { toProduce } from '../../../../src/embedded/contract/values'
import type { ClientConnection } from '../../../../src/client/connection'
import { makeBatch } from '../../../support/batches'
import { EngineBench } from '../../../support/engine-bench'

const noReset = { keepTopics: false, keepGroups: false }

async function bench() {
  const bench = new EngineBench()
  const root = await bench.start({ topics: ['orders'] })
  const produce = (cluster: number, topic: string, ...values: string[]) =>
    bench.ask(cluster, 'produce', { topic, records: values.map(value => toProduce({ value })) })
  const values = async (cluster: number, topic = 'orders') => {
    const ask = { topic, partition: null, from: 'start', next: [], waitMs: 0 } as const
    const { records } = await bench.ask(cluster, 'read', ask)
    return records.map(({ value }) => Buffer.from(value!).toString())
  }
  const group = (cluster: number) => bench.ask(cluster, 'group', 'g')
  return { bench, root, produce, values, group }
}

/** Joins group `g` alone, and commits offset 1 of orders. */
async function member({ world }: EngineBench, client: ClientConnection) {
  await world.until(client.request(FindCoordinator, 4, { keyType: 0, coordinatorKeys: ['g'] }))
  const protocols = [{ name: 'range', metadata: Buffer.alloc(0) }]
  const join = (memberId: string) =>
    world.until(
      client.request(JoinGroup, 5, {
        groupId: 'g',
        sessionTimeoutMs: 30_000,
        rebalanceTimeoutMs: 30_000,
        memberId,
        protocolType: 'consumer',
        protocols,
      }),
    )
  const { memberId } = await join('')
  const { generationId } = await join(memberId)
  const assignments = [{ memberId, assignment: Buffer.alloc(0) }]
  await world.until(client.request(SyncGroup, 3, { groupId: 'g', generationId, memberId, assignments }))
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] }]
  await world.until(
    client.request(OffsetCommit, 7, { groupId: 'g', generationIdOrMemberEpoch: generationId, memberId, topics }),
  )
  return async () => {
    const { errorCode } = await world.until(client.request(Heartbeat, 3, { groupId: 'g', generationId, memberId }))
    return errorNameOf(errorCode)
  }
}

test('a fork has what was there, and the two go on apart', async () => {
  const { bench: at, root, produce, values, group } = await bench()
  await produce(root.cluster, 'orders', 'a', 'b')
  const client = await at.connect(root.port)
  const beat = await member(at, client)
  const fork = await at.ask(root.cluster, 'fork', { from: null })
  expect(fork.port).not.toBe(root.port)
  expect(fork.clusterId).not.toBe(root.clusterId)
  await produce(fork.cluster, 'orders', 'of the fork')
  await produce(root.cluster, 'orders', 'of the root')
  expect(await values(fork.cluster)).toEqual(['a', 'b', 'of the fork'])
  expect(await values(root.cluster)).toEqual(['a', 'b', 'of the root'])
  // What the group committed is there; its member is not.
  expect(await group(fork.cluster)).toMatchObject({ state: 'Empty', members: [], lag: [{ committed: 1, records: 2 }] })
  expect(await group(root.cluster)).toMatchObject({ state: 'Stable' })
  expect(await beat()).toBe('NONE')
})

test('an empty fork has nothing; one that was stopped is gone, and its origin serves on', async () => {
  const { bench: at, root, produce, values } = await bench()
  const fork = await at.ask(root.cluster, 'fork', { from: 'empty' })
  await expect(values(fork.cluster)).rejects.toThrow('there is no topic orders; there are none')
  await at.ask(fork.cluster, 'stop', { drainMs: 0 })
  await expect(at.connect(fork.port)).rejects.toThrow()
  await produce(root.cluster, 'orders', 'a')
  expect(await values(root.cluster)).toEqual(['a'])
})

test('a snapshot is restored again and again, and forked; leader epochs and producer ids never go back', async () => {
  const { bench: at, root, produce, values } = await bench()
  const client = await at.connect(root.port)
  const epoch = async () => {
    const { topics } = await at.world.until(client.request(Metadata, 9, { topics: [{ name: 'orders' }] }))
    return topics[0]!.partitions[0]!.leaderEpoch
  }
  const producer = async () => {
    const ask = { transactionalId: null, transactionTimeoutMs: 1000 }
    return (await at.world.until(client.request(InitProducerId, 4, ask))).producerId
  }
  await produce(root.cluster, 'orders', 'a')
  const snapshot = await at.ask(root.cluster, 'snapshot', null)
  const [epochs, producers] = [[await epoch()], [await producer()]]
  for (const value of ['b', 'c']) {
    await produce(root.cluster, 'orders', value)
    await at.ask(root.cluster, 'createTopics', [{ name: 'later' }])
    await at.ask(root.cluster, 'restore', snapshot)
    expect(await values(root.cluster)).toEqual(['a'])
    await expect(values(root.cluster, 'later')).rejects.toThrow('there is no topic later')
    epochs.push(await epoch())
    producers.push(await producer())
  }
  expect(epochs).toEqual([0, 1, 2])
  expect(producers.toSorted((a, b) => a - b)).toEqual(producers)
  expect(new Set(producers).size).toBe(3)
  const fork = await at.ask(root.cluster, 'fork', { from: snapshot })
  expect(await values(fork.cluster)).toEqual(['a'])
  await at.ask(root.cluster, 'dropSnapshot', snapshot)
  await expect(at.ask(root.cluster, 'restore', snapshot)).rejects.toThrow('there is no such snapshot')
})

test('names of snapshots are those of a cluster and of its forks, and go with it', async () => {
  const { bench: at, root, produce, values } = await bench()
  await produce(root.cluster, 'orders', 'a')
  const first = await at.ask(root.cluster, 'snapshot', 'seeded')
  await produce(root.cluster, 'orders', 'b')
  const middle = await at.ask(root.cluster, 'fork', { from: 'seeded' })
  expect(await values(middle.cluster)).toEqual(['a'])
  const inner = await at.ask(middle.cluster, 'fork', { from: null })
  await produce(inner.cluster, 'orders', 'c')
  // A fork's own name is not that of its origin.
  const own = await at.ask(inner.cluster, 'snapshot', 'seeded')
  await at.ask(inner.cluster, 'restore', 'seeded')
  expect(await values(inner.cluster)).toEqual(['a', 'c'])
  await at.ask(inner.cluster, 'dropSnapshot', 'seeded')
  await expect(at.ask(inner.cluster, 'restore', own)).rejects.toThrow('there is no such snapshot')
  await at.ask(middle.cluster, 'snapshot', 'of the middle')
  const left = await at.ask(middle.cluster, 'snapshot', 'left')
  await at.ask(middle.cluster, 'stop', { drainMs: 0 })
  await expect(at.ask(root.cluster, 'restore', left)).rejects.toThrow('there is no such snapshot')
  await at.ask(inner.cluster, 'restore', 'seeded')
  expect(await values(inner.cluster)).toEqual(['a'])
  await expect(at.ask(inner.cluster, 'restore', 'sedeed')).rejects.toThrow("no snapshot 'sedeed'. Did you mean seeded?")
  await expect(at.ask(inner.cluster, 'restore', 'left')).rejects.toThrow("no snapshot 'left'. There are seeded.")
  // Another one takes its name, and the first is dropped.
  await at.ask(root.cluster, 'snapshot', 'seeded')
  await expect(at.ask(root.cluster, 'restore', first)).rejects.toThrow('there is no such snapshot')
  await produce(root.cluster, 'orders', 'd')
  await at.ask(root.cluster, 'restore', 'seeded')
  expect(await values(root.cluster)).toEqual(['a', 'b'])
})

test('a reset brings back the start: its topics without records, no others, no groups', async () => {
  const { bench: at, root, produce, values, group } = await bench()
  await produce(root.cluster, 'orders', 'a')
  await produce(root.cluster, 'later', 'b')
  const beat = await member(at, await at.connect(root.port))
  await at.ask(root.cluster, 'reset', noReset)
  expect(await values(root.cluster)).toEqual([])
  await expect(values(root.cluster, 'later')).rejects.toThrow('there is no topic later; there are orders')
  expect(await group(root.cluster)).toMatchObject({ state: 'Dead', lag: [] })
  expect(await beat()).toBe('UNKNOWN_MEMBER_ID')
  expect(await produce(root.cluster, 'orders', 'c')).toMatchObject([{ offset: 0 }])
})

test('topics are kept without their records, and offsets go on; groups are kept with their members', async () => {
  const { bench: at, root, produce, values, group } = await bench()
  await produce(root.cluster, 'orders', 'a', 'b')
  await produce(root.cluster, 'later', 'c')
  const client = await at.connect(root.port)
  const beat = await member(at, client)
  await at.ask(root.cluster, 'reset', { keepTopics: true, keepGroups: true })
  expect([await values(root.cluster), await values(root.cluster, 'later')]).toEqual([[], []])
  const offsetAt = async (timestamp: number) => {
    const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp }] }]
    const reply = await at.world.until(client.request(ListOffsets, 4, { replicaId: -1, isolationLevel: 0, topics }))
    return reply.topics[0]!.partitions[0]!.offset
  }
  expect([await offsetAt(-2), await offsetAt(-1)]).toEqual([2, 2])
  expect(await beat()).toBe('NONE')
  expect(await group(root.cluster)).toMatchObject({ state: 'Stable', lag: [{ committed: 1, records: 0 }] })
  await at.ask(root.cluster, 'reset', { keepTopics: false, keepGroups: true })
  expect(await beat()).toBe('NONE')
  expect(await group(root.cluster)).toMatchObject({ state: 'Stable' })
})

test('members of a restored cluster have to join anew', async () => {
  const { bench: at, root } = await bench()
  const beat = await member(at, await at.connect(root.port))
  const snapshot = await at.ask(root.cluster, 'snapshot', null)
  await at.ask(root.cluster, 'restore', snapshot)
  expect(await beat()).toBe('UNKNOWN_MEMBER_ID')
})

test('a coordinator that there was not yet knows nobody, and need not be looked for again', async () => {
  const { bench: at, root } = await bench()
  const snapshot = await at.ask(root.cluster, 'snapshot', null)
  const client = await at.connect(root.port)
  const begin = async () => {
    const request = { transactionalId: 't', transactionTimeoutMs: 1_000 }
    const { errorCode, producerEpoch } = await at.world.until(client.request(InitProducerId, 2, request))
    return [errorNameOf(errorCode), producerEpoch]
  }
  await at.world.until(client.request(FindCoordinator, 1, { key: 't', keyType: 1 }))
  for (const back of [() => at.ask(root.cluster, 'restore', snapshot), () => at.ask(root.cluster, 'reset', noReset)]) {
    const beat = await member(at, client)
    expect([await begin(), await begin()]).toEqual([
      ['NONE', 0],
      ['NONE', 1],
    ])
    await back()
    expect(await beat()).toBe('UNKNOWN_MEMBER_ID')
  }
  expect(await begin()).toEqual(['NONE', 0])
  expect(await at.ask(root.cluster, 'topics', null)).toMatchObject([{ name: 'orders' }])
})

test('what is in a directory is neither forked nor reset', async () => {
  const bench = new EngineBench()
  const { cluster } = await bench.start({ storage: { dir: '/data' } })
  await expect(bench.ask(cluster, 'snapshot', null)).rejects.toThrow("need storage: 'memory'")
  await expect(bench.ask(cluster, 'reset', noReset)).rejects.toThrow("need storage: 'memory'")
  await expect(bench.ask(cluster, 'fork', { from: null })).rejects.toThrow("need storage: 'memory'")
})

test('an idempotent producer that lives on is let go on after a restore', async () => {
  const { bench: at, root } = await bench()
  const client = await at.connect(root.port)
  const send = async (baseSequence: number) => {
    const records = makeBatch({ producerId: 7, baseSequence })
    const topicData = [{ name: 'orders', partitionData: [{ index: 0, records }] }]
    const { responses } = await at.world.until(client.request(Produce, 9, { acks: 1, timeoutMs: 1_000, topicData }))
    const { errorCode, baseOffset } = responses[0]!.partitionResponses[0]!
    return [errorNameOf(errorCode), baseOffset]
  }
  expect(await send(0)).toEqual(['NONE', 0])
  const snapshot = await at.ask(root.cluster, 'snapshot', null)
  expect([await send(1), await send(1)]).toEqual([
    ['NONE', 1],
    ['NONE', 1],
  ])
  await at.ask(root.cluster, 'restore', snapshot)
  expect([await send(2), await send(4)]).toEqual([
    ['NONE', 1],
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', -1],
  ])
})
