/**
 * The standard failures: what goes wrong with a Kafka sooner or later, and what a producer or consumer that deserves the name
 * gets over by itself. Each is a list of faults, in data, so that it can be read, chosen and added to.
 */
import type { FaultSpec } from '../door/fault-spec'
import { nearest } from '../contract/kinds'

export interface Failure {
  /** Kebab case; what it is called on the command line and in reports. */
  readonly name: string
  /** Whose affair it is. */
  readonly about: 'network' | 'metadata' | 'produce' | 'fetch' | 'group' | 'commit' | 'transaction'
  /** One sentence. */
  readonly says: string
  readonly faults: readonly FaultSpec[]
}

const of =
  (about: Failure['about']) =>
  (name: string, says: string, ...faults: FaultSpec[]): Failure => ({ name, about, says, faults })

const network = of('network')
const metadata = of('metadata')
const produce = of('produce')
const fetch = of('fetch')
const group = of('group')
const commit = of('commit')
const transaction = of('transaction')

const ofMembers = ['JoinGroup', 'SyncGroup', 'Heartbeat', 'OffsetCommit', 'OffsetFetch'] as const

export const standardFailures: readonly Failure[] = [
  network('first-connection-drops', 'The first connection ends before the broker has said what it can do.', {
    api: 'ApiVersions',
    drop: true,
    times: 1,
  }),
  network('all-connections-drop-at-produce', 'All connections end when the first record comes.', {
    api: 'Produce',
    when: 'disconnectAll',
    times: 1,
  }),
  network('all-connections-drop-at-fetch', 'All connections end at the third fetch.', {
    api: 'Fetch',
    when: 'disconnectAll',
    skip: 2,
    times: 1,
  }),
  network('connections-drop-again', 'Three times in a row the connection ends instead of an answer.', {
    api: ['Produce', 'Fetch'],
    drop: true,
    times: 3,
  }),
  network('everything-is-slow', 'The first sixty requests take 200 ms longer.', { api: '*', delay: 200, times: 60 }),
  network('client-is-throttled', 'The first requests to produce and fetch are throttled by 500 ms, as by a quota.', {
    api: ['Produce', 'Fetch'],
    throttle: 500,
    times: 4,
  }),

  metadata('metadata-leader-not-available', 'Twice, topics have no leader yet.', {
    api: 'Metadata',
    error: 'LEADER_NOT_AVAILABLE',
    times: 2,
  }),
  metadata('metadata-unknown-topic', 'Twice, topics are not known yet.', {
    api: 'Metadata',
    error: 'UNKNOWN_TOPIC_OR_PARTITION',
    times: 2,
  }),
  metadata('metadata-connection-lost', 'The connection ends instead of telling of topics.', {
    api: 'Metadata',
    drop: true,
    times: 1,
  }),
  metadata('metadata-is-slow', 'Topics are told of a second later, twice.', { api: 'Metadata', delay: '1s', times: 2 }),

  produce('produce-not-leader', 'Twice, another broker leads the partition.', {
    api: 'Produce',
    error: 'NOT_LEADER_OR_FOLLOWER',
    times: 2,
  }),
  produce('produce-leader-not-available', 'Twice, the partition has no leader.', {
    api: 'Produce',
    error: 'LEADER_NOT_AVAILABLE',
    times: 2,
  }),
  produce('produce-unknown-topic', 'Twice, the broker does not know the partition.', {
    api: 'Produce',
    error: 'UNKNOWN_TOPIC_OR_PARTITION',
    times: 2,
  }),
  produce('produce-not-enough-replicas', 'Twice, too few replicas are in sync.', {
    api: 'Produce',
    error: 'NOT_ENOUGH_REPLICAS',
    times: 2,
  }),
  produce('produce-not-enough-replicas-after-append', 'Records are written, and too few replicas have them.', {
    api: 'Produce',
    error: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
    after: true,
    times: 1,
  }),
  produce('produce-timed-out', 'Records are written, and the replicas did not say so in time.', {
    api: 'Produce',
    error: 'REQUEST_TIMED_OUT',
    after: true,
    times: 1,
  }),
  produce('produce-lost', 'The connection ends before records are written.', { api: 'Produce', drop: true, times: 1 }),
  produce('produce-answer-lost', 'The connection ends when records are written and nobody has been told.', {
    api: 'Produce',
    drop: true,
    after: true,
    times: 1,
  }),
  produce('produce-corrupt', 'Records arrive damaged, once.', { api: 'Produce', error: 'CORRUPT_MESSAGE', times: 1 }),
  produce('disk-full', 'Five times, there is no room on the disk for records.', {
    api: 'Produce',
    diskFull: true,
    times: 5,
  }),
  produce('produce-is-slow', 'The first records are written two seconds later.', {
    api: 'Produce',
    delay: '2s',
    times: 1,
  }),

  fetch('fetch-not-leader', 'Twice, another broker leads the partition.', {
    api: 'Fetch',
    error: 'NOT_LEADER_OR_FOLLOWER',
    times: 2,
  }),
  fetch('fetch-unknown-topic', 'Once, the broker does not know the partition.', {
    api: 'Fetch',
    error: 'UNKNOWN_TOPIC_OR_PARTITION',
    times: 1,
  }),
  fetch('fetch-offset-out-of-range', 'What the consumer wants to read has been deleted.', {
    api: 'Fetch',
    error: 'OFFSET_OUT_OF_RANGE',
    times: 1,
  }),
  fetch('fetch-leader-epoch-fenced', 'The partition has a new leader since the consumer looked.', {
    api: 'Fetch',
    error: 'FENCED_LEADER_EPOCH',
    times: 1,
  }),
  fetch('fetch-storage-error', 'Twice, the disk cannot be read.', {
    api: 'Fetch',
    error: 'KAFKA_STORAGE_ERROR',
    times: 2,
  }),
  fetch('fetch-connection-lost', 'The connection ends instead of records, twice.', {
    api: 'Fetch',
    drop: true,
    skip: 1,
    times: 2,
  }),
  fetch('fetch-is-slow', 'Records come two seconds later.', { api: 'Fetch', delay: '2s', times: 1 }),
  fetch('list-offsets-not-leader', 'Twice, another broker knows where the log begins and ends.', {
    api: 'ListOffsets',
    error: 'NOT_LEADER_OR_FOLLOWER',
    times: 2,
  }),

  group('coordinator-not-available', 'Three times, nobody coordinates the group yet.', {
    api: 'FindCoordinator',
    error: 'COORDINATOR_NOT_AVAILABLE',
    times: 3,
  }),
  group('coordinator-loading', 'The coordinator is still reading when the group is joined.', {
    api: ['JoinGroup', 'SyncGroup'],
    error: 'COORDINATOR_LOAD_IN_PROGRESS',
    times: 2,
  }),
  group('coordinator-moved', 'Another broker coordinates the group now.', {
    api: ofMembers,
    error: 'NOT_COORDINATOR',
    skip: 2,
    times: 1,
  }),
  group('join-connection-lost', 'The connection ends while the group is joined.', {
    api: 'JoinGroup',
    drop: true,
    times: 1,
  }),
  group('sync-rebalance', 'The group rebalances again before work is shared out.', {
    api: 'SyncGroup',
    when: 'rebalance',
    times: 1,
  }),
  group('heartbeat-rebalance', 'The group rebalances while the consumer works.', {
    api: 'Heartbeat',
    when: 'rebalance',
    times: 1,
  }),
  group('heartbeat-evicted', 'The session of the consumer runs out while it works.', {
    api: 'Heartbeat',
    when: 'evict',
    times: 1,
  }),
  group('heartbeat-connection-lost', 'The connection ends at a heartbeat.', { api: 'Heartbeat', drop: true, times: 1 }),

  commit('offset-fetch-coordinator-loading', 'Twice, the coordinator has not read yet where the group was.', {
    api: 'OffsetFetch',
    error: 'COORDINATOR_LOAD_IN_PROGRESS',
    times: 2,
  }),
  commit('offset-fetch-unstable', 'Twice, where the group was is being committed in a transaction.', {
    api: 'OffsetFetch',
    error: 'UNSTABLE_OFFSET_COMMIT',
    times: 2,
  }),
  commit('commit-rebalance', 'The group rebalances as the consumer commits.', {
    api: 'OffsetCommit',
    when: 'rebalance',
    times: 1,
  }),
  commit('commit-evicted', 'The session of the consumer has run out as it commits.', {
    api: 'OffsetCommit',
    when: 'evict',
    times: 1,
  }),
  commit('commit-coordinator-moved', 'Another broker coordinates the group as the consumer commits.', {
    api: 'OffsetCommit',
    error: 'NOT_COORDINATOR',
    times: 1,
  }),
  commit('commit-lost', 'The connection ends before the commit.', { api: 'OffsetCommit', drop: true, times: 1 }),
  commit('commit-answer-lost', 'The connection ends after the commit.', {
    api: 'OffsetCommit',
    drop: true,
    after: true,
    times: 1,
  }),

  commit('commit-disk-full', 'Twice, there is no room on the disk for what the consumer commits.', {
    api: 'OffsetCommit',
    diskFull: true,
    times: 2,
  }),

  transaction('producer-id-coordinator-loading', 'Twice, the coordinator of transactions is still reading.', {
    api: 'InitProducerId',
    error: 'COORDINATOR_LOAD_IN_PROGRESS',
    times: 2,
  }),
  transaction('transaction-concurrent', 'Twice, the transaction before has not ended yet.', {
    api: ['AddPartitionsToTxn', 'InitProducerId'],
    error: 'CONCURRENT_TRANSACTIONS',
    times: 2,
  }),
  transaction('transaction-end-coordinator-moved', 'Another broker coordinates the transaction as it ends.', {
    api: 'EndTxn',
    error: 'NOT_COORDINATOR',
    times: 1,
  }),
  transaction('transaction-end-answer-lost', 'The transaction has ended, and the connection too before the answer.', {
    api: 'EndTxn',
    drop: true,
    after: true,
    times: 1,
  }),
]

/** Those of these names, or of these kinds; all when there are none. Throws TypeError for a name that nobody knows. */
export function chosenFailures(only: readonly string[], without: readonly string[] = []): readonly Failure[] {
  for (const name of [...only, ...without]) {
    if (standardFailures.some(failure => isCalled(failure, name))) continue
    const kinds = new Set(standardFailures.map(({ about }) => about))
    const near = nearest([...kinds, ...standardFailures.map(failure => failure.name)], name)
    throw new TypeError(`no failure is called '${name}'.${near || ` Kinds of them are ${[...kinds].join(', ')}.`}`)
  }
  return standardFailures.filter(
    failure =>
      (only.length === 0 || only.some(name => isCalled(failure, name))) &&
      !without.some(name => isCalled(failure, name)),
  )
}

const isCalled = (failure: Failure, name: string): boolean => failure.name === name || failure.about === name
