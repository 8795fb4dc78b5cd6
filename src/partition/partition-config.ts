/** What a partition asks of what is produced to it. */
import type { RecordRules } from '../protocol/records/validate'
import type { StoringConfig } from './compression'

/** How a partition treats what is produced to it; properties are read at every append. */
export interface PartitionConfig extends StoringConfig {
  readonly minInsyncReplicas: number
  readonly messageTimestampType: string
  readonly messageTimestampBeforeMaxMs: number
  readonly messageTimestampAfterMaxMs: number
  readonly cleanupPolicy: readonly string[]
  readonly maxDecompressedMessageBytes?: number
}

/** What holds for all partitions of a node. */
export interface PartitionPolicy {
  /** Whether every produced record is looked at (`odradek.produce.check=records`). */
  checksRecords(): boolean
  /** Whether a transaction's batches need their coordinator's word (`transaction.partition.verification.enable`). */
  verifiesTransactions(): boolean
}

export const rulesOf = (topicPartition: string, config: PartitionConfig, nowMs: number): RecordRules => ({
  topicPartition,
  compacted: config.cleanupPolicy.includes('compact'),
  stamped: config.messageTimestampType === 'LogAppendTime',
  timestampBeforeMaxMs: config.messageTimestampBeforeMaxMs,
  timestampAfterMaxMs: config.messageTimestampAfterMaxMs,
  nowMs,
  recordBytesMax: config.maxDecompressedMessageBytes,
})
