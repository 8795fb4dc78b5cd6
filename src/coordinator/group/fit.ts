/** Whether records go into one batch of `__consumer_offsets`: what a client hands in must not make the log of all groups grow. */
import { buildBatch } from '../../protocol/records/records'
import { encodeGroupRecord, type GroupRecord } from './records'
import type { GroupTurn } from './world'

const batchHeaderBytes = 61
/** Of a record without its key and value, at most: lengths, deltas, attributes and the count of headers. */
const recordBytesMax = 32

/** As Kafka judges it: before compression, by `max.message.bytes` of the topic. */
export function fits({ settings, turn }: GroupTurn, records: readonly GroupRecord[]): boolean {
  let contentBytes = batchHeaderBytes
  const encoded = records.map(record => {
    const { key, value } = encodeGroupRecord(record)
    contentBytes += key.length + (value?.length ?? 0)
    return { timestampMs: turn.nowMs, key, value }
  })
  if (contentBytes > settings.batchBytesMax) return false
  if (contentBytes + records.length * recordBytesMax <= settings.batchBytesMax) return true
  return buildBatch({ records: encoded }).length <= settings.batchBytesMax
}
