/** Reading a file that may be damaged: how far its batches are good, whether good ones follow, and what the damage is. */
import type { File } from '../../platform/files'
import {
  baseOffsetAt,
  batchBytesAt,
  batchHeaderBytes,
  crcAt,
  lastOffsetAt,
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

/**
 * Follows good batches whose offsets ascend from `nextOffset`, for about `budgetBytes`; `done` tells that it ended because
 * there are none further.
 */
export function verify(
  file: File,
  from: number,
  to: number,
  nextOffset: number,
  budgetBytes: number,
): Verified & { readonly done: boolean } {
  let next = nextOffset
  const range = { from, to, whole: true, chunkBytes }
  const walked = walk(file, range, (buffer, at, position) => {
    if (position - from >= budgetBytes) return false
    if (baseOffsetAt(buffer, at) < next || !isSound(buffer, at)) return false
    next = lastOffsetAt(buffer, at) + 1
    return true
  })
  const outOfBudget = walked.why === 'visitor' && walked.position - from >= budgetBytes
  return { position: walked.position, nextOffset: next, done: !outOfBudget }
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

function isSoundAt(file: File, position: number, sizeBytes: number): boolean {
  const batch = Buffer.allocUnsafe(sizeBytes)
  return file.readSync(batch, position) === sizeBytes && isSound(batch, 0)
}

/**
 * Whether the file ends inside of a batch that begins at `from`: its last bytes were never written. A length that was
 * damaged later can look the same; then what is there is the whole batch, and its CRC says so.
 */
export function endsInside(file: File, from: number, to: number, expectedOffset: number): boolean {
  const rest = Buffer.alloc(Math.min(to - from, batchHeaderBytes))
  file.readSync(rest, from)
  if (rest.length < batchHeaderBytes) return true
  const isBatch = magicAt(rest) === 2 && baseOffsetAt(rest) === expectedOffset && batchBytesAt(rest) > to - from
  if (!isBatch || to - from > batchBytesMax) return false
  const whole = Buffer.allocUnsafe(to - from)
  file.readSync(whole, from)
  return crc32c(whole, crcFrom, whole.length) !== crcAt(whole)
}

/**
 * Whether the bytes of `[from, to)`, where a batch with the base offset `expectedOffset` should begin, can be what a
 * power cut left of writes that were not synced: then at least one sector is as if it had never been written. A bit that
 * flipped later leaves none.
 *
 * That matters when good batches follow: had the hole been synced, it would be none; so nothing after it was synced
 * either, and none of it was acknowledged as durable.
 */
export function neverWritten(file: File, from: number, to: number, expectedOffset: number): boolean {
  const natural = Buffer.alloc(8)
  natural.writeBigInt64BE(BigInt(expectedOffset))
  const sector = Buffer.alloc(sectorBytes)
  for (let position = from; position < to; ) {
    const end = Math.min(to, position - (position % sectorBytes) + sectorBytes)
    const piece = sector.subarray(0, end - position)
    const filled = file.readSync(piece, position)
    const isZero = piece.subarray(0, filled).every(byte => byte === 0)
    // The first bytes of a batch are the upper ones of its offset, which are zero in most.
    const isNatural =
      position === from && natural.subarray(0, filled).every(byte => byte === 0) && filled <= natural.length
    if (isZero && !isNatural) return true
    position = end
  }
  return false
}
