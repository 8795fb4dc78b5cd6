/** ListPartitionReassignments (46): replicas that are being moved, as long as somebody is missing for it (KIP-455). */
import { ListPartitionReassignments } from '../../protocol/messages/list-partition-reassignments'
import { defineHandler } from '../broker'

export const listPartitionReassignments = defineHandler({
  api: ListPartitionReassignments,
  serves: '0',
  access: [{ one: 'cluster', may: 'DESCRIBE', named: () => 'kafka-cluster' }],
  refuseAll: ({ topics }, errorCode, errorMessage) => ({
    errorCode,
    errorMessage,
    topics: (topics ?? []).map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map(partitionIndex => ({
        partitionIndex,
        replicas: [],
        addingReplicas: [],
        removingReplicas: [],
      })),
    })),
  }),

  handle(broker, _call, request) {
    const wanted = request.topics && new Map(request.topics.map(topic => [topic.name, new Set(topic.partitionIndexes)]))
    const topics = Array.from(broker.image().topics(), ({ name, partitions }) => ({
      name,
      partitions: partitions
        .filter(({ index }) => wanted === null || wanted.get(name)?.has(index))
        .filter(({ adding, removing }) => adding !== undefined || removing !== undefined)
        .map(({ index, replicas, adding = [], removing = [] }) => ({
          partitionIndex: index,
          replicas,
          addingReplicas: adding,
          removingReplicas: removing,
        })),
    }))
    return { errorCode: 0, errorMessage: null, topics: topics.filter(({ partitions }) => partitions.length > 0) }
  },
})
