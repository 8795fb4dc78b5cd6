/** What can be configured about groups; read anew at every decision. Names follow Kafka's keys. */

import type { BrokerConfigs } from '../../metadata/config/configs'

export interface GroupSettings {
  /** `group.min.session.timeout.ms` */
  readonly minSessionTimeoutMs: number
  /** `group.max.session.timeout.ms` */
  readonly maxSessionTimeoutMs: number
  /** `group.initial.rebalance.delay.ms` */
  readonly initialRebalanceDelayMs: number
  /** `group.max.size` */
  readonly maxSize: number
  /** `offset.metadata.max.bytes`; Kafka counts characters. */
  readonly offsetMetadataMaxBytes: number
  /** `offsets.retention.minutes`, in milliseconds. */
  readonly offsetsRetentionMs: number
  /** `offsets.retention.check.interval.ms` */
  readonly retentionCheckIntervalMs: number
  /** `odradek.group.evict.on.disconnect.ms`: below 0 a member outlives its connection, as in Kafka. */
  readonly evictOnDisconnectMs: number
  /** `max.message.bytes` of `__consumer_offsets`: what does not fit into a batch is neither written nor kept. */
  readonly batchBytesMax: number
}

/** A member that has never synced may take this long to join its first generation. Kafka's own constant. */
export const newMemberJoinTimeoutMs = 5 * 60 * 1000

/** Kafka's defaults. */
export const defaultGroupSettings: GroupSettings = {
  minSessionTimeoutMs: 6_000,
  maxSessionTimeoutMs: 1_800_000,
  initialRebalanceDelayMs: 3_000,
  maxSize: 0x7fff_ffff,
  offsetMetadataMaxBytes: 4_096,
  offsetsRetentionMs: 7 * 24 * 60 * 60 * 1000,
  retentionCheckIntervalMs: 600_000,
  evictOnDisconnectMs: -1,
  batchBytesMax: 1_048_588,
}

export function groupSettingsOf(configs: BrokerConfigs, batchBytesMax: number): GroupSettings {
  return {
    minSessionTimeoutMs: configs.groupMinSessionTimeoutMs,
    maxSessionTimeoutMs: configs.groupMaxSessionTimeoutMs,
    initialRebalanceDelayMs: configs.groupInitialRebalanceDelayMs,
    maxSize: configs.groupMaxSize,
    offsetMetadataMaxBytes: configs.offsetMetadataMaxBytes,
    offsetsRetentionMs: configs.offsetsRetentionMinutes * 60_000,
    retentionCheckIntervalMs: configs.offsetsRetentionCheckIntervalMs,
    evictOnDisconnectMs: configs.odradekGroupEvictOnDisconnectMs,
    batchBytesMax,
  }
}
