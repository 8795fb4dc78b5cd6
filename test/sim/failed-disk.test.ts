/** What clients are told of a partition whose disk has failed: as of a Kafka that lost the directory of one (KIP-112). */
import { readConfig } from '../../src/node/config/config'
import { startNode } from '../../src/node/node'
import { Machine } from '../../src/platform/simulated/machine'
import { SimulatedNet } from '../../src/platform/simulated/network'
import { World } from '../../src/platform/simulated/world'
import { errors } from '../../src/protocol/errors'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { DeleteRecords } from '../../src/protocol/messages/delete-records'
import { DescribeLogDirs } from '../../src/protocol/messages/describe-log-dirs'
import { DescribeProducers } from '../../src/protocol/messages/describe-producers'
import { DescribeTopicPartitions } from '../../src/protocol/messages/describe-topic-partitions'
import { ElectLeaders } from '../../src/protocol/messages/elect-leaders'
import { Fetch } from '../../src/protocol/messages/fetch'
import { ListOffsets } from '../../src/protocol/messages/list-offsets'
import { Metadata } from '../../src/protocol/messages/metadata'
import { OffsetForLeaderEpoch } from '../../src/protocol/messages/offset-for-leader-epoch'
import { Produce } from '../../src/protocol/messages/produce'
import { makeBatch } from '../support/batches'
import { brokerAddress, Line } from './line'

const storageError = errors.KAFKA_STORAGE_ERROR.code

/** A node with a topic `orders` on a disk that has just failed, asked about it. */
async function onFailedDisk(ask: (line: Line) => Promise<void>): Promise<void> {
  const world = new World({ seed: 1 })
  const net = new SimulatedNet(world)
  const broker = new Machine(net, 'broker')
  const { host, port } = brokerAddress
  const flags = { host, port: String(port), dataDir: '/data', profile: 'strict' }
  const { config } = readConfig({
    flags: { ...flags, set: [] },
    environment: {},
    readFile: () => Buffer.alloc(0),
    defaultProfile: 'strict',
  })
  const until = <T>(work: Promise<T>): Promise<T> => world.until(work, 60_000)
  await until(startNode(broker.boot(), config))
  const line = new Line(new Machine(net, 'client').boot(), 'client', null)
  const story = async () => {
    await line.ask(CreateTopics, 5, {
      topics: [{ name: 'orders', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
      timeoutMs: 1000,
    })
    expect(await produce(line)).toBe(0)
    broker.diskFaults.fail = (_operation, path) => (path.includes('/orders-0/') ? 'EIO' : null)
    expect(await produce(line)).toBe(storageError)
    await ask(line)
  }
  await until(story())
  broker.kill()
}

async function produce(line: Line): Promise<number> {
  const partitionData = [{ index: 0, records: makeBatch() }]
  const { responses } = await line.ask(Produce, 9, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: 'orders', partitionData }],
  })
  return responses[0]!.partitionResponses[0]!.errorCode
}

test('it has no leader, and is offline', () =>
  onFailedDisk(async line => {
    const { topics } = await line.ask(Metadata, 9, { topics: [{ name: 'orders' }] })
    const offline = { partitionIndex: 0, leaderId: -1, replicaNodes: [1], isrNodes: [1], offlineReplicas: [1] }
    expect(topics[0]!.partitions).toMatchObject([{ ...offline, errorCode: errors.LEADER_NOT_AVAILABLE.code }])
    const described = await line.ask(DescribeTopicPartitions, 0, { topics: [{ name: 'orders' }] })
    expect(described.topics[0]!.partitions).toMatchObject([{ ...offline, errorCode: 0 }])
  }))

test('whatever is asked of its log is refused, whichever epoch the client believes in', () =>
  onFailedDisk(async line => {
    const topic = 'orders'
    const told: unknown[] = []
    for (const currentLeaderEpoch of [-1, 9]) {
      const partition = { partition: 0, fetchOffset: 0, partitionMaxBytes: 1000, currentLeaderEpoch }
      const fetched = await line.ask(Fetch, 12, {
        maxWaitMs: 0,
        minBytes: 0,
        topics: [{ topic, partitions: [partition] }],
      })
      const listed = await line.ask(ListOffsets, 7, {
        replicaId: -1,
        topics: [{ name: topic, partitions: [{ partitionIndex: 0, currentLeaderEpoch, timestamp: -1 }] }],
      })
      const ended = await line.ask(OffsetForLeaderEpoch, 4, {
        replicaId: -1,
        topics: [{ topic, partitions: [{ partition: 0, currentLeaderEpoch, leaderEpoch: 0 }] }],
      })
      told.push(fetched.responses[0]!.partitions[0], listed.topics[0]!.partitions[0], ended.topics[0]!.partitions[0])
    }
    const deleted = await line.ask(DeleteRecords, 2, {
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset: 0 }] }],
      timeoutMs: 1000,
    })
    const producing = await line.ask(DescribeProducers, 0, { topics: [{ name: topic, partitionIndexes: [0] }] })
    told.push(deleted.topics[0]!.partitions[0], producing.topics[0]!.partitions[0])
    expect(told).toMatchObject(told.map(() => ({ errorCode: storageError })))
  }))

test('those who know no such error are sent to look for the leader', () =>
  onFailedDisk(async line => {
    for (const [version, errorCode] of [
      [5, errors.NOT_LEADER_OR_FOLLOWER.code],
      [6, storageError],
    ] as const) {
      const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }]
      const { responses } = await line.ask(Fetch, version, {
        maxWaitMs: 0,
        minBytes: 0,
        topics: [{ topic: 'orders', partitions }],
      })
      expect(responses[0]!.partitions[0]!.errorCode).toBe(errorCode)
    }
  }))

test('its directory tells of no logs, and no leader is found for it', () =>
  onFailedDisk(async line => {
    const { results } = await line.ask(DescribeLogDirs, 4, { topics: null })
    expect(results).toMatchObject([{ errorCode: storageError, topics: [], totalBytes: -1, usableBytes: -1 }])
    for (const [electionType, name] of [
      [0, 'PREFERRED_LEADER_NOT_AVAILABLE'],
      [1, 'ELIGIBLE_LEADERS_NOT_AVAILABLE'],
    ] as const) {
      const topicPartitions = [{ topic: 'orders', partitions: [0] }]
      const { replicaElectionResults } = await line.ask(ElectLeaders, 2, {
        electionType,
        topicPartitions,
        timeoutMs: 1000,
      })
      expect(replicaElectionResults[0]!.partitionResult[0]).toMatchObject({ errorCode: errors[name].code })
    }
  }))
