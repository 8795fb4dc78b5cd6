/** The topics that a broker makes for itself: how many partitions, how many replicas, which configs. */
import { partitionOf } from '../../platform/java-hash'
import type { BrokerConfigs } from '../config/configs'
import type { PartitionImage, TopicImage } from '../image/image'

export const groupMetadataTopic = '__consumer_offsets'
export const transactionStateTopic = '__transaction_state'
export const shareGroupStateTopic = '__share_group_state'
/** Exists in a KRaft cluster's data directory, and never as a topic that clients see. */
export const clusterMetadataTopic = '__cluster_metadata'

export interface InternalTopicPlan {
  readonly partitions: number
  readonly replicationFactor: number
  readonly configs: readonly (readonly [string, string])[]
}

/** What an internal topic is created with, given the broker's configs; null for all other topics. */
export function internalTopicPlan(name: string, broker: BrokerConfigs): InternalTopicPlan | null {
  switch (name) {
    case groupMetadataTopic:
      return {
        partitions: broker.offsetsTopicNumPartitions,
        replicationFactor: broker.offsetsTopicReplicationFactor,
        configs: [
          ['cleanup.policy', 'compact'],
          ['segment.bytes', String(broker.offsetsTopicSegmentBytes)],
          ['compression.type', 'producer'],
        ],
      }
    case transactionStateTopic:
      return {
        partitions: broker.transactionStateLogNumPartitions,
        replicationFactor: broker.transactionStateLogReplicationFactor,
        configs: [
          ['compression.type', 'uncompressed'],
          ['min.insync.replicas', String(broker.transactionStateLogMinIsr)],
          ['cleanup.policy', 'compact'],
          ['segment.bytes', String(broker.transactionStateLogSegmentBytes)],
          ['unclean.leader.election.enable', 'false'],
        ],
      }
    case shareGroupStateTopic:
      return {
        partitions: broker.shareCoordinatorStateTopicNumPartitions,
        replicationFactor: broker.shareCoordinatorStateTopicReplicationFactor,
        configs: [
          ['compression.type', 'producer'],
          ['min.insync.replicas', String(broker.shareCoordinatorStateTopicMinIsr)],
          ['cleanup.policy', 'delete'],
          ['segment.bytes', String(broker.shareCoordinatorStateTopicSegmentBytes)],
          ['retention.ms', '-1'],
        ],
      }
    default:
      return null
  }
}

/** Whether Metadata calls a topic internal; `__cluster_metadata` is not among them, as in Kafka. */
export const isInternalTopic = (name: string): boolean =>
  name === groupMetadataTopic || name === transactionStateTopic || name === shareGroupStateTopic

/**
 * Over how many partitions of a coordinator's topic keys are spread; 0 while the topic is not there. Partitions that are added later
 * get none: what was written before would not be found where it is looked for. Kafka keeps to the number of its start, and
 * spreads over all of them after the next one, so that it has forgotten then. A directory that comes back from one says which it did.
 */
export const keyedPartitions = (topic: TopicImage | null): number =>
  topic === null ? 0 : (topic.keyedPartitions ?? topic.partitions.length)

/** The partition that keeps what is filed under `key`; null while the topic is not there. */
export function partitionOfKey(topic: TopicImage | null, key: string): PartitionImage | null {
  return topic && topic.partitions[partitionOf(key, keyedPartitions(topic))]!
}
