/** Decisions that no client asks for: a cluster's first start, ids for producers, the end of a deletion. */
import { adoptedOperations } from './kafka/adopt-topics'
import type { BrokerConfigs } from './config/configs'
import type { Decision } from './decision'
import type { KafkaMetadata } from './kafka/kafka-metadata'
import type { LiveImage } from './live-image'
import type { StoreOperation } from './store/store'
import { storeKeys, type StoredCluster, type StoredPartition, type StoredProducerIds } from './image/stored'

/** A new cluster: its id, and the default of `min.insync.replicas` for all brokers that eligible leader replicas need. With what a Kafka left, if one did. */
export function decideFirstStart(
  broker: BrokerConfigs,
  clusterId: string,
  nowMs: number,
  kafka: KafkaMetadata | null,
): Decision<void> {
  const cluster: StoredCluster = { clusterId, format: 1, createdMs: nowMs }
  const left = kafka ? adoptedOperations(kafka) : []
  const defaults = storeKeys.config('broker', '')
  const minIsr = { 'min.insync.replicas': String(broker.minInsyncReplicas) }
  return {
    if: [{ key: storeKeys.cluster, on: 'created', is: '=', revision: 0 }],
    do: [
      { put: storeKeys.cluster, value: JSON.stringify(cluster) },
      ...(left.some(({ put }) => put === defaults) ? [] : [{ put: defaults, value: JSON.stringify(minIsr) }]),
      ...left,
    ],
    reply: undefined,
  }
}

/** After a crash the end of a log may be lost: new leader epochs let those who read further notice. */
export function decideRestart(image: LiveImage): Decision<void> {
  const operations: StoreOperation[] = []
  for (const topic of image.topics()) {
    for (const { index, ...partition } of topic.partitions) {
      const elected: StoredPartition = {
        ...partition,
        leaderEpoch: partition.leaderEpoch + 1,
        partitionEpoch: partition.partitionEpoch + 1,
      }
      operations.push({ put: storeKeys.partition(topic.id, index), value: JSON.stringify(elected) })
    }
  }
  return { if: [], do: operations, reply: undefined }
}

export function decideProducerIds(image: LiveImage, count: number): Decision<{ first: number; count: number }> {
  const first = image.nextProducerId
  const stored: StoredProducerIds = { next: first + count }
  return {
    if: [],
    do: [{ put: storeKeys.producerIds, value: JSON.stringify(stored) }],
    reply: { first, count },
  }
}

/** The logs of these topics, which were deleted, have lost their names: no start will find them by those. */
export function decideForgetDeletions(image: LiveImage, topicIds: readonly string[]): Decision<void> {
  const known = topicIds.filter(id => image.table('deletion').get(id) !== undefined)
  return { if: [], do: known.map(id => ({ remove: storeKeys.row('deletion', id) })), reply: undefined }
}
