/** What is answered to whom something is allowed, and the rest is not. */
import { AddOffsetsToTxn } from '../../../src/protocol/messages/add-offsets-to-txn'
import { AddPartitionsToTxn } from '../../../src/protocol/messages/add-partitions-to-txn'
import { AlterConfigs } from '../../../src/protocol/messages/alter-configs'
import { CreateAcls } from '../../../src/protocol/messages/create-acls'
import { CreateTopics } from '../../../src/protocol/messages/create-topics'
import { DeleteAcls } from '../../../src/protocol/messages/delete-acls'
import { DeleteTopics } from '../../../src/protocol/messages/delete-topics'
import { DescribeAcls } from '../../../src/protocol/messages/describe-acls'
import { DescribeCluster } from '../../../src/protocol/messages/describe-cluster'
import { DescribeConfigs } from '../../../src/protocol/messages/describe-configs'
import { DescribeGroups } from '../../../src/protocol/messages/describe-groups'
import { DescribeTopicPartitions } from '../../../src/protocol/messages/describe-topic-partitions'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { FindCoordinator } from '../../../src/protocol/messages/find-coordinator'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/incremental-alter-configs'
import { InitProducerId } from '../../../src/protocol/messages/init-producer-id'
import { ListGroups } from '../../../src/protocol/messages/list-groups'
import { ListOffsets } from '../../../src/protocol/messages/list-offsets'
import { ListTransactions } from '../../../src/protocol/messages/list-transactions'
import { Metadata } from '../../../src/protocol/messages/metadata'
import { OffsetCommit } from '../../../src/protocol/messages/offset-commit'
import { OffsetDelete } from '../../../src/protocol/messages/offset-delete'
import { OffsetFetch } from '../../../src/protocol/messages/offset-fetch'
import { Produce } from '../../../src/protocol/messages/produce'
import { TxnOffsetCommit } from '../../../src/protocol/messages/txn-offset-commit'
import { WriteTxnMarkers } from '../../../src/protocol/messages/write-txn-markers'
import type { RequestDraft } from '../../../src/protocol/schema'
import { batch } from '../batches'
import { give } from '../guest'
import { eachVersion, type Scenario, scene } from '../scenario'
import type { Subject, Topic } from '../subject'
import { deniedScenarios, noTopic } from './denied'
import { deniedListScenarios } from './denied-lists'
import { creates, deletes, describes } from './unsecured'

const records = batch(['a'])

async function someTopics(subject: Subject): Promise<void> {
  const { guest } = subject
  const [open, read, closed] = [await subject.topic('open'), await subject.topic('read'), await subject.topic('closed')]
  await give(
    subject,
    { to: 'all', of: 'topic', named: open.name },
    { to: 'read', of: 'topic', named: subject.name('re'), isPrefix: true },
    { to: 'describe', of: 'topic', named: subject.name('nope') },
    { to: 'read', of: 'group', named: subject.name('g') },
  )
  const all = [open, read, closed]
  for (const version of [12, 13]) {
    const topicData = all.map(({ name, id }) => ({
      ...(version < 13 ? { name } : { topicId: id }),
      partitionData: [{ index: 0, records }],
    }))
    await subject.ask(Produce, { acks: -1, timeoutMs: 5000, topicData }, version, guest)
    const topics = all.map(({ name, id }) => ({
      ...(version < 13 ? { topic: name } : { topicId: id }),
      partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 10_000 }],
    }))
    for (const replicaId of [-1, 1]) {
      const fetched = { replicaId, maxWaitMs: 0, minBytes: 0, maxBytes: 10_000, isolationLevel: 0, topics }
      await subject.ask(Fetch, { ...fetched, sessionEpoch: -1 } as RequestDraft<typeof Fetch>, version, guest)
    }
  }
  const partitions = [{ partitionIndex: 0, timestamp: -1 }]
  await subject.ask(
    ListOffsets,
    { replicaId: -1, isolationLevel: 0, topics: all.map(({ name }) => ({ name, partitions })) },
    7,
    guest,
  )
  const operations = { includeTopicAuthorizedOperations: true, allowAutoTopicCreation: true }
  for (const topics of [null, [], all.map(({ name }) => ({ name })), [{ name: subject.name('nope') }]]) {
    await subject.ask(Metadata, { topics, ...operations }, 12, guest)
  }
  for (const { id } of all) await subject.ask(Metadata, { topics: [{ name: null, topicId: id }] }, 12, guest)
  await subject.ask(Metadata, { topics: all.map(({ id }) => ({ name: null, topicId: id })) }, 12, guest)
  for (const named of [all.map(({ name }) => ({ name })), [{ name: closed.name }], []]) {
    await subject.ask(DescribeTopicPartitions, { topics: named, responsePartitionLimit: 100, cursor: null }, 0, guest)
  }
  await offsets(subject, all)
}

async function offsets(subject: Subject, all: readonly Topic[]): Promise<void> {
  const { guest } = subject
  const groupId = subject.name('g')
  const committed = { partitionIndex: 0, committedOffset: 1, committedLeaderEpoch: -1, committedMetadata: '' }
  const member = { groupId, generationIdOrMemberEpoch: -1, memberId: '', groupInstanceId: null }
  for (const connection of [guest, 'main']) {
    for (const version of [8, 10]) {
      const topics = all.map(({ name, id }) => ({
        ...(version < 10 ? { name } : { topicId: id }),
        partitions: [committed],
      }))
      await subject.ask(OffsetCommit, { ...member, topics }, version, connection)
    }
  }
  for (const version of [7, 8, 10]) {
    const topics = all.map(({ name, id }) => ({
      ...(version < 10 ? { name } : { topicId: id }),
      partitionIndexes: [0],
    }))
    for (const wanted of [topics, null]) {
      const asked =
        version < 8
          ? { groupId, topics: wanted }
          : {
              groups: [
                { groupId, topics: wanted },
                { groupId: subject.name('other'), topics: wanted },
              ],
            }
      await subject.ask(OffsetFetch, asked as RequestDraft<typeof OffsetFetch>, version, guest)
    }
  }
  await give(subject, { to: 'delete', of: 'group', named: groupId })
  const topics = all.map(({ name }) => ({ name, partitions: [{ partitionIndex: 0 }] }))
  await subject.ask(OffsetDelete, { groupId, topics }, 0, guest)
  await subject.ask(ListGroups, { statesFilter: [], typesFilter: [] }, 5, guest)
  await subject.ask(
    DescribeGroups,
    { groups: [groupId, subject.name('other')], includeAuthorizedOperations: true },
    5,
    guest,
  )
  const keys = [groupId, subject.name('other')]
  await subject.ask(FindCoordinator, { keyType: 0, coordinatorKeys: keys }, 4, guest)
  await subject.ask(FindCoordinator, { keyType: 2, coordinatorKeys: keys }, 6, guest)
  await subject.ask(FindCoordinator, { keyType: 1, coordinatorKeys: keys }, 4, guest)
  await subject.ask(FindCoordinator, { keyType: 1, key: groupId }, 3, guest)
}

const created = (name: string) => ({ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] })

async function someCreated(subject: Subject): Promise<void> {
  const { guest } = subject
  const [a, b] = [subject.name('a'), subject.name('b')]
  await give(
    subject,
    { to: 'create', of: 'topic', named: a, isPrefix: true },
    { to: 'describe', of: 'topic', named: a, isPrefix: true },
    { to: 'describeConfigs', of: 'topic', named: `${a}2` },
    { to: 'describe', of: 'topic', named: b },
  )
  const names = [`${a}1`, `${a}2`, b, `${b}2`, `${b}2`, '__cluster_metadata']
  for (const validateOnly of [true, false]) {
    const asked = { topics: names.map(created), timeoutMs: 5000, validateOnly }
    await subject.ask(CreateTopics, asked, 7, guest)
  }
  for (const name of [`${a}3`, b, `${a}/`, `${b}/`]) {
    await subject.ask(
      Metadata,
      { topics: [{ name }], allowAutoTopicCreation: true, includeTopicAuthorizedOperations: true },
      12,
      guest,
    )
  }
  await give(subject, { to: 'create', of: 'cluster' })
  await subject.ask(CreateTopics, { topics: [created(b)], timeoutMs: 5000, validateOnly: false }, 7, guest)
}

async function someDeleted(subject: Subject): Promise<void> {
  const { guest } = subject
  const [open, seen, closed] = [await subject.topic('open'), await subject.topic('seen'), await subject.topic('closed')]
  await give(
    subject,
    { to: 'delete', of: 'topic', named: open.name },
    { to: 'describe', of: 'topic', named: seen.name },
  )
  const all = [seen, closed]
  await subject.ask(DeleteTopics, { topicNames: all.map(({ name }) => name), timeoutMs: 5000 }, 5, guest)
  const byName = all.map(({ name }) => ({ name, topicId: noTopic }))
  await subject.ask(DeleteTopics, { topics: byName, timeoutMs: 5000 }, 6, guest)
  const byId = [...all, open].map(({ id }) => ({ name: null, topicId: id }))
  await subject.ask(DeleteTopics, { topics: byId, timeoutMs: 5000 }, 6, guest)
  const absent = [
    { name: subject.name('nope'), topicId: noTopic },
    { name: null, topicId: noTopic.replace(/^0/, '2') },
  ]
  await subject.ask(DeleteTopics, { topics: absent, timeoutMs: 5000 }, 6, guest)
}

async function idempotent(subject: Subject): Promise<void> {
  const { guest } = subject
  const nobody = { transactionalId: null, transactionTimeoutMs: 1000, producerId: -1, producerEpoch: -1 }
  const asks = () => subject.ask(InitProducerId, nobody, 5, guest)
  await asks()
  await give(subject, { to: 'read', of: 'topic', named: subject.name('t') })
  await asks()
  await give(subject, { to: 'write', of: 'topic', named: subject.name('t'), isPrefix: true })
  await asks()
  await give(subject, { to: 'write', of: 'topic', named: subject.name(''), isPrefix: true, isDenied: true })
  await asks()
  await give(subject, { to: 'idempotentWrite', of: 'cluster' })
  await asks()
}

const isFound = (reply: { readonly coordinators: readonly { readonly errorCode: number }[] }) =>
  reply.coordinators[0]?.errorCode === 0

async function transactional(subject: Subject): Promise<void> {
  const { guest } = subject
  const [open, closed] = [await subject.topic('open'), await subject.topic('closed')]
  const transactionalId = subject.name('x')
  for (const [keyType, key] of [
    [0, subject.name('g')],
    [1, transactionalId],
  ] as const) {
    await subject.eventually(FindCoordinator, { keyType, coordinatorKeys: [key] }, isFound, 4)
  }
  const asked = { transactionalId, transactionTimeoutMs: 10_000, producerId: -1, producerEpoch: -1 }
  await subject.ask(InitProducerId, asked, 5, guest)
  await give(
    subject,
    { to: 'write', of: 'transactionalId', named: transactionalId },
    { to: 'write', of: 'topic', named: open.name },
    { to: 'read', of: 'topic', named: open.name },
  )
  const { producerId, producerEpoch } = await subject.eventually(
    InitProducerId,
    asked,
    ({ errorCode }) => errorCode === 0,
    5,
  )
  const producer = { producerId, producerEpoch }
  for (const topics of [[open, closed], [open]]) {
    const v3AndBelowTopics = topics.map(({ name }) => ({ name, partitions: [0, 9] }))
    const ask = {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      transactions: [],
    }
    await subject.ask(AddPartitionsToTxn, { ...ask, v3AndBelowTopics }, 3, guest)
  }
  await intoTransaction(subject, [open, closed], { transactionalId, ...producer })
}

interface Transactional {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
}

async function intoTransaction(subject: Subject, all: readonly Topic[], producer: Transactional): Promise<void> {
  const { guest } = subject
  const { transactionalId, producerId, producerEpoch } = producer
  const groupId = subject.name('g')
  await subject.ask(AddOffsetsToTxn, { ...producer, groupId }, 4, guest)
  const commit = async () => {
    const topics = all.map(({ name }) => ({
      name,
      partitions: [{ partitionIndex: 0, committedOffset: 1, committedLeaderEpoch: -1, committedMetadata: '' }],
    }))
    const member = { groupId, generationIdOrMemberEpoch: -1, memberId: '', groupInstanceId: null }
    await subject.ask(TxnOffsetCommit, { ...producer, ...member, topics }, 5, guest)
  }
  await commit()
  await give(subject, { to: 'read', of: 'group', named: groupId })
  await commit()
  const more = { producerId, producerEpoch, transactional: true }
  const produced = all.map(({ name }) => ({
    name,
    partitionData: [{ index: 0, records: batch(['a'], { ...more, baseSequence: 0 }) }],
  }))
  for (const id of [transactionalId, subject.name('other')]) {
    await subject.ask(Produce, { transactionalId: id, acks: -1, timeoutMs: 5000, topicData: produced }, 12, guest)
  }
  await subject.ask(
    ListTransactions,
    { stateFilters: [], producerIdFilters: [], durationFilter: -1, transactionalIdPattern: subject.name('.*') },
    2,
    guest,
  )
}

async function someConfigs(subject: Subject): Promise<void> {
  const { guest } = subject
  const [open, closed] = [await subject.topic('open'), await subject.topic('closed')]
  await give(
    subject,
    { to: 'alterConfigs', of: 'topic', named: open.name },
    { to: 'describeConfigs', of: 'group', named: subject.name('g') },
  )
  const resources = [
    [2, open.name],
    [2, closed.name],
    [32, subject.name('g')],
    [32, subject.name('h')],
    [4, '1'],
    [4, ''],
    [8, '1'],
    [16, subject.name('m')],
  ].map(([resourceType, resourceName]) => ({
    resourceType: resourceType as number,
    resourceName: resourceName as string,
  }))
  const configurationKeys = ['retention.ms', 'consumer.session.timeout.ms']
  for (const resource of resources) {
    await subject.ask(DescribeConfigs, { resources: [{ ...resource, configurationKeys }] }, 4, guest)
    const configs = [{ name: 'retention.ms', value: '5000', configOperation: 0 }]
    const asked = { resources: [{ ...resource, configs }], validateOnly: true }
    await subject.ask(IncrementalAlterConfigs, asked, 1, guest)
    const replaced = {
      resources: [{ ...resource, configs: [{ name: 'retention.ms', value: '5000' }] }],
      validateOnly: true,
    }
    if (resource.resourceType !== 8) await subject.ask(AlterConfigs, replaced, 2, guest)
  }
}

async function cluster(subject: Subject): Promise<void> {
  const { guest } = subject
  const asks = async () => {
    const operations = { includeClusterAuthorizedOperations: true }
    await subject.ask(DescribeCluster, { ...operations, endpointType: 1 }, 2, guest)
    await subject.ask(Metadata, { topics: [], ...operations, allowAutoTopicCreation: false }, 9, guest)
  }
  await asks()
  await give(subject, { to: 'describe', of: 'cluster' })
  await asks()
  const markers = [{ producerId: 1, producerEpoch: 0, transactionResult: true, topics: [], coordinatorEpoch: 0 }]
  await subject.ask(WriteTxnMarkers, { markers }, 1, guest)
  await give(subject, { to: 'alter', of: 'cluster' })
  await subject.ask(WriteTxnMarkers, { markers }, 1, guest)
  await asks()
}

const secured = (scenario: Scenario): Scenario => ({ ...scenario, needs: 'authorizer' })

export const accessScenarios: readonly Scenario[] = [
  ...deniedScenarios,
  ...deniedListScenarios,
  scene('access: some topics', someTopics),
  scene('access: some created', someCreated),
  scene('access: some deleted', someDeleted),
  scene('access: idempotent producers', idempotent),
  scene('access: transactions', transactional),
  scene('access: some configs', someConfigs),
  scene('access: cluster', cluster),
  eachVersion(CreateAcls, 'access: create acls', creates),
  eachVersion(DescribeAcls, 'access: describe acls', describes),
  eachVersion(DeleteAcls, 'access: delete acls', deletes),
].map(secured)
