/** How replies show a partition of the image: its leader, and which of its replicas cannot be reached. */
import type { PartitionImage, TopicImage } from '../metadata/image/image'
import { errors } from '../protocol/errors'
import type { Broker } from './broker'

/**
 * What Metadata and DescribeTopicPartitions say of a partition alike. One whose log cannot be used has no leader, as in a
 * Kafka whose disk failed.
 */
export function describedPartition({ image, partitions }: Broker, topic: TopicImage, partition: PartitionImage) {
  const { index, leaderEpoch, replicas, isr } = partition
  const isOffline = partitions.isOffline(topic.name, index)
  const reachable = (id: number) => !isOffline && image().broker(id)?.fenced === false
  const leader = isOffline ? -1 : partition.leader
  return {
    errorCode: leader >= 0 && reachable(leader) ? errors.NONE.code : errors.LEADER_NOT_AVAILABLE.code,
    partitionIndex: index,
    leaderId: leader,
    leaderEpoch,
    replicaNodes: replicas,
    isrNodes: isr,
    offlineReplicas: replicas.filter(id => !reachable(id)),
  }
}
