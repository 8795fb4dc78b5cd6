/** Timestamps of produced batches: what the topic's config allows, and stamping by the broker. */
import { setLogAppendTime } from '../protocol/records/batch'
import { Refusal } from '../protocol/errors'
import type { PartitionConfig } from './partition'

const noTimestamp = -1

/**
 * Throws INVALID_TIMESTAMP when the newest record of a batch is too far from now for `message.timestamp.before.max.ms`
 * or `message.timestamp.after.max.ms` (KIP-937). Only the header is looked at.
 */
export function checkTimestamps(_batch: Buffer, maxTimestampMs: number, config: PartitionConfig, nowMs: number): void {
  if (maxTimestampMs === noTimestamp) return
  const oldestMs = nowMs - config.messageTimestampBeforeMaxMs
  const newestMs = nowMs + config.messageTimestampAfterMaxMs
  if (maxTimestampMs >= oldestMs && maxTimestampMs <= newestMs) return
  throw new Refusal(
    'INVALID_TIMESTAMP',
    `Timestamp ${maxTimestampMs} of the batch is out of range. The timestamp should be within [${oldestMs}, ${newestMs}]`,
  )
}

/** Stamps a batch with the broker's time and marks it so; the CRC is made anew. */
export function applyLogAppendTime(batch: Buffer, nowMs: number): void {
  setLogAppendTime(batch, 0, nowMs)
}
