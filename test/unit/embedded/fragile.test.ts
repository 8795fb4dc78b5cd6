/**
 * Each of the standard failures befalls a client that gets over nothing: it asks each thing once, on one connection, and
 * gives up at the first error, at a connection that ends, and at an answer that is late. What it meets is what the failure
 * says, and nothing goes unnoticed.
 */
import type { ClientConnection } from '../../../src/client/connection'
import { standardFailures } from '../../../src/embedded/failures/failures'
import { faultFrom } from '../../../src/embedded/door/fault-spec'
import { noFailure } from '../../../src/embedded/failures/trials'
import { errorNameOf } from '../../../src/protocol/errors'
import { AddPartitionsToTxn } from '../../../src/protocol/messages/add-partitions-to-txn'
import { ApiVersions } from '../../../src/protocol/messages/api-versions'
import { EndTxn } from '../../../src/protocol/messages/end-txn'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { FindCoordinator } from '../../../src/protocol/messages/find-coordinator'
import { Heartbeat } from '../../../src/protocol/messages/heartbeat'
import { InitProducerId } from '../../../src/protocol/messages/init-producer-id'
import { JoinGroup } from '../../../src/protocol/messages/join-group'
import { ListOffsets } from '../../../src/protocol/messages/list-offsets'
import { Metadata } from '../../../src/protocol/messages/metadata'
import { OffsetCommit } from '../../../src/protocol/messages/offset-commit'
import { OffsetFetch } from '../../../src/protocol/messages/offset-fetch'
import { Produce } from '../../../src/protocol/messages/produce'
import { SyncGroup } from '../../../src/protocol/messages/sync-group'
import type { Api, RequestDraft, ResponseOf } from '../../../src/protocol/schema'
import { makeBatch } from '../../support/batches'
import { EngineBench } from '../../support/engine-bench'

/** A simulated network takes some milliseconds. */
const patienceMs = 100

class GaveUp extends Error {}

type Ask = <A extends Api>(api: A, version: number, body: RequestDraft<A>) => Promise<ResponseOf<A>>

function askOnce(bench: EngineBench, client: ClientConnection): Ask {
  return async (api, version, body) => {
    const before = bench.world.nowMs
    const reply = await bench.world.until(client.request(api, version, body)).catch(() => {
      throw new GaveUp(`${api.name}: the connection ended`)
    })
    const tookMs = bench.world.nowMs - before
    const error = firstError(reply)
    if (error !== 0) throw new GaveUp(`${api.name}: ${errorNameOf(error)}`)
    const throttled = (reply as { throttleTimeMs?: number }).throttleTimeMs ?? 0
    if (throttled > 0) throw new GaveUp(`${api.name}: throttled`)
    if (tookMs > patienceMs) throw new GaveUp(`${api.name}: late`)
    return reply
  }
}

/** At whatever depth it stands. */
function firstError(reply: unknown): number {
  if (typeof reply !== 'object' || reply === null || Buffer.isBuffer(reply)) return 0
  for (const [name, value] of Object.entries(reply)) {
    const error = name === 'errorCode' ? Number(value) : firstError(value)
    if (error !== 0) return error
  }
  return 0
}

async function produce(ask: Ask): Promise<void> {
  const topicData = [{ name: 'orders', partitionData: [{ index: 0, records: makeBatch() }] }]
  await ask(Produce, 9, { acks: 1, timeoutMs: 1_000, topicData })
}

async function transact(ask: Ask): Promise<void> {
  await ask(FindCoordinator, 1, { key: 't', keyType: 1 })
  const { producerId, producerEpoch } = await ask(InitProducerId, 2, {
    transactionalId: 't',
    transactionTimeoutMs: 1_000,
  })
  const who = { producerId, producerEpoch }
  const topics = [{ name: 'orders', partitions: [0] }]
  await ask(AddPartitionsToTxn, 3, {
    v3AndBelowTransactionalId: 't',
    v3AndBelowProducerId: who.producerId,
    v3AndBelowProducerEpoch: who.producerEpoch,
    v3AndBelowTopics: topics,
  })
  await ask(EndTxn, 2, { transactionalId: 't', ...who, committed: true })
}

async function consume(ask: Ask): Promise<void> {
  const group = { groupId: 'g', protocolType: 'consumer', memberId: '' }
  await ask(FindCoordinator, 1, { key: 'g', keyType: 0 })
  const protocols = [{ name: 'range', metadata: Buffer.alloc(0) }]
  const joined = { ...group, sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000, protocols }
  const { memberId, generationId } = await ask(JoinGroup, 3, joined)
  const member = { groupId: 'g', generationId, memberId }
  await ask(SyncGroup, 2, { ...member, assignments: [] })
  await ask(OffsetFetch, 5, { groupId: 'g', topics: [{ name: 'orders', partitionIndexes: [0] }] })
  await ask(ListOffsets, 5, {
    replicaId: -1,
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp: -2 }] }],
  })
  for (let i = 0; i < 4; i += 1) {
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_024 }]
    await ask(Fetch, 11, { maxWaitMs: 0, minBytes: 0, topics: [{ topic: 'orders', partitions }] })
  }
  await ask(Heartbeat, 3, member)
  const committed = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] }]
  for (let i = 0; i < 2; i += 1) {
    await ask(OffsetCommit, 5, {
      groupId: 'g',
      memberId,
      generationIdOrMemberEpoch: generationId,
      topics: committed,
    })
    await ask(Heartbeat, 3, member)
  }
}

/** Where the client gives up; null when it does not. And how many requests the failure has befallen. */
async function met({ faults }: { readonly faults: (typeof standardFailures)[number]['faults'] }) {
  const bench = new EngineBench()
  const { cluster, port } = await bench.start({ topics: ['orders'] })
  const ids: number[] = []
  for (const fault of faults) ids.push(await bench.ask(cluster, 'addFault', faultFrom(fault)))
  const ask = askOnce(bench, await bench.connect(port))
  let gaveUp: string | null = null
  try {
    await ask(ApiVersions, 2, {})
    await ask(Metadata, 9, { topics: [{ name: 'orders' }] })
    await produce(ask)
    await transact(ask)
    await consume(ask)
  } catch (error) {
    if (!(error instanceof GaveUp)) throw error
    gaveUp = error.message
  }
  let hits = 0
  for (const id of ids) hits += await bench.ask(cluster, 'faultHits', id)
  return { gaveUp, hits: hits > 0 }
}

test('nothing is met where nothing goes wrong', async () => {
  expect(await met(noFailure)).toEqual({ gaveUp: null, hits: false })
})

const ends = 'the connection ended'

const expected: { readonly [failure: string]: string } = {
  'first-connection-drops': `ApiVersions: ${ends}`,
  'all-connections-drop-at-produce': `Produce: ${ends}`,
  'all-connections-drop-at-fetch': `Fetch: ${ends}`,
  'connections-drop-again': `Produce: ${ends}`,
  'everything-is-slow': 'ApiVersions: late',
  'client-is-throttled': 'Produce: throttled',
  'metadata-leader-not-available': 'Metadata: LEADER_NOT_AVAILABLE',
  'metadata-unknown-topic': 'Metadata: UNKNOWN_TOPIC_OR_PARTITION',
  'metadata-connection-lost': `Metadata: ${ends}`,
  'metadata-is-slow': 'Metadata: late',
  'produce-not-leader': 'Produce: NOT_LEADER_OR_FOLLOWER',
  'produce-leader-not-available': 'Produce: LEADER_NOT_AVAILABLE',
  'produce-unknown-topic': 'Produce: UNKNOWN_TOPIC_OR_PARTITION',
  'produce-not-enough-replicas': 'Produce: NOT_ENOUGH_REPLICAS',
  'produce-not-enough-replicas-after-append': 'Produce: NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'produce-timed-out': 'Produce: REQUEST_TIMED_OUT',
  'produce-lost': `Produce: ${ends}`,
  'produce-answer-lost': `Produce: ${ends}`,
  'produce-corrupt': 'Produce: CORRUPT_MESSAGE',
  'disk-full': 'Produce: KAFKA_STORAGE_ERROR',
  'produce-is-slow': 'Produce: late',
  'fetch-not-leader': 'Fetch: NOT_LEADER_OR_FOLLOWER',
  'fetch-unknown-topic': 'Fetch: UNKNOWN_TOPIC_OR_PARTITION',
  'fetch-offset-out-of-range': 'Fetch: OFFSET_OUT_OF_RANGE',
  'fetch-leader-epoch-fenced': 'Fetch: FENCED_LEADER_EPOCH',
  'fetch-storage-error': 'Fetch: KAFKA_STORAGE_ERROR',
  'fetch-connection-lost': `Fetch: ${ends}`,
  'fetch-is-slow': 'Fetch: late',
  'list-offsets-not-leader': 'ListOffsets: NOT_LEADER_OR_FOLLOWER',
  'coordinator-not-available': 'FindCoordinator: COORDINATOR_NOT_AVAILABLE',
  'coordinator-loading': 'JoinGroup: COORDINATOR_LOAD_IN_PROGRESS',
  'coordinator-moved': 'OffsetFetch: NOT_COORDINATOR',
  'join-connection-lost': `JoinGroup: ${ends}`,
  'sync-rebalance': 'SyncGroup: REBALANCE_IN_PROGRESS',
  'heartbeat-rebalance': 'Heartbeat: REBALANCE_IN_PROGRESS',
  'heartbeat-evicted': 'Heartbeat: UNKNOWN_MEMBER_ID',
  'heartbeat-connection-lost': `Heartbeat: ${ends}`,
  'offset-fetch-coordinator-loading': 'OffsetFetch: COORDINATOR_LOAD_IN_PROGRESS',
  'offset-fetch-unstable': 'OffsetFetch: UNSTABLE_OFFSET_COMMIT',
  'commit-rebalance': 'Heartbeat: REBALANCE_IN_PROGRESS',
  'commit-evicted': 'OffsetCommit: UNKNOWN_MEMBER_ID',
  'commit-coordinator-moved': 'OffsetCommit: NOT_COORDINATOR',
  'commit-lost': `OffsetCommit: ${ends}`,
  'commit-answer-lost': `OffsetCommit: ${ends}`,
  'commit-disk-full': 'OffsetCommit: NOT_COORDINATOR',
  'producer-id-coordinator-loading': 'InitProducerId: COORDINATOR_LOAD_IN_PROGRESS',
  'transaction-concurrent': 'InitProducerId: CONCURRENT_TRANSACTIONS',
  'transaction-end-coordinator-moved': 'EndTxn: NOT_COORDINATOR',
  'transaction-end-answer-lost': `EndTxn: ${ends}`,
}

test.each(standardFailures.map(failure => [failure.name, failure] as const))('%s', async (name, failure) => {
  expect(await met(failure)).toEqual({ gaveUp: expected[name], hits: true })
})
