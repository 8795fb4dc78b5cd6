/** Reading a file that may be damaged: how far its batches are good, whether good ones follow, and what the damage is. */
import type { File } from '../../platform/files'
import {
  baseOffsetAt,
  batchBytesAt,
  batchHeaderBytes,
  crcAt,
  lastOffsetAt,
  leaderEpochAt,
  magicAt,
} from '../../protocol/records/batch'
import { crc32c } from '../../protocol/records/crc32c'
import { isHeaderAt, walk } from './walk'

const chunkBytes = 1024 * 1024
/** A disk writes this much or nothing. */
const sectorBytes = 512
/** No batch is longer, by far. */
const batchBytesMax = 256 * 1024 * 1024
/** Where the part that the CRC covers begins. */
const crcFrom = 21

export interface Verified {
  /** End of the good batches. */
  readonly position: number
  /** First offset after them. */
  readonly nextOffset: number
}

/** Whether the batch at `at`, all of which is in the buffer, is what its CRC says. */
function isSound(buffer: Buffer, at: number): boolean {
  return crc32c(buffer, at + crcFrom, at + batchBytesAt(buffer, at)) === crcAt(buffer, at)
}

export interface VerifyRange {
  readonly from: Verified
  /** End of the file. */
  readonly to: number
  /** Where the next segment begins: no batch of this one reaches that. */
  readonly below: number
  /** How much is read at most, about. */
  readonly budgetBytes: number
}

/**
 * Follows good batches whose offsets ascend; `done` tells that it ended because there are none further, `leaderEpoch` is
 * that of the last one, -1 without one.
 */
export function verify(
  file: File,
  range: VerifyRange,
): Verified & { readonly done: boolean; readonly leaderEpoch: number } {
  const { to, below, budgetBytes } = range
  const from = range.from.position
  let next = range.from.nextOffset
  let leaderEpoch = -1
  const walked = walk(file, { from, to, whole: true, chunkBytes }, (buffer, at, position) => {
    if (position - from >= budgetBytes) return false
    if (baseOffsetAt(buffer, at) < next || lastOffsetAt(buffer, at) >= below || !isSound(buffer, at)) return false
    next = lastOffsetAt(buffer, at) + 1
    leaderEpoch = leaderEpochAt(buffer, at)
    return true
  })
  const outOfBudget = walked.why === 'visitor' && walked.position - from >= budgetBytes
  return { position: walked.position, nextOffset: next, done: !outOfBudget, leaderEpoch }
}

/** Position of the first good batch at `from` or later that begins at `minOffset` or above; null when there is none. */
export function findBatch(file: File, from: number, to: number, minOffset: number): number | null {
  const chunk = Buffer.allocUnsafe(chunkBytes)
  for (let position = from; position + batchHeaderBytes <= to; ) {
    const filled = file.readSync(chunk.subarray(0, Math.min(chunkBytes, to - position)), position)
    const last = filled - batchHeaderBytes
    if (last < 0) return null
    for (let at = 0; at <= last; at += 1) {
      if (magicAt(chunk, at) !== 2 || !isHeaderAt(chunk, at, to - position - at)) continue
      if (baseOffsetAt(chunk, at) >= minOffset && isSoundAt(file, position + at, batchBytesAt(chunk, at)))
        return position + at
    }
    position += last + 1
  }
  return null
}

/** Writes what is there once more. */
export function rewrite(file: File, from: number, to: number): void {
  const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, to - from))
  for (let position = from; position < to; position += chunk.length) {
    const piece = chunk.subarray(0, Math.min(chunk.length, to - position))
    file.readSync(piece, position)
    file.writeSync([piece], position)
  }
}

function isSoundAt(file: File, position: number, sizeBytes: number): boolean {
  const batch = Buffer.allocUnsafe(sizeBytes)
  return file.readSync(batch, position) === sizeBytes && isSound(batch, 0)
}

/**
 * Whether what is at `from`, where a batch with the base offset `expectedOffset` should be, can be what a power cut left of
 * a write that was not synced: then its last bytes are missing, or at least one sector of it is as if never written. A bit
 * that flipped later leaves no such trace.
 *
 * That matters when good batches follow: had this one been synced, it would be whole; so nothing after it was synced
 * either, and none of it was acknowledged as durable. `to` is where the next good one begins in the same file, or its end.
 */
export function neverWritten(file: File, from: number, to: number, expectedOffset: number): boolean {
  const header = Buffer.alloc(batchHeaderBytes)
  if (file.readSync(header.subarray(0, Math.min(to - from, header.length)), from) < header.length) return true
  // The header may lie in two sectors, each of which may be missing.
  const inFirst = Math.min(header.length, sectorBytes - (from % sectorBytes))
  const natural = Buffer.alloc(batchHeaderBytes)
  natural.writeBigInt64BE(BigInt(expectedOffset))
  // Of the length the upper bytes are zero in most batches, and so are all but the last of the record count.
  if (isZero(header, 0, inFirst) && (inFirst >= 12 || !isZero(natural, 0, inFirst))) return true
  if (isZero(header, inFirst, header.length) && header.length - inFirst >= 4) return true
  const sizeBytes = batchBytesAt(header)
  const isHeader = magicAt(header) === 2 && baseOffsetAt(header) === expectedOffset && sizeBytes >= batchHeaderBytes
  if (!isHeader || sizeBytes > batchBytesMax) return false
  const batch = Buffer.allocUnsafe(Math.min(sizeBytes, to - from))
  file.readSync(batch, from)
  // A length that was damaged later may reach too far, too; then what is there is whole, or another batch follows.
  const isCutShort = batch.length < sizeBytes && to === file.size()
  if (isCutShort) return crc32c(batch, crcFrom, batch.length) !== crcAt(batch)
  for (let at = inFirst === batchHeaderBytes ? 0 : inFirst; at < batch.length; ) {
    const end = Math.min(batch.length, at + sectorBytes - ((from + at) % sectorBytes))
    if (isZero(batch, at, end)) return true
    at = end
  }
  return false
}

function isZero(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (bytes[at] !== 0) return false
  return true
}
