/** Timestamps of single records inside of a batch, for lookups by time. */
import {
  baseOffsetAt,
  baseTimestampAt,
  batchBytesAt,
  batchHeaderBytes,
  compressionAt,
  isLogAppendTimeAt,
  leaderEpochAt,
  maxTimestampAt,
  recordCountAt,
} from '../protocol/records/batch'
import { recordsOf } from '../protocol/records/records'
import type { TimestampedOffset } from './log'

/** Reads a zigzag varint of up to ten bytes as a number; `next` is where it ended. */
function varlongAt(buffer: Buffer, at: number): { value: number; next: number } {
  let raw = 0
  let scale = 1
  let next = at
  for (let count = 0; count < 10; count += 1) {
    const byte = buffer[next]!
    next += 1
    raw += (byte & 0x7f) * scale
    scale *= 128
    if (byte < 0x80) break
  }
  return { value: raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2, next }
}

/**
 * The first record of the batch at `at` that is at offset `from` or above and whose timestamp is `timestampMs` or later;
 * null when there is none. Throws CorruptRecord when a compressed batch cannot be decompressed.
 */
export function firstRecordSince(
  buffer: Buffer,
  at: number,
  timestampMs: number,
  from: number,
): TimestampedOffset | null {
  const baseOffset = baseOffsetAt(buffer, at)
  const maxMs = maxTimestampAt(buffer, at)
  const leaderEpoch = leaderEpochAt(buffer, at)
  if (maxMs < timestampMs) return null
  if (isLogAppendTimeAt(buffer, at)) return { offset: Math.max(baseOffset, from), timestampMs: maxMs, leaderEpoch }
  if (compressionAt(buffer, at) !== 0) {
    const found = recordsOf(buffer, at).find(record => record.timestampMs >= timestampMs && record.offset >= from)
    return found ? { offset: found.offset, timestampMs: found.timestampMs, leaderEpoch } : null
  }
  const baseMs = baseTimestampAt(buffer, at)
  const batchEnd = at + batchBytesAt(buffer, at)
  let position = at + batchHeaderBytes
  for (let i = recordCountAt(buffer, at); i > 0 && position < batchEnd; i -= 1) {
    const length = varlongAt(buffer, position)
    const timestamp = varlongAt(buffer, length.next + 1)
    const offset = baseOffset + varlongAt(buffer, timestamp.next).value
    const recordMs = baseMs + timestamp.value
    if (recordMs >= timestampMs && offset >= from) return { offset, timestampMs: recordMs, leaderEpoch }
    position = length.next + length.value
  }
  return null
}
