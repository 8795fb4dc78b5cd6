/**
 * ElectLeaders (43) gives partitions their preferred leader, or one that may lack records (KIP-183). v1: which of the two
 * (KIP-460); v2: flexible. With one broker the only replica leads already.
 */
import { errors, type ErrorName } from '../../protocol/errors'
import { ElectLeaders } from '../../protocol/messages/elect-leaders'
import { type Broker, defineHandler } from '../broker'

export const electLeaders = defineHandler({
  api: ElectLeaders,
  serves: '0-2',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],
  refuseAll: ({ topicPartitions }, errorCode, errorMessage, { version }) => ({
    ...(version >= 1 ? { errorCode } : {}),
    replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map(partitionId => ({ partitionId, errorCode, errorMessage })),
    })),
  }),

  handle(broker, _call, { topicPartitions, electionType }) {
    const isKnown = electionType === 0 || electionType === 1
    // Where all are meant, only those that were elected are told of.
    const all = isKnown ? broker.image().topics() : []
    const wanted = topicPartitions ?? Array.from(all, ({ name }) => ({ topic: name, partitions: [] }))
    const replicaElectionResults = wanted.map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map(partitionId => {
        const error = isKnown ? outcome(broker, topic, partitionId) : 'INVALID_REQUEST'
        return { partitionId, errorCode: errors[error].code, errorMessage: errors[error].says }
      }),
    }))
    const errorCode = isKnown || topicPartitions?.length === 0 ? 0 : errors.INVALID_REQUEST.code
    return { errorCode, replicaElectionResults }
  },
})

function outcome(broker: Broker, topic: string, partition: number): ErrorName {
  const found = broker
    .image()
    .topic(topic)
    ?.partitions.some(({ index }) => index === partition)
  return found ? 'ELECTION_NOT_NEEDED' : 'UNKNOWN_TOPIC_OR_PARTITION'
}
