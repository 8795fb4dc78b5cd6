/** The topics that a broker makes for itself: how many partitions, how many replicas, which configs. */
import type { BrokerConfigs } from '../config/configs'

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
