import { InitProducerId } from '../../../src/protocol/messages/init-producer-id'
import { AddPartitionsToTxn } from '../../../src/protocol/messages/add-partitions-to-txn'
import { DescribeTransactions } from '../../../src/protocol/messages/describe-transactions'
import { FindCoordinator } from '../../../src/protocol/messages/find-coordinator'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { OffsetCommit } from '../../../src/protocol/messages/offset-commit'
import type { ClientConnection } from '../../../src/client/connection'
import { JoinGroup } from '../../../src/protocol/messages/join-group'
import { toProduce } from '../../../src/embedded/contract/values'
import { EngineBench } from '../../support/engine-bench'

const minute = 60_000
const day = 24 * 60 * minute

async function bench() {
  const bench = new EngineBench()
  const root = await bench.start({ topics: [{ name: 'orders', config: { 'retention.ms': String(7 * day) } }] })
  const produce = (cluster: number, value: string) =>
    bench.ask(cluster, 'produce', { topic: 'orders', records: [toProduce({ value })] })
  const count = async (cluster: number) => {
    const ask = { topic: 'orders', partition: null, from: 'start', next: [], waitMs: 0 } as const
    return (await bench.ask(cluster, 'read', ask)).records.length
  }
  const advance = (byMs: number) => bench.ask(root.cluster, 'time', { move: 'advance', byMs })
  const client = await bench.connect(root.port)
  return { bench, root, produce, count, advance, client }
}

/** Opens one of a minute, and gives what tells its state. */
async function openTransaction({ world }: EngineBench, client: ClientConnection): Promise<() => Promise<string>> {
  await world.until(client.request(FindCoordinator, 4, { keyType: 1, coordinatorKeys: ['tx'] }))
  const ask = { transactionalId: 'tx', transactionTimeoutMs: minute }
  const producer = await world.until(client.request(InitProducerId, 4, ask))
  await world.until(
    client.request(AddPartitionsToTxn, 3, {
      v3AndBelowTransactionalId: 'tx',
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: [{ name: 'orders', partitions: [0] }],
    }),
  )
  const state = async () => {
    const { transactionStates } = await world.until(
      client.request(DescribeTransactions, 0, { transactionalIds: ['tx'] }),
    )
    return transactionStates[0]!.transactionState
  }
  return state
}

test('retention follows, in this cluster and in no other', async () => {
  const { bench: at, root, produce, count, advance } = await bench()
  await produce(root.cluster, 'a')
  const fork = await at.ask(root.cluster, 'fork', { from: null })
  await advance(6 * day)
  expect(await count(root.cluster)).toBe(1)
  await advance(day + 10 * minute)
  expect(await count(root.cluster)).toBe(0)
  expect(await count(fork.cluster)).toBe(1)
  const [written] = await produce(root.cluster, 'b')
  expect(written!.timestampMs - at.world.clock.now()).toBe(7 * day + 10 * minute)
  // A fork begins at the time of its origin.
  const later = await at.ask(root.cluster, 'fork', { from: null })
  const now = await at.ask(later.cluster, 'time', { move: 'none' })
  expect(now - at.world.clock.now()).toBe(7 * day + 10 * minute)
})

test('sessions of members follow', async () => {
  const { bench: at, root, advance, client } = await bench()
  const { world } = at
  await world.until(client.request(FindCoordinator, 4, { keyType: 0, coordinatorKeys: ['g'] }))
  const join = {
    groupId: 'g',
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
  }
  const { memberId } = await world.until(client.request(JoinGroup, 5, join))
  await world.until(client.request(JoinGroup, 5, { ...join, memberId }))
  const members = async () => (await at.ask(root.cluster, 'group', 'g')).members.length
  await advance(29_000)
  expect(await members()).toBe(1)
  await advance(2_000)
  expect(await members()).toBe(0)
})

test('timeouts of transactions follow', async () => {
  const { bench: at, advance, client } = await bench()
  const state = await openTransaction(at, client)
  await advance(50_000)
  expect(await state()).toBe('Ongoing')
  await advance(30_000)
  expect(await state()).toBe('CompleteAbort')
})

test.each([1_001, 10_001, 604_800_001])('after a move of %i ms everything is written as before', async byMs => {
  const { bench: at, root, produce, advance } = await bench()
  const { world } = at
  const before = await at.ask(root.cluster, 'time', { move: 'none' })
  await advance(byMs)
  const now = await at.ask(root.cluster, 'time', { move: 'none' })
  expect(now - before).toBe(byMs)
  const client = await at.connect(root.port)
  await produce(root.cluster, 'a')
  await at.ask(root.cluster, 'createTopics', [{ name: 'later' }])
  await world.until(client.request(FindCoordinator, 4, { keyType: 0, coordinatorKeys: ['g'] }))
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] }]
  const committed = await world.until(client.request(OffsetCommit, 7, { groupId: 'g', topics }))
  expect(committed.topics[0]!.partitions[0]!.errorCode).toBe(0)
  expect((await at.ask(root.cluster, 'group', 'g')).lag).toMatchObject([{ committed: 1, records: 0 }])
  const state = await openTransaction(at, client)
  await advance(80_001)
  expect(await state()).toBe('CompleteAbort')
})

test('a fetch waits no longer where time stands still', async () => {
  const { bench: at, root, client } = await bench()
  expect(await at.ask(root.cluster, 'time', { move: 'freeze', atMs: 5_000 })).toBe(5_000)
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1024 }]
  const before = at.world.nowMs
  await at.world.until(
    client.request(Fetch, 4, { maxWaitMs: 50, minBytes: 1, topics: [{ topic: 'orders', partitions }] }),
  )
  expect(at.world.nowMs - before).toBeLessThan(1_000)
  expect(await at.ask(root.cluster, 'time', { move: 'none' })).toBe(5_000)
  await at.ask(root.cluster, 'time', { move: 'resume' })
  await at.world.runFor(100)
  expect(await at.ask(root.cluster, 'time', { move: 'none' })).toBeGreaterThan(5_000)
})

test('time that is moved cuts no connection, since it does not pass for clients', async () => {
  const { bench: at, root, advance, client } = await bench()
  await advance(30 * day)
  await at.world.until(client.request(FindCoordinator, 4, { keyType: 0, coordinatorKeys: ['g'] }))
  expect(await at.ask(root.cluster, 'connections', null)).toHaveLength(1)
  // Silence is what it always was.
  await at.world.runFor(11 * minute)
  expect(await at.ask(root.cluster, 'connections', null)).toHaveLength(0)
})
