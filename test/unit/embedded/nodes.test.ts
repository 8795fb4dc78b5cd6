/** Clusters of several nodes: what clients see of them. Numbers were compared with three brokers of Apache Kafka 4.4. */
import type { ClientConnection } from '../../../src/client/connection'
import { BrokerNode } from '../../../src/embedded/door/node-handle'
import { toProduce } from '../../../src/embedded/contract/values'
import { partitionOf } from '../../../src/platform/java-hash'
import { errorNameOf } from '../../../src/protocol/errors'
import { AlterPartitionReassignments } from '../../../src/protocol/messages/alter-partition-reassignments'
import { CreateTopics } from '../../../src/protocol/messages/create-topics'
import { DescribeCluster } from '../../../src/protocol/messages/describe-cluster'
import { DescribeTopicPartitions } from '../../../src/protocol/messages/describe-topic-partitions'
import { ElectLeaders } from '../../../src/protocol/messages/elect-leaders'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { FindCoordinator } from '../../../src/protocol/messages/find-coordinator'
import { Heartbeat } from '../../../src/protocol/messages/heartbeat'
import { InitProducerId } from '../../../src/protocol/messages/init-producer-id'
import { JoinGroup } from '../../../src/protocol/messages/join-group'
import { ListOffsets } from '../../../src/protocol/messages/list-offsets'
import { ListPartitionReassignments } from '../../../src/protocol/messages/list-partition-reassignments'
import { Metadata } from '../../../src/protocol/messages/metadata'
import { OffsetCommit } from '../../../src/protocol/messages/offset-commit'
import { OffsetFetch } from '../../../src/protocol/messages/offset-fetch'
import { OffsetForLeaderEpoch } from '../../../src/protocol/messages/offset-for-leader-epoch'
import { Produce } from '../../../src/protocol/messages/produce'
import { SyncGroup } from '../../../src/protocol/messages/sync-group'
import { buildBatch } from '../../../src/protocol/records/records'
import { EngineBench } from '../../support/engine-bench'

type Assignments = readonly (readonly number[])[]

/** A cluster of three, a client at each node, and topics whose replicas are where they are said to be. */
class Three {
  readonly at: EngineBench
  readonly cluster: number
  readonly clients: ClientConnection[] = []

  private constructor(at: EngineBench, cluster: number) {
    this.at = at
    this.cluster = cluster
  }

  static async open(): Promise<Three> {
    const at = new EngineBench()
    const { cluster, nodes } = await at.start({ brokers: 3 })
    const three = new Three(at, cluster)
    for (const { port } of nodes) three.clients.push(await at.connect(port))
    return three
  }

  /** The client at a node. */
  node(id: number): ClientConnection {
    return this.clients[id - 1]!
  }

  done<T>(work: Promise<T>): Promise<T> {
    return this.at.world.until(work)
  }

  async create(name: string, assignments: Assignments, configs: { name: string; value: string }[] = []) {
    const topic = {
      name,
      numPartitions: -1,
      replicationFactor: -1,
      assignments: assignments.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
      configs,
    }
    const { topics } = await this.done(this.node(1).request(CreateTopics, 7, { topics: [topic], timeoutMs: 1000 }))
    return errorNameOf(topics[0]!.errorCode)
  }

  /** `1: leader 2/0 isr 2,3 of 2,3,1` */
  async partitions(topic: string, by = 1): Promise<string[]> {
    const asked = { topics: [{ name: topic }], responsePartitionLimit: 100 }
    const { topics } = await this.done(this.node(by).request(DescribeTopicPartitions, 0, asked))
    return topics[0]!.partitions.map(one => {
      const elr = one.eligibleLeaderReplicas?.length ? ` elr ${one.eligibleLeaderReplicas.join()}` : ''
      return `leader ${one.leaderId}/${one.leaderEpoch} isr ${one.isrNodes.join()} of ${one.replicaNodes.join()}${elr}`
    })
  }

  async produce(by: number, name: string, index: number, acks = -1) {
    const records = buildBatch({ records: [{ timestampMs: 1, key: null, value: Buffer.from('x'), headers: [] }] })
    const topicData = [{ name, partitionData: [{ index, records }] }]
    const reply = await this.done(this.node(by).request(Produce, 11, { acks, timeoutMs: 1000, topicData }))
    const { errorCode, currentLeader } = reply.responses[0]!.partitionResponses[0]!
    return { error: errorNameOf(errorCode), currentLeader, nodeEndpoints: reply.nodeEndpoints }
  }

  /** By id, since version 13; by name before. */
  async fetch(by: number, topic: string, partition: number, version: number, epoch = -1) {
    const { topics } = await this.done(this.node(1).request(Metadata, 12, { topics: [{ name: topic }] }))
    const asked = { partition, currentLeaderEpoch: epoch, fetchOffset: 0, partitionMaxBytes: 1e6 }
    const reply = await this.done(
      this.node(by).request(Fetch, version, {
        maxWaitMs: 0,
        minBytes: 0,
        topics: [{ topic, topicId: topics[0]!.topicId, partitions: [asked] }],
      }),
    )
    const read = reply.responses[0]!.partitions[0]!
    return { ...read, error: errorNameOf(read.errorCode), nodeEndpoints: reply.nodeEndpoints }
  }

  stop(id: number) {
    return this.at.ask(this.cluster, 'stopNode', id)
  }

  async start(id: number) {
    await this.at.ask(this.cluster, 'startNode', id)
    this.clients[id - 1] = await this.at.connect(9091 + id)
  }
}

test('there are three brokers, and leaders and replicas are spread over them', async () => {
  const three = await Three.open()
  const { brokers, controllerId } = await three.done(
    three.node(2).request(DescribeCluster, 1, { includeClusterAuthorizedOperations: false }),
  )
  expect(brokers.map(({ brokerId, port }) => [brokerId, port])).toEqual([
    [1, 9092],
    [2, 9093],
    [3, 9094],
  ])
  expect(controllerId).toBe(1)
  await three.at.ask(three.cluster, 'createTopics', [{ name: 'orders', partitions: 6 }])
  const { topics } = await three.done(three.node(3).request(Metadata, 12, { topics: [{ name: 'orders' }] }))
  const leaders = topics[0]!.partitions.map(({ leaderId }) => leaderId)
  expect(leaders.toSorted()).toEqual([1, 1, 2, 2, 3, 3])
  for (const { replicaNodes, isrNodes } of topics[0]!.partitions) {
    expect(replicaNodes.toSorted()).toEqual([1, 2, 3])
    expect(isrNodes).toEqual(replicaNodes)
  }
})

test.each([
  { config: { 'advertised.listeners': 'PLAINTEXT://docker:7000' }, first: 7000 },
  { advertise: 'docker:7000', first: 7000 },
  { advertise: 'docker', first: 9092 },
])('with an address that is told to clients each node has its own port: %j', async ({ first, ...told }) => {
  const at = new EngineBench()
  const { nodes } = await at.start({ brokers: 2, ...told })
  for (const { port } of nodes) {
    const client = await at.connect(port)
    const { brokers } = await at.world.until(client.request(Metadata, 12, { topics: [] }))
    expect(brokers.map(broker => [broker.host, broker.port])).toEqual([
      ['docker', first],
      ['docker', first + 1],
    ])
    const group = { keyType: 0, coordinatorKeys: ['g', 'h', 'i', 'j'] }
    const { coordinators } = await at.world.until(client.request(FindCoordinator, 4, group))
    for (const { nodeId, port: told } of coordinators) expect(told).toBe(first + nodeId - 1)
  }
})

test('who does not lead says who does', async () => {
  const three = await Three.open()
  await three.create('all', [[1, 2, 3]])
  await three.create('one', [[1]])
  const lead = { currentLeader: { leaderId: 1, leaderEpoch: 0 }, nodeEndpoints: [{ nodeId: 1, port: 9092 }] }
  expect(await three.produce(1, 'all', 0)).toMatchObject({ error: 'NONE', nodeEndpoints: [] })
  expect(await three.produce(2, 'all', 0)).toMatchObject({ error: 'NOT_LEADER_OR_FOLLOWER', ...lead })
  expect(await three.produce(2, 'one', 0)).toMatchObject({ error: 'NOT_LEADER_OR_FOLLOWER', ...lead })
  expect(await three.produce(2, 'one', 7)).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION', nodeEndpoints: [] })
  expect(await three.fetch(2, 'one', 0, 16)).toMatchObject({ error: 'NOT_LEADER_OR_FOLLOWER', ...lead })
  expect(await three.fetch(2, 'one', 0, 12)).toMatchObject({ error: 'NOT_LEADER_OR_FOLLOWER', nodeEndpoints: [] })
  // Those who have a replica are read from, by clients that know of it.
  expect((await three.fetch(2, 'all', 0, 10)).error).toBe('NOT_LEADER_OR_FOLLOWER')
  for (const version of [11, 16]) {
    expect(await three.fetch(2, 'all', 0, version)).toMatchObject({ error: 'NONE', highWatermark: 1 })
  }
  expect(await three.fetch(2, 'all', 0, 16, 9)).toMatchObject({
    error: 'UNKNOWN_LEADER_EPOCH',
    currentLeader: { leaderId: -1 },
  })
  const list = async (name: string, currentLeaderEpoch: number) => {
    const partitions = [{ partitionIndex: 0, timestamp: -1, currentLeaderEpoch }]
    const { topics } = await three.done(
      three.node(2).request(ListOffsets, 7, { replicaId: -1, isolationLevel: 0, topics: [{ name, partitions }] }),
    )
    return errorNameOf(topics[0]!.partitions[0]!.errorCode)
  }
  expect(await list('all', -1)).toBe('NOT_LEADER_OR_FOLLOWER')
  expect(await list('all', 9)).toBe('UNKNOWN_LEADER_EPOCH')
  expect(await list('one', 9)).toBe('NOT_LEADER_OR_FOLLOWER')
  const epochs = [{ topic: 'all', partitions: [{ partition: 0, leaderEpoch: 0 }] }]
  const { topics } = await three.done(three.node(3).request(OffsetForLeaderEpoch, 4, { topics: epochs }))
  expect(errorNameOf(topics[0]!.partitions[0]!.errorCode)).toBe('NOT_LEADER_OR_FOLLOWER')
})

test('a node that stops hands on what it led, and one that comes back gets it when it is asked for', async () => {
  const three = await Three.open()
  await three.create('all', [
    [1, 2, 3],
    [3, 1, 2],
  ])
  await three.create('one', [[3]])
  await three.create('min', [[1, 2, 3]], [{ name: 'min.insync.replicas', value: '3' }])
  const old = three.node(3)
  await three.stop(3)
  await expect(three.done(old.request(Metadata, 12, { topics: [] }))).rejects.toThrow()
  await expect(three.at.connect(9094)).rejects.toThrow()
  expect(await three.partitions('all')).toEqual(['leader 1/0 isr 1,2 of 1,2,3', 'leader 1/1 isr 1,2 of 3,1,2'])
  expect(await three.partitions('one')).toEqual(['leader -1/1 isr  of 3 elr 3'])
  expect(await three.partitions('min')).toEqual(['leader 1/0 isr 1,2 of 1,2,3 elr 3'])
  expect(await three.produce(1, 'min', 0)).toMatchObject({ error: 'NOT_ENOUGH_REPLICAS' })
  expect(await three.produce(1, 'min', 0, 1)).toMatchObject({ error: 'NONE' })
  // Nobody reads what too few have.
  expect(await three.fetch(1, 'min', 0, 12)).toMatchObject({ error: 'NONE', highWatermark: 0 })
  expect(await three.produce(1, 'one', 0)).toMatchObject({
    error: 'NOT_LEADER_OR_FOLLOWER',
    currentLeader: { leaderId: -1, leaderEpoch: 1 },
    nodeEndpoints: [],
  })
  const { brokers, topics } = await three.done(three.node(1).request(Metadata, 12, { topics: [{ name: 'one' }] }))
  expect(brokers.map(({ nodeId }) => nodeId)).toEqual([1, 2])
  expect(topics[0]!.partitions[0]).toMatchObject({ errorCode: 5, leaderId: -1, offlineReplicas: [3] })
  await three.start(3)
  expect(await three.partitions('all', 3)).toEqual(['leader 1/0 isr 1,2,3 of 1,2,3', 'leader 1/1 isr 1,2,3 of 3,1,2'])
  expect(await three.partitions('one')).toEqual(['leader 3/2 isr 3 of 3'])
  expect(await three.fetch(1, 'min', 0, 12)).toMatchObject({ highWatermark: 1 })
  const elect = async (topicPartitions: { topic: string; partitions: number[] }[] | null, electionType = 0) => {
    const asked = { electionType, topicPartitions, timeoutMs: 1000 }
    const { replicaElectionResults } = await three.done(three.node(2).request(ElectLeaders, 2, asked))
    return replicaElectionResults.flatMap(({ topic, partitionResult }) =>
      partitionResult.map(({ partitionId, errorCode }) => `${topic}-${partitionId} ${errorNameOf(errorCode)}`),
    )
  }
  expect(await elect([{ topic: 'all', partitions: [0, 9] }])).toEqual([
    'all-0 ELECTION_NOT_NEEDED',
    'all-9 UNKNOWN_TOPIC_OR_PARTITION',
  ])
  expect(await elect(null)).toEqual(['all-1 NONE'])
  expect(await three.partitions('all')).toEqual(['leader 1/0 isr 1,2,3 of 1,2,3', 'leader 3/2 isr 1,2,3 of 3,1,2'])
  await three.stop(3)
  expect(await elect(null)).toEqual(['all-1 PREFERRED_LEADER_NOT_AVAILABLE', 'one-0 PREFERRED_LEADER_NOT_AVAILABLE'])
  expect(await elect([{ topic: 'one', partitions: [0] }], 1)).toEqual(['one-0 ELIGIBLE_LEADERS_NOT_AVAILABLE'])
  expect(await three.create('late', [[3, 1]])).toBe('NONE')
  expect(await three.partitions('late')).toEqual(['leader 1/0 isr 1 of 3,1'])
  expect(await three.create('never', [[3]])).toBe('INVALID_REPLICA_ASSIGNMENT')
})

test('the first node may stop as well: another is the controller then', async () => {
  const three = await Three.open()
  await three.stop(1)
  const { controllerId } = await three.done(
    three.node(2).request(DescribeCluster, 1, { includeClusterAuthorizedOperations: false }),
  )
  expect(controllerId).toBe(2)
  await three.at.ask(three.cluster, 'produce', { topic: 'new', records: [toProduce({ value: 'x' })] })
  expect(await three.partitions('new', 2)).toEqual([expect.stringMatching(/isr 2,3|isr 3,2/)])
})

test('groups and transactional ids belong to the node that leads their partition, and move with it', async () => {
  const three = await Three.open()
  const group = ['g1', 'g2', 'g3', 'g4'].find(name => partitionOf(name, 3) === 1)!
  const find = async (by: number, keyType: number, key: string) => {
    const { coordinators } = await three.done(
      three.node(by).request(FindCoordinator, 4, { keyType, coordinatorKeys: [key] }),
    )
    return coordinators[0]!.nodeId
  }
  const coordinator = await find(1, 0, group)
  const elsewhere = [1, 2, 3].filter(id => id !== coordinator)
  const protocols = [{ name: 'range', metadata: Buffer.alloc(0) }]
  const join = (by: number, memberId: string) =>
    three.done(
      three.node(by).request(JoinGroup, 5, {
        groupId: group,
        sessionTimeoutMs: 30_000,
        rebalanceTimeoutMs: 30_000,
        memberId,
        protocolType: 'consumer',
        protocols,
      }),
    )
  expect(errorNameOf((await join(elsewhere[0]!, '')).errorCode)).toBe('NOT_COORDINATOR')
  const { memberId } = await join(coordinator, '')
  const { generationId } = await join(coordinator, memberId)
  const assignments = [{ memberId, assignment: Buffer.alloc(0) }]
  await three.done(
    three.node(coordinator).request(SyncGroup, 3, { groupId: group, generationId, memberId, assignments }),
  )
  await three.create('orders', [[1, 2, 3]])
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 7, committedMetadata: '' }] }]
  const commit = { groupId: group, generationIdOrMemberEpoch: generationId, memberId, topics }
  await three.done(three.node(coordinator).request(OffsetCommit, 7, commit))
  const beat = async (by: number) => {
    const asked = { groupId: group, generationId, memberId }
    return errorNameOf((await three.done(three.node(by).request(Heartbeat, 3, asked))).errorCode)
  }
  expect(await beat(coordinator)).toBe('NONE')
  expect(await beat(elsewhere[0]!)).toBe('NOT_COORDINATOR')
  await three.stop(coordinator)
  const next = await find(elsewhere[0]!, 0, group)
  expect(elsewhere).toContain(next)
  // The member is one there as well: what it was is read from the log.
  expect(await beat(next)).toBe('NONE')
  const { groups } = await three.done(
    three.node(next).request(OffsetFetch, 8, { groups: [{ groupId: group, topics: null }] }),
  )
  expect(groups[0]!.topics[0]!.partitions[0]).toMatchObject({ committedOffset: 7n })
  const facts = await three.at.ask(three.cluster, 'group', group)
  expect(facts).toMatchObject({ state: 'Stable', lag: [{ committed: 7 }] })

  const producerOf = async (by: number) => {
    const asked = { transactionalId: 'tx', transactionTimeoutMs: 60_000 }
    const { errorCode, producerId, producerEpoch } = await three.done(three.node(by).request(InitProducerId, 4, asked))
    return { error: errorNameOf(errorCode), producerId, producerEpoch }
  }
  const first = await find(next, 1, 'tx')
  const { producerId } = await producerOf(first)
  await three.start(coordinator)
  await three.stop(first)
  const heir = await find(first === 1 ? 2 : 1, 1, 'tx')
  expect(heir).not.toBe(first)
  expect(await producerOf(heir)).toEqual({ error: 'NONE', producerId, producerEpoch: 1 })
})

test('a fetch that waits for records at a node that is to lead no longer hears of it', async () => {
  const three = await Three.open()
  await three.create('one', [[1]])
  await three.at.ask(three.cluster, 'time', { move: 'none' })
  const partitions = [{ partition: 0, currentLeaderEpoch: 0, fetchOffset: 0, partitionMaxBytes: 1e6 }]
  const asked = { maxWaitMs: 1e6, minBytes: 1, topics: [{ topic: 'one', partitions }] }
  const waiting = three.node(1).request(Fetch, 12, asked)
  await three.at.ask(three.cluster, 'moveLeader', { topic: 'one', partition: 0, to: 2 })
  const { responses } = await three.done(waiting)
  expect(['NOT_LEADER_OR_FOLLOWER', 'NONE']).toContain(errorNameOf(responses[0]?.partitions[0]!.errorCode ?? 0))
  expect(await three.partitions('one')).toEqual(['leader 2/1 isr 2 of 2'])
  expect((await three.produce(2, 'one', 0)).error).toBe('NONE')
  expect(await three.at.ask(three.cluster, 'leaderOf', { topic: 'one', partition: 0 })).toBe(2)
  const refused = three.at.ask(three.cluster, 'moveLeader', { topic: 'one', partition: 0, to: 9 })
  await expect(refused).rejects.toMatchObject({ code: 'BROKER_ID_NOT_REGISTERED' })
})

test('replicas move when they are told to, as far as those are there who take them', async () => {
  const three = await Three.open()
  await three.create('one', [[1]])
  const reassign = async (replicas: number[] | null) => {
    const topics = [{ name: 'one', partitions: [{ partitionIndex: 0, replicas }] }]
    const { responses } = await three.done(
      three.node(1).request(AlterPartitionReassignments, 0, { timeoutMs: 1000, topics }),
    )
    return errorNameOf(responses[0]!.partitions[0]!.errorCode)
  }
  const moving = async () => {
    const { topics } = await three.done(
      three.node(2).request(ListPartitionReassignments, 0, { timeoutMs: 1000, topics: null }),
    )
    return topics.map(({ partitions }) => partitions)
  }
  expect(await reassign([2])).toBe('NONE')
  expect(await three.partitions('one')).toEqual(['leader 2/1 isr 2 of 2'])
  expect(await reassign([7])).toBe('INVALID_REPLICA_ASSIGNMENT')
  expect(await reassign(null)).toBe('NO_REASSIGNMENT_IN_PROGRESS')
  await three.stop(3)
  expect(await reassign([2, 3])).toBe('NONE')
  expect(await moving()).toMatchObject([[{ replicas: [2, 3], addingReplicas: [3], removingReplicas: [] }]])
  expect(await reassign(null)).toBe('NONE')
  expect(await moving()).toEqual([])
  expect(await reassign([3])).toBe('NONE')
  await three.start(3)
  expect(await three.partitions('one')).toEqual(['leader 3/3 isr 3 of 3'])
  expect(await moving()).toEqual([])
})

test('what is reset, restored or forked has as many nodes, and those that are down stay down', async () => {
  const three = await Three.open()
  const { cluster } = three
  await three.at.ask(cluster, 'produce', { topic: 'orders', records: [toProduce({ value: 'x' })] })
  const snapshot = await three.at.ask(cluster, 'snapshot', null)
  await three.stop(2)
  await three.at.ask(cluster, 'restore', snapshot)
  const brokersAt = async (id: number) => {
    const { brokers } = await three.done(three.node(id).request(Metadata, 12, { topics: [] }))
    return brokers.map(({ nodeId }) => nodeId)
  }
  expect(await brokersAt(1)).toEqual([1, 3])
  expect((await three.partitions('orders'))[0]).toMatch(/isr 1,3|isr 3,1/)
  await three.start(2)
  expect(await brokersAt(2)).toEqual([1, 2, 3])
  const fork = await three.at.ask(cluster, 'fork', { from: null })
  expect(fork.nodes).toHaveLength(3)
  const own = new Set(fork.nodes.map(({ port }) => port))
  expect([9092, 9093, 9094].some(port => own.has(port))).toBe(false)
  const { brokers } = await three.done((await three.at.connect(fork.port)).request(Metadata, 12, { topics: [] }))
  expect(new Set(brokers.map(({ port }) => port))).toEqual(own)
  await three.at.ask(cluster, 'reset', { keepTopics: false, keepGroups: false })
  expect(await brokersAt(1)).toEqual([1, 2, 3])
})

function faultsOf({ at, cluster }: Three) {
  const commands = {
    stop: (id: number) => at.ask(cluster, 'stopNode', id),
    start: (id: number) => at.ask(cluster, 'startNode', id),
  }
  const nodes = [1, 2, 3].map(
    id => new BrokerNode({ id, host: '127.0.0.1', port: 9091 + id, listeners: [], isUp: true }, commands),
  )
  return { nodes, faults: at.faultsOf(cluster, nodes) }
}

test('a node that is down by a fault is there again when it is lifted, or all are', async () => {
  const three = await Three.open()
  const { nodes, faults } = faultsOf(three)
  const isUp = () => nodes.map(node => node.isUp)
  expect(await three.create('orders', [[1, 2, 3]])).toBe('NONE')
  const leader = () => three.at.ask(three.cluster, 'leaderOf', { topic: 'orders', partition: 0 })
  await faults.moveLeader('orders', 0, nodes[2]!)
  expect(await leader()).toBe(3)
  const fault = await faults.brokerDown(3)
  expect(isUp()).toEqual([true, true, false])
  expect(await leader()).not.toBe(3)
  await fault.lift()
  await faults.brokerDown(nodes[0]!)
  await faults.brokerDown(2)
  expect(isUp()).toEqual([false, false, true])
  await faults.brokerUp(2)
  expect(isUp()).toEqual([false, true, true])
  await faults.clear()
  expect(isUp()).toEqual([true, true, true])
  await expect(faults.brokerDown(7)).rejects.toMatchObject({ code: 'BROKER_ID_NOT_REGISTERED' })
  await expect(faults.brokerUp('2' as never)).rejects.toThrow("the id of a node, or one of `nodes`, not '2'")
})

test('a fault of one node befalls nobody who asks another', async () => {
  const three = await Three.open()
  const { faults } = faultsOf(three)
  const fault = await faults.error('DescribeCluster', 'UNKNOWN_SERVER_ERROR', { node: { id: 2 } })
  const told: string[] = []
  for (const client of three.clients) {
    const { errorCode } = await three.at.world.until(
      client.request(DescribeCluster, 0, { includeClusterAuthorizedOperations: false }),
    )
    told.push(errorNameOf(errorCode)!)
  }
  expect(told).toEqual(['NONE', 'UNKNOWN_SERVER_ERROR', 'NONE'])
  expect(await fault.hits()).toBe(1)
  await expect(faults.drop('*', { node: 4 })).rejects.toThrow('there is no node 4')
})
