/**
 * AlterReplicaLogDirs (34) moves replicas between the log directories of a broker (KIP-113). v2: flexible. A node has one
 * directory, so that a replica can only be told to be where it is.
 */
import { errors, type ErrorName } from '../../protocol/errors'
import { AlterReplicaLogDirs } from '../../protocol/messages/alter-replica-log-dirs'
import { type Broker, defineHandler } from '../broker'
import { ByTopic } from '../topics'

interface Result {
  readonly partitionIndex: number
  readonly errorCode: number
}

export const alterReplicaLogDirs = defineHandler({
  api: AlterReplicaLogDirs,
  serves: '0-2',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],
  refuseAll: ({ dirs }, errorCode) => ({
    results: dirs.flatMap(({ topics }) =>
      topics.map(({ name, partitions }) => ({
        topicName: name,
        partitions: partitions.map(partitionIndex => ({ partitionIndex, errorCode })),
      })),
    ),
  }),

  handle(broker, _call, { dirs }) {
    const results = new ByTopic<Result>()
    for (const { path, topics } of dirs) {
      for (const { name, partitions } of topics) {
        for (const partitionIndex of partitions) {
          const errorCode = errors[outcome(broker, path, name, partitionIndex)].code
          results.set(name, '', partitionIndex, { partitionIndex, errorCode })
        }
      }
    }
    return { results: results.topics((topicName, _topicId, partitions) => ({ topicName, partitions })) }
  },
})

function outcome(broker: Broker, path: string, topic: string, partition: number): ErrorName {
  if (path !== broker.space().path) return 'LOG_DIR_NOT_FOUND'
  return broker.partitions.find(topic, partition) ? 'NONE' : 'UNKNOWN_TOPIC_OR_PARTITION'
}
