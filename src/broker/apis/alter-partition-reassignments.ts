/**
 * AlterPartitionReassignments (45) moves replicas, or stops moving them (KIP-455). v1: may be kept from changing how many
 * there are (KIP-860). With one broker a partition can only be told to be where it is.
 */
import { errors, type ErrorName } from '../../protocol/errors'
import { AlterPartitionReassignments } from '../../protocol/messages/alter-partition-reassignments'
import { type Broker, defineHandler } from '../broker'

export const alterPartitionReassignments = defineHandler({
  api: AlterPartitionReassignments,
  serves: '0-1',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],
  refuseAll: (_request, errorCode, errorMessage) => ({
    allowReplicationFactorChange: true,
    errorCode,
    errorMessage,
    responses: [],
  }),

  handle: (broker, _call, { topics, allowReplicationFactorChange }) => ({
    allowReplicationFactorChange: topics.length === 0 || allowReplicationFactorChange,
    errorCode: 0,
    // Kafka has a text for nothing, and it is empty.
    errorMessage: topics.length === 0 ? '' : null,
    responses: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, replicas }) => {
        const { error, says } = outcome(broker, name, partitionIndex, replicas)
        return { partitionIndex, errorCode: errors[error].code, errorMessage: says }
      }),
    })),
  }),
})

interface Outcome {
  readonly error: ErrorName
  readonly says: string | null
}

const refused = (error: ErrorName, says: string = errors[error].says): Outcome => ({ error, says })

/** Null `replicas` stop a move. */
function outcome(broker: Broker, name: string, index: number, replicas: readonly number[] | null): Outcome {
  const image = broker.image()
  const partition = image.topic(name)?.partitions.find(each => each.index === index)
  if (!partition) return refused('UNKNOWN_TOPIC_OR_PARTITION')
  if (replicas === null) return { error: 'NO_REASSIGNMENT_IN_PROGRESS', says: null }
  if (replicas.length === 0) return refused('INVALID_REPLICA_ASSIGNMENT', 'The list of replicas is empty')
  if (new Set(replicas).size < replicas.length) {
    return refused('INVALID_REPLICA_ASSIGNMENT', 'The list of replicas has a broker twice')
  }
  const unknown = replicas.find(id => id < 0 || image.broker(id) === null)
  if (unknown !== undefined) return refused('INVALID_REPLICA_ASSIGNMENT', `There is no broker ${unknown}`)
  return { error: 'NONE', says: null }
}
