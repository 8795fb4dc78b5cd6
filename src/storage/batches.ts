/** Walking over batches that stand back to back, as every backend does before it stores them. */
import { assert } from '../platform/assert'
import {
  baseOffsetAt,
  batchBytesAt,
  lastOffsetDeltaAt,
  leaderEpochAt,
  magicAt,
  maxTimestampAt,
  minBatchBytes,
  setBaseOffsetAt,
  setLeaderEpochAt,
} from '../protocol/records/batch'
import type { EpochEntries } from './epoch-entries'
import { OffsetOutOfRange } from './fault'

/** What a log must know of an append as a whole. */
export interface BatchFacts {
  readonly first: number
  readonly last: number
  /** The largest timestamp of all, -1 when no batch has one. */
  readonly maxTimestampMs: number
  readonly sizeBytes: number
}

/** Bytes of the batch at `at`; the caller promised whole batches of format v2, so anything else is a bug. */
function wholeBatchAt(batches: Buffer, at: number): number {
  assert(at + minBatchBytes <= batches.length, 'a batch is cut short in its header')
  const sizeBytes = batchBytesAt(batches, at)
  assert(sizeBytes >= minBatchBytes && at + sizeBytes <= batches.length, 'a batch is longer than its buffer')
  assert(magicAt(batches, at) === 2, 'a batch is not of format v2')
  assert(lastOffsetDeltaAt(batches, at) >= 0, 'a batch ends before it begins')
  return sizeBytes
}

/** Gives offsets from `end` on, and the epoch, to all batches in place. */
export function stampBatches(batches: Buffer, end: number, leaderEpoch: number): BatchFacts {
  let next = end
  let maxTimestampMs = -1
  let at = 0
  while (at < batches.length) {
    const sizeBytes = wholeBatchAt(batches, at)
    setBaseOffsetAt(batches, at, next)
    setLeaderEpochAt(batches, at, leaderEpoch)
    next += lastOffsetDeltaAt(batches, at) + 1
    const timestampMs = maxTimestampAt(batches, at)
    if (timestampMs > maxTimestampMs) maxTimestampMs = timestampMs
    at += sizeBytes
  }
  assert(next > end, 'an append holds no batch')
  return { first: end, last: next - 1, maxTimestampMs, sizeBytes: at }
}

/** Checks batches that have their offsets already. Throws OffsetOutOfRange when they do not follow on `end`. */
export function checkBatches(batches: Buffer, end: number): BatchFacts {
  assert(batches.length > 0, 'an append holds no batch')
  let next = end
  let maxTimestampMs = -1
  let at = 0
  while (at < batches.length) {
    const sizeBytes = wholeBatchAt(batches, at)
    const base = baseOffsetAt(batches, at)
    if (base < next) throw new OffsetOutOfRange(`batch at offset ${base} does not follow on ${next}`)
    next = base + lastOffsetDeltaAt(batches, at) + 1
    const timestampMs = maxTimestampAt(batches, at)
    if (timestampMs > maxTimestampMs) maxTimestampMs = timestampMs
    at += sizeBytes
  }
  return { first: baseOffsetAt(batches, 0), last: next - 1, maxTimestampMs, sizeBytes: at }
}

/** Tells `epochs` about the epoch of every batch. Batches without an epoch (-1) say nothing. */
export function learnEpochs(epochs: EpochEntries, batches: Buffer): boolean {
  let changed = false
  for (let at = 0; at < batches.length; at += batchBytesAt(batches, at)) {
    const epoch = leaderEpochAt(batches, at)
    if (epoch >= 0 && epoch !== epochs.latest) changed = epochs.assign(epoch, baseOffsetAt(batches, at)) || changed
  }
  return changed
}
