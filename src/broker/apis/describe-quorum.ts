/**
 * DescribeQuorum (55) tells who keeps the metadata (KIP-595). v1: when replicas fetched (KIP-836); v2: directories and
 * addresses of the voters (KIP-853). Here it is this process alone, which every broker of it speaks for: its store's revisions
 * stand for offsets.
 */
import { errors } from '../../protocol/errors'
import { DescribeQuorum } from '../../protocol/messages/describe-quorum'
import { type Broker, defineHandler } from '../broker'

const metadataTopic = '__cluster_metadata'
const unknown = errors.UNKNOWN_TOPIC_OR_PARTITION.code
const notHosted = 'This server does not host this topic-partition.'

export const describeQuorum = defineHandler({
  api: DescribeQuorum,
  serves: '0-2',
  access: [{ one: 'cluster', may: 'DESCRIBE', named: () => 'kafka-cluster' }],
  refuseAll: (_request, errorCode, errorMessage) => ({ errorCode, errorMessage, topics: [] }),

  handle(broker, call, { topics }) {
    const partitions = topics[0]?.partitions
    const isMetadata = topics.length === 1 && topics[0]!.topicName === metadataTopic
    if (!isMetadata || partitions?.length !== 1 || partitions[0]!.partitionIndex !== 0) {
      return {
        errorCode: 0,
        errorMessage: '',
        topics: topics.map(({ topicName, partitions: asked }) => ({
          topicName,
          partitions: asked.map(({ partitionIndex }) => ({ ...none, partitionIndex })),
        })),
      }
    }
    const nodes = broker
      .image()
      .brokers()
      .map(({ id }) => ({ nodeId: id, listeners: [{ name: 'CONTROLLER', ...broker.advertised(call, id) }] }))
    return {
      errorCode: 0,
      errorMessage: '',
      topics: [{ topicName: metadataTopic, partitions: [rowOf(broker)] }],
      ...(call.version < 2 ? {} : { nodes }),
    }
  },
})

const none = {
  errorCode: unknown,
  errorMessage: notHosted,
  leaderId: 0,
  leaderEpoch: 0,
  highWatermark: 0,
  currentVoters: [],
  observers: [],
}

function rowOf(broker: Broker) {
  const nowMs = broker.clock.now()
  const image = broker.image()
  const { revision, controllerId } = image
  const currentVoters = image.brokers().map(({ id }) => ({
    replicaId: id,
    logEndOffset: revision,
    lastFetchTimestamp: nowMs,
    lastCaughtUpTimestamp: nowMs,
  }))
  return {
    partitionIndex: 0,
    errorCode: 0,
    errorMessage: '',
    leaderId: controllerId,
    leaderEpoch: 1,
    highWatermark: revision,
    currentVoters,
    observers: [],
  }
}
