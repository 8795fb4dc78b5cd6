/** Whether records go into one batch of a coordinator's topic: what a client hands in must not make the log of all others grow. */
import type { KeyValue } from '../machine/record-log'
import { buildBatch } from '../protocol/records/records'

const batchHeaderBytes = 61
/** Of a record without its key and value, at most: lengths, deltas, attributes and the count of headers. */
const recordBytesMax = 32

/** As Kafka judges it: before compression, by `max.message.bytes` of the topic. */
export function fitsBatch(records: readonly KeyValue[], nowMs: number, batchBytesMax: number): boolean {
  let contentBytes = batchHeaderBytes
  for (const { key, value } of records) contentBytes += key.length + (value?.length ?? 0)
  if (contentBytes > batchBytesMax) return false
  if (contentBytes + records.length * recordBytesMax <= batchBytesMax) return true
  return buildBatch({ records: records.map(each => ({ timestampMs: nowMs, ...each })) }).length <= batchBytesMax
}
