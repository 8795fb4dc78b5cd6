/** From configs to what each room wants to know, so that no room reads another's keys. */
import type { GroupSettings } from '../coordinator/group/settings'
import type { BrokerConfigs, TopicConfigs } from '../metadata/configs'

export function groupSettingsOf(broker: BrokerConfigs): GroupSettings {
  return {
    minSessionTimeoutMs: broker.groupMinSessionTimeoutMs,
    maxSessionTimeoutMs: broker.groupMaxSessionTimeoutMs,
    initialRebalanceDelayMs: broker.groupInitialRebalanceDelayMs,
    maxSize: broker.groupMaxSize,
    offsetMetadataMaxBytes: broker.offsetMetadataMaxBytes,
    offsetsRetentionMs: broker.offsetsRetentionMinutes * 60_000,
    retentionCheckIntervalMs: broker.offsetsRetentionCheckIntervalMs,
    evictOnDisconnectMs: broker.odradekGroupEvictOnDisconnectMs,
  }
}

export function retentionOf({ retentionMs, retentionBytes, cleanupPolicy }: TopicConfigs) {
  return { retentionMs, retentionBytes, deletes: cleanupPolicy.includes('delete') }
}
