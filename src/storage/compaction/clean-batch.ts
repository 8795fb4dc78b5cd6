/**
 * One batch through the cleaner: what is left of it, by the rules of Apache Kafka. The last record of a key stays.
 * Tombstones and markers whose transaction is gone stay until their time is up, which begins when the cleaner sees them
 * first and is written into the batch (KIP-534). Records of aborted transactions go.
 */
import {
  baseOffsetAt,
  baseSequenceAt,
  compressionAt,
  deleteHorizonAt,
  emptiedBatch,
  isControlAt,
  isLogAppendTimeAt,
  isTransactionalAt,
  lastOffsetDeltaAt,
  leaderEpochAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  recordCountAt,
} from '../../protocol/records/batch'
import { decompressedBytesMax } from '../../protocol/records/compression'
import { forEachKey } from '../../protocol/records/keys'
import { type Body, bodyOf, buildBatch, recordsIn } from '../../protocol/records/records'
import type { CleanedTransactions } from './cleaned-transactions'
import type { OffsetMap } from './offset-map'

export interface BatchRules {
  readonly map: OffsetMap
  readonly nowMs: number
  readonly deleteRetentionMs: number
  /** Whether a batch has to stay for what its header says of its producer, though it may be emptied. */
  keepsHeader(buffer: Buffer, at: number): boolean
}

export interface CleanedBatch {
  /** What is left: the batch itself (null: nothing). */
  readonly bytes: Buffer | null
  /** Bytes that were looked at, decompressed. */
  readonly openedBytes: number
}

/** Cleans the batch at `at`; what is returned may be a view of `buffer`. Throws CorruptRecord. */
export function cleanBatch(
  buffer: Buffer,
  at: number,
  sizeBytes: number,
  rules: BatchRules,
  transactions: CleanedTransactions,
): CleanedBatch {
  const isControl = isControlAt(buffer, at)
  const hasNoUse = isControl ? transactions.endsNothing(buffer, at) : transactions.isAborted(buffer, at)
  const horizonMs = deleteHorizonAt(buffer, at)
  const isDropped = hasNoUse && (!isControl || (horizonMs !== null && horizonMs <= rules.nowMs))
  if (isDropped) return { bytes: withoutRecords(buffer, at, rules), openedBytes: 0 }
  const body = bodyOf(buffer, at, decompressedBytesMax)
  const openedBytes = body.to - body.from
  const kept = isControl ? allOf(buffer, at) : keptOf(body, buffer, at, rules, horizonMs)
  if (kept.deltas.size === 0) return { bytes: withoutRecords(buffer, at, rules), openedBytes }
  const setsHorizon = horizonMs === null && (kept.tombstones || (isControl && hasNoUse))
  const isUntouched = kept.deltas.size === recordCountAt(buffer, at) && !setsHorizon
  if (isUntouched) return { bytes: buffer.subarray(at, at + sizeBytes), openedBytes }
  const untilMs = setsHorizon ? rules.nowMs + rules.deleteRetentionMs : horizonMs
  return { bytes: rebuilt(body, buffer, at, kept.deltas, untilMs), openedBytes }
}

function withoutRecords(buffer: Buffer, at: number, rules: BatchRules): Buffer | null {
  return producerIdAt(buffer, at) >= 0 && rules.keepsHeader(buffer, at) ? emptiedBatch(buffer, at) : null
}

interface Kept {
  /** Distances from the base offset. */
  readonly deltas: ReadonlySet<number>
  readonly tombstones: boolean
}

function allOf(buffer: Buffer, at: number): Kept {
  const count = recordCountAt(buffer, at)
  return { deltas: new Set(Array.from({ length: count }, (_, i) => i)), tombstones: false }
}

function keptOf(body: Body, buffer: Buffer, at: number, rules: BatchRules, horizonMs: number | null): Kept {
  const { map, nowMs } = rules
  const base = baseOffsetAt(buffer, at)
  const keepsTombstones = horizonMs === null || nowMs < horizonMs
  const deltas = new Set<number>()
  let tombstones = false
  forEachKey(body, recordCountAt(buffer, at), (delta, keyFrom, keyBytes, hasValue) => {
    const offset = base + delta
    if (offset <= map.latest) {
      // A record without a key is there only if the topic was not always compacted.
      if (keyBytes < 0 || (!hasValue && !keepsTombstones)) return
      if (offset < map.get(body.bytes.subarray(keyFrom, keyFrom + keyBytes))) return
    }
    deltas.add(delta)
    if (!hasValue) tombstones = true
  })
  return { deltas, tombstones }
}

function rebuilt(
  body: Body,
  buffer: Buffer,
  at: number,
  deltas: ReadonlySet<number>,
  horizonMs: number | null,
): Buffer {
  const baseOffset = baseOffsetAt(buffer, at)
  const records = recordsIn(body, buffer, at)
    .map(record => ({ ...record, offsetDelta: record.offset - baseOffset }))
    .filter(record => deltas.has(record.offsetDelta))
  return buildBatch({
    records,
    baseOffset,
    lastOffsetDelta: lastOffsetDeltaAt(buffer, at),
    leaderEpoch: leaderEpochAt(buffer, at),
    compression: compressionAt(buffer, at),
    producerId: producerIdAt(buffer, at),
    producerEpoch: producerEpochAt(buffer, at),
    baseSequence: baseSequenceAt(buffer, at),
    transactional: isTransactionalAt(buffer, at),
    control: isControlAt(buffer, at),
    ...(isLogAppendTimeAt(buffer, at) ? { logAppendTimeMs: maxTimestampAt(buffer, at) } : {}),
    ...(horizonMs === null ? {} : { deleteHorizonMs: horizonMs }),
  })
}
