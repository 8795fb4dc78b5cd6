/** An error that a fault tells stands where it stands when the broker has a reason for it, with the same fields around it. */
import type { ClientConnection } from '../../../../src/client/connection'
import type { FaultError } from '../../../../src/embedded/door/fault-spec'
import { errors, errorNameOf, type ErrorName } from '../../../../src/protocol/errors'
import { AddOffsetsToTxn } from '../../../../src/protocol/messages/add-offsets-to-txn'
import { AddPartitionsToTxn } from '../../../../src/protocol/messages/add-partitions-to-txn'
import { DeleteGroups } from '../../../../src/protocol/messages/delete-groups'
import { DeleteRecords } from '../../../../src/protocol/messages/delete-records'
import { DescribeGroups } from '../../../../src/protocol/messages/describe-groups'
import { ElectLeaders } from '../../../../src/protocol/messages/elect-leaders'
import { EndTxn } from '../../../../src/protocol/messages/end-txn'
import { Fetch } from '../../../../src/protocol/messages/fetch'
import { FindCoordinator } from '../../../../src/protocol/messages/find-coordinator'
import { Heartbeat } from '../../../../src/protocol/messages/heartbeat'
import { InitProducerId } from '../../../../src/protocol/messages/init-producer-id'
import { JoinGroup } from '../../../../src/protocol/messages/join-group'
import { LeaveGroup } from '../../../../src/protocol/messages/leave-group'
import { ListOffsets } from '../../../../src/protocol/messages/list-offsets'
import { Metadata } from '../../../../src/protocol/messages/metadata'
import { OffsetCommit } from '../../../../src/protocol/messages/offset-commit'
import { OffsetDelete } from '../../../../src/protocol/messages/offset-delete'
import { OffsetFetch } from '../../../../src/protocol/messages/offset-fetch'
import { OffsetForLeaderEpoch } from '../../../../src/protocol/messages/offset-for-leader-epoch'
import { Produce } from '../../../../src/protocol/messages/produce'
import { SyncGroup } from '../../../../src/protocol/messages/sync-group'
import { TxnOffsetCommit } from '../../../../src/protocol/messages/txn-offset-commit'
import type { Api } from '../../../../src/protocol/schema'
import { makeBatch } from '../../../support/batches'
import { EngineBench } from '../../../support/engine-bench'

const group = 'g'
const transactionalId = 't'

/** Two nodes, of which one leads the topic and coordinates the group and the transaction, or does not. */
class Two {
  readonly at = new EngineBench()
  readonly clients: ClientConnection[] = []
  cluster = 0
  topicId = ''
  producer = { producerId: 0n as unknown as number, producerEpoch: 0 }

  async open(): Promise<this> {
    const { cluster, nodes } = await this.at.start({ brokers: 2, topics: [{ name: 'orders', partitions: 2 }, 'spare'] })
    this.cluster = cluster
    for (const { port } of nodes) this.clients.push(await this.at.connect(port))
    const { topics } = await this.ask(this.node(1), Metadata, 12, { topics: [{ name: 'orders' }] })
    this.topicId = topics[0].topicId
    this.producer = await this.ask(await this.coordinator(1, transactionalId), InitProducerId, 4, {
      transactionalId,
      transactionTimeoutMs: 60_000,
      producerId: -1,
      producerEpoch: -1,
    })
    return this
  }

  node(id: number): ClientConnection {
    return this.clients[id - 1]!
  }

  ask(by: ClientConnection, api: Api, version: number, body: unknown): Promise<any> {
    return this.at.world.until(by.request(api as never, version, body as never) as Promise<unknown>)
  }

  async leader(): Promise<ClientConnection> {
    const { topics } = await this.ask(this.node(1), Metadata, 12, { topics: [{ name: 'orders' }] })
    const first = topics[0].partitions.find((one: { partitionIndex: number }) => one.partitionIndex === 0)
    return this.node(first.leaderId)
  }

  async coordinator(keyType: number, key: string): Promise<ClientConnection> {
    const { coordinators } = await this.ask(this.node(1), FindCoordinator, 4, { keyType, coordinatorKeys: [key] })
    return this.node(coordinators[0].nodeId)
  }

  right(of: Row['of']): Promise<ClientConnection> {
    return of === 'topic'
      ? this.leader()
      : of === 'group'
        ? this.coordinator(0, group)
        : this.coordinator(1, transactionalId)
  }

  other(than: ClientConnection): ClientConnection {
    return this.clients.find(client => client !== than)!
  }
}

interface Row {
  readonly api: Api
  readonly error: ErrorName
  readonly versions: readonly number[]
  /** Who is asked: the one that leads or coordinates; for `misled` the other gives the honest answer. */
  readonly of: 'topic' | 'group' | 'transaction'
  readonly misled?: boolean
  /** What would be served. */
  good(two: Two, version: number): object
  /** What is refused with the error; left out where it is the other node that refuses. */
  bad?(two: Two, version: number): object
  /** Brings about what is refused. */
  before?(two: Two): Promise<unknown>
}

const partitionOf = (more: object) => [{ partition: 0, ...more }]
const fetchOf =
  ({ offset = 0, topic = 'orders', id = null as string | null, epoch = -1, session = 0, at = -1, indexes = [0] }) =>
  (two: Two) => ({
    maxWaitMs: 0,
    minBytes: 0,
    sessionId: session,
    sessionEpoch: at,
    topics: [
      {
        topic,
        topicId: id ?? two.topicId,
        partitions: indexes.map(partition => ({
          partition,
          currentLeaderEpoch: epoch,
          fetchOffset: offset,
          partitionMaxBytes: 1024,
        })),
      },
    ],
  })
const produceOf =
  ({ topic = 'orders', id = null as string | null, acks = 1, spoil = false }) =>
  (two: Two) => {
    const records = makeBatch()
    if (spoil) records[records.length - 1]! ^= 1
    return {
      acks,
      timeoutMs: 1_000,
      topicData: [{ name: topic, topicId: id ?? two.topicId, partitionData: [{ index: 0, records }] }],
    }
  }
const listOf =
  ({ topic = 'orders', epoch = -1 }) =>
  () => ({
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, currentLeaderEpoch: epoch, timestamp: -1 }] }],
  })
const epochOf =
  ({ topic = 'orders', epoch = -1 }) =>
  () => ({ topics: [{ topic, partitions: partitionOf({ currentLeaderEpoch: epoch, leaderEpoch: 0 }) }] })
const offsetsOf = (two: Two, version: number) => {
  const topics = [{ name: 'orders', topicId: two.topicId, partitionIndexes: [0, 1] }]
  return askedOffsets(topics, version)
}
const allOffsets = (_two: Two, version: number) => askedOffsets(null, version)
const askedOffsets = (topics: object[] | null, version: number) => ({
  ...(version >= 8 ? { groups: [{ groupId: group, topics }] } : { groupId: group, topics }),
  ...(version >= 7 && { requireStable: true }),
})
const leaveOf = (_two: Two, version: number) => ({
  groupId: group,
  ...(version >= 3 ? { members: [{ memberId: 'nobody' }] } : { memberId: 'nobody' }),
})
const commitOf =
  ({ memberId = '', generation = -1, topic = 'orders', id = null as string | null }) =>
  (two: Two) => ({
    groupId: group,
    memberId,
    generationIdOrMemberEpoch: generation,
    topics: [
      {
        name: topic,
        topicId: id ?? two.topicId,
        partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }],
      },
    ],
  })
const txnCommitOf = (two: Two) => ({ ...commitOf({})(two), transactionalId, ...two.producer, generationId: -1 })
const joinOf =
  ({ memberId = '', sessionTimeoutMs = 10_000 }) =>
  () => ({
    groupId: group,
    memberId,
    sessionTimeoutMs,
    rebalanceTimeoutMs: 10_000,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
  })
const memberOf = () => ({
  groupId: group,
  memberId: 'nobody',
  generationId: 1,
  protocolType: 'consumer',
  protocolName: 'range',
  assignments: [],
})
const transactionOf = (two: Two) => ({ transactionalId, ...two.producer, committed: true })
const fenced = (two: Two) => ({ ...transactionOf(two), producerEpoch: 99 })
const addOf = (two: Two) => {
  const topics = [{ name: 'orders', partitions: [0, 1] }]
  return {
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: two.producer.producerId,
    v3AndBelowProducerEpoch: two.producer.producerEpoch,
    v3AndBelowTopics: topics,
  }
}
const initOf =
  ({ timeoutMs = 60_000 }) =>
  () => ({ transactionalId, transactionTimeoutMs: timeoutMs, producerId: -1, producerEpoch: -1 })
const metadataOf =
  (...names: string[]) =>
  () => ({ topics: names.map(name => ({ name })), allowAutoTopicCreation: false })
const unknownId = 'f'.repeat(32)

async function joinTransaction(two: Two): Promise<void> {
  const transactions = await two.coordinator(1, transactionalId)
  await two.ask(transactions, AddOffsetsToTxn, 3, { transactionalId, ...two.producer, groupId: group })
}

async function leaveOffsetPending(two: Two): Promise<void> {
  const groups = await two.coordinator(0, group)
  await two.ask(groups, OffsetCommit, 8, commitOf({})(two))
  await joinTransaction(two)
  await two.ask(groups, TxnOffsetCommit, 3, {
    ...txnCommitOf(two),
    topics: [{ name: 'orders', partitions: [0, 1].map(partitionIndex => ({ partitionIndex, committedOffset: 5 })) }],
  })
}

const rows: readonly Row[] = [
  {
    api: Fetch,
    error: 'OFFSET_OUT_OF_RANGE',
    versions: [4, 11, 12, 17],
    of: 'topic',
    good: fetchOf({}),
    bad: fetchOf({ offset: 999 }),
  },
  {
    api: Fetch,
    error: 'UNKNOWN_LEADER_EPOCH',
    versions: [11, 12, 17],
    of: 'topic',
    good: fetchOf({}),
    bad: fetchOf({ epoch: 99 }),
  },
  { api: Fetch, error: 'NOT_LEADER_OR_FOLLOWER', versions: [4, 7, 10], of: 'topic', misled: true, good: fetchOf({}) },
  {
    api: Fetch,
    error: 'UNKNOWN_TOPIC_OR_PARTITION',
    versions: [4, 12],
    of: 'topic',
    good: fetchOf({ indexes: [7] }),
    bad: fetchOf({ indexes: [7] }),
  },
  {
    api: Fetch,
    error: 'FETCH_SESSION_ID_NOT_FOUND',
    versions: [11, 12, 17],
    of: 'topic',
    good: fetchOf({}),
    bad: fetchOf({ session: 77, at: 3 }),
  },
  {
    api: Produce,
    error: 'NOT_LEADER_OR_FOLLOWER',
    versions: [3, 8, 9, 10, 12, 13],
    of: 'topic',
    misled: true,
    good: produceOf({}),
  },
  {
    api: Produce,
    error: 'UNKNOWN_TOPIC_OR_PARTITION',
    versions: [3, 9, 12],
    of: 'topic',
    good: produceOf({ topic: 'none' }),
    bad: produceOf({ topic: 'none' }),
  },
  {
    api: Produce,
    error: 'UNKNOWN_TOPIC_ID',
    versions: [13],
    of: 'topic',
    good: produceOf({ topic: '', id: unknownId }),
    bad: produceOf({ topic: '', id: unknownId }),
  },
  {
    api: Produce,
    error: 'CORRUPT_MESSAGE',
    versions: [3, 9, 12, 13],
    of: 'topic',
    good: produceOf({}),
    bad: produceOf({ spoil: true }),
  },
  {
    api: Produce,
    error: 'INVALID_REQUIRED_ACKS',
    versions: [3, 9, 12],
    of: 'topic',
    good: produceOf({}),
    bad: produceOf({ acks: 7 }),
  },
  {
    api: ListOffsets,
    error: 'NOT_LEADER_OR_FOLLOWER',
    versions: [1, 4, 7, 10],
    of: 'topic',
    misled: true,
    good: listOf({}),
  },
  {
    api: ListOffsets,
    error: 'UNKNOWN_LEADER_EPOCH',
    versions: [4, 7, 10],
    of: 'topic',
    good: listOf({}),
    bad: listOf({ epoch: 99 }),
  },
  {
    api: ListOffsets,
    error: 'UNKNOWN_TOPIC_OR_PARTITION',
    versions: [1, 7],
    of: 'topic',
    good: listOf({ topic: 'none' }),
    bad: listOf({ topic: 'none' }),
  },
  {
    api: OffsetForLeaderEpoch,
    error: 'UNKNOWN_LEADER_EPOCH',
    versions: [3, 4],
    of: 'topic',
    good: epochOf({}),
    bad: epochOf({ epoch: 99 }),
  },
  {
    api: OffsetForLeaderEpoch,
    error: 'NOT_LEADER_OR_FOLLOWER',
    versions: [3, 4],
    of: 'topic',
    misled: true,
    good: epochOf({}),
  },
  {
    api: Metadata,
    error: 'UNKNOWN_TOPIC_OR_PARTITION',
    versions: [4, 9, 12, 13],
    of: 'topic',
    good: metadataOf('orders'),
    bad: metadataOf('orderz'),
  },
  {
    api: Metadata,
    error: 'INVALID_TOPIC_EXCEPTION',
    versions: [4, 9, 12],
    of: 'topic',
    good: metadataOf('orders'),
    bad: metadataOf('orders!'),
  },
  {
    api: OffsetFetch,
    error: 'NOT_COORDINATOR',
    versions: [1, 5, 7, 8, 10],
    of: 'group',
    misled: true,
    good: offsetsOf,
  },
  { api: OffsetFetch, error: 'NOT_COORDINATOR', versions: [5, 7, 8, 10], of: 'group', misled: true, good: allOffsets },
  {
    api: OffsetFetch,
    error: 'UNSTABLE_OFFSET_COMMIT',
    versions: [7, 8, 9, 10],
    of: 'group',
    good: offsetsOf,
    bad: offsetsOf,
    before: leaveOffsetPending,
  },
  {
    api: OffsetFetch,
    error: 'UNSTABLE_OFFSET_COMMIT',
    versions: [7, 8, 9],
    of: 'group',
    good: allOffsets,
    bad: allOffsets,
    before: leaveOffsetPending,
  },
  {
    api: OffsetCommit,
    error: 'NOT_COORDINATOR',
    versions: [2, 8, 9, 10],
    of: 'group',
    misled: true,
    good: commitOf({}),
  },
  {
    api: OffsetCommit,
    error: 'ILLEGAL_GENERATION',
    versions: [2, 8],
    of: 'group',
    good: commitOf({}),
    bad: commitOf({ memberId: 'nobody', generation: 3 }),
  },
  { api: JoinGroup, error: 'NOT_COORDINATOR', versions: [2, 5, 6, 9], of: 'group', misled: true, good: joinOf({}) },
  {
    api: JoinGroup,
    error: 'INVALID_SESSION_TIMEOUT',
    versions: [2, 5, 7, 9],
    of: 'group',
    good: joinOf({}),
    bad: joinOf({ sessionTimeoutMs: 1 }),
  },
  { api: SyncGroup, error: 'NOT_COORDINATOR', versions: [1, 4, 5], of: 'group', misled: true, good: memberOf },
  { api: SyncGroup, error: 'UNKNOWN_MEMBER_ID', versions: [1, 4, 5], of: 'group', good: memberOf, bad: memberOf },
  { api: Heartbeat, error: 'NOT_COORDINATOR', versions: [1, 4], of: 'group', misled: true, good: memberOf },
  { api: LeaveGroup, error: 'NOT_COORDINATOR', versions: [1, 3, 5], of: 'group', misled: true, good: leaveOf },
  { api: LeaveGroup, error: 'UNKNOWN_MEMBER_ID', versions: [1, 3, 5], of: 'group', good: leaveOf, bad: leaveOf },
  {
    api: DescribeGroups,
    error: 'NOT_COORDINATOR',
    versions: [0, 5, 6],
    of: 'group',
    misled: true,
    good: () => ({ groups: [group] }),
  },
  {
    api: DeleteGroups,
    error: 'NOT_COORDINATOR',
    versions: [1, 2],
    of: 'group',
    misled: true,
    good: () => ({ groupsNames: [group] }),
  },
  {
    api: OffsetDelete,
    error: 'GROUP_ID_NOT_FOUND',
    versions: [0],
    of: 'group',
    good: () => ({ groupId: group, topics: [{ name: 'orders', partitions: [{ partitionIndex: 0 }] }] }),
    bad: () => ({ groupId: group, topics: [{ name: 'orders', partitions: [{ partitionIndex: 0 }] }] }),
  },
  {
    api: OffsetDelete,
    error: 'UNKNOWN_TOPIC_OR_PARTITION',
    versions: [0],
    of: 'group',
    before: two => two.coordinator(0, group).then(by => two.ask(by, OffsetCommit, 8, commitOf({})(two))),
    good: () => ({ groupId: group, topics: [{ name: 'none', partitions: [{ partitionIndex: 0 }] }] }),
    bad: () => ({ groupId: group, topics: [{ name: 'none', partitions: [{ partitionIndex: 0 }] }] }),
  },
  {
    api: DeleteRecords,
    error: 'OFFSET_OUT_OF_RANGE',
    versions: [1, 2],
    of: 'topic',
    good: () => ({ topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, offset: 0 }] }], timeoutMs: 99 }),
    bad: () => ({ topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, offset: 99 }] }], timeoutMs: 99 }),
  },
  {
    api: DeleteRecords,
    error: 'NOT_LEADER_OR_FOLLOWER',
    versions: [1, 2],
    of: 'topic',
    misled: true,
    good: () => ({ topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, offset: 0 }] }], timeoutMs: 99 }),
  },
  {
    api: ElectLeaders,
    error: 'ELECTION_NOT_NEEDED',
    versions: [1, 2],
    of: 'topic',
    good: () => ({ electionType: 0, topicPartitions: [{ topic: 'orders', partitions: [0] }], timeoutMs: 99 }),
    bad: () => ({ electionType: 0, topicPartitions: [{ topic: 'orders', partitions: [0] }], timeoutMs: 99 }),
  },
  {
    api: InitProducerId,
    error: 'NOT_COORDINATOR',
    versions: [1, 4, 5],
    of: 'transaction',
    misled: true,
    good: initOf({}),
  },
  {
    api: InitProducerId,
    error: 'INVALID_TRANSACTION_TIMEOUT',
    versions: [1, 4, 5],
    of: 'transaction',
    good: initOf({}),
    bad: initOf({ timeoutMs: 2 ** 31 - 1 }),
  },
  { api: AddPartitionsToTxn, error: 'NOT_COORDINATOR', versions: [1, 3], of: 'transaction', misled: true, good: addOf },
  {
    api: AddOffsetsToTxn,
    error: 'NOT_COORDINATOR',
    versions: [1, 4],
    of: 'transaction',
    misled: true,
    good: two => ({ ...transactionOf(two), groupId: group }),
  },
  { api: EndTxn, error: 'NOT_COORDINATOR', versions: [1, 4, 5], of: 'transaction', misled: true, good: transactionOf },
  { api: EndTxn, error: 'PRODUCER_FENCED', versions: [3, 4], of: 'transaction', good: transactionOf, bad: fenced },
  { api: TxnOffsetCommit, error: 'NOT_COORDINATOR', versions: [5], of: 'group', misled: true, good: txnCommitOf },
  {
    api: TxnOffsetCommit,
    error: 'INVALID_TXN_STATE',
    versions: [3],
    of: 'group',
    good: txnCommitOf,
    bad: txnCommitOf,
  },
]

const cases = rows.flatMap(row => row.versions.map(version => [row.api.name, version, row.error, row] as const))

test.each(cases)('%s %i %s', async (name, version, error, { api, of, misled = false, good, bad = good, before }) => {
  const two = await new Two().open()
  const right = await two.right(of)
  await before?.(two)
  const fault = await two.at.faultsOf(two.cluster).error(name as 'Fetch', error as FaultError, { times: 1 })
  const faulted = await two.ask(right, api, version, good(two, version))
  expect(await fault.hits()).toBe(1)
  const honest = await two.ask(misled ? two.other(right) : right, api, version, bad(two, version))
  expect(JSON.stringify(honest, plain)).toMatch(new RegExp(`rrorCode":${errors[error].code}\\b`))
  expect(comparable(faulted)).toEqual(comparable(honest))
})

/** What is said in words depends on what was asked, and so does the name of a topic. */
const comparable = (reply: unknown): unknown => JSON.parse(JSON.stringify(reply, plain))
const plain = (key: string, value: unknown): unknown => {
  if (key === 'errorMessage') return undefined
  if (typeof value === 'bigint') return `${value}`
  return key === 'name' && value !== '' ? 'orders' : value
}

// Followers serve fetches of these versions, so that the one who is honest here is asked to write.
test.each([
  [16, 'NOT_LEADER_OR_FOLLOWER'],
  [17, 'FENCED_LEADER_EPOCH'],
] as const)('Fetch %i %s says where the leader is, as Produce does', async (version, error) => {
  const two = await new Two().open()
  const leader = await two.leader()
  const honest = await two.ask(two.other(leader), Produce, 13, produceOf({})(two))
  const { currentLeader } = honest.responses[0].partitionResponses[0]
  expect(currentLeader.leaderId).toBeGreaterThan(0)
  await two.at.faultsOf(two.cluster).error('Fetch', error, { times: 1 })
  const faulted = await two.ask(leader, Fetch, version, fetchOf({})(two))
  expect(faulted.responses[0].partitions[0]).toMatchObject({ errorCode: errors[error].code, currentLeader })
  expect(faulted.nodeEndpoints).toEqual(honest.nodeEndpoints)
})

test('an answer about leaders has none for the partitions of which that is told', async () => {
  const two = await new Two().open()
  const ask = async (version: number, names: readonly string[]) => {
    const told = { topics: names.map(name => ({ name })), allowAutoTopicCreation: false }
    const { topics, errorCode } = await two.ask(two.node(1), Metadata, version, told)
    const lines = topics.flatMap((topic: any) => [
      `${topic.name} ${errorNameOf(topic.errorCode)}`,
      ...topic.partitions
        .toSorted((a: any, b: any) => a.partitionIndex - b.partitionIndex)
        .map((one: any) => `${one.partitionIndex} ${errorNameOf(one.errorCode)} ${one.leaderId > 0}`),
    ])
    return [errorNameOf(errorCode), ...lines]
  }
  const faults = two.at.faultsOf(two.cluster)
  await faults.error('Metadata', 'LEADER_NOT_AVAILABLE', { topic: 'orders', partition: 1, times: 1 })
  const none = 'LEADER_NOT_AVAILABLE'
  expect(await ask(12, ['orders', 'spare'])).toEqual([
    'NONE',
    'orders NONE',
    '0 NONE true',
    `1 ${none} false`,
    'spare NONE',
    '0 NONE true',
  ])
  await faults.error('Metadata', none, { times: 1 })
  expect(await ask(12, ['spare', 'nowhere'])).toEqual(['NONE', 'spare NONE', `0 ${none} false`, `nowhere ${none}`])
  await faults.error('Metadata', 'REBOOTSTRAP_REQUIRED', { times: 1 })
  expect((await ask(13, ['spare']))[0]).toBe('REBOOTSTRAP_REQUIRED')
})

test('of several groups the one that is meant is refused, and of its topics the one', async () => {
  const two = await new Two().open()
  const by = await two.coordinator(0, group)
  const topics = ['orders', 'spare'].map(name => ({ name, partitionIndexes: [0] }))
  const ask = async () => {
    const groups = [group, 'other'].map(groupId => ({ groupId, topics }))
    const reply = await two.ask(by, OffsetFetch, 8, { groups, requireStable: true })
    const ofOne = (one: any) => [
      errorNameOf(one.errorCode),
      ...one.topics.map(({ name, partitions }: any) => `${name} ${errorNameOf(partitions[0].errorCode)}`),
    ]
    return ofOne(reply.groups.find(({ groupId }: any) => groupId === group))
  }
  const faults = two.at.faultsOf(two.cluster)
  await faults.error('OffsetFetch', 'UNSTABLE_OFFSET_COMMIT', { topic: 'spare', times: 1 })
  expect(await ask()).toEqual(['NONE', 'orders NONE', 'spare UNSTABLE_OFFSET_COMMIT'])
  await faults.error('OffsetFetch', 'COORDINATOR_LOAD_IN_PROGRESS', { group: 'other', times: 1 })
  expect(await ask()).toEqual(['NONE', 'orders NONE', 'spare NONE'])
  await faults.error('OffsetFetch', 'COORDINATOR_LOAD_IN_PROGRESS', { group, topic: 'spare', times: 1 })
  expect(await ask()).toEqual(['COORDINATOR_LOAD_IN_PROGRESS'])
})
