/** How replies show a partition of the image: its leader, and which of its replicas cannot be reached. */
import type { MetadataImage, PartitionImage } from '../metadata/image'
import { errors } from '../protocol/errors'

/** What Metadata and DescribeTopicPartitions say of a partition alike. */
export function describedPartition(image: MetadataImage, partition: PartitionImage) {
  const { index, leader, leaderEpoch, replicas, isr } = partition
  const reachable = (id: number) => image.broker(id)?.fenced === false
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
