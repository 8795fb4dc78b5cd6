/** Walks over the batches of a file without reading it whole. */
import type { File } from '../../platform/files'
import { batchBytesAt, batchHeaderBytes, lastOffsetDeltaAt, magicAt } from '../../protocol/records/batch'
import { CorruptLog } from '../fault'
import type { Handle } from './handles'

/** `buffer` holds the batch (or its header) at `at`, which is at `position` in the file. False stops the walk. */
export type WalkVisitor = (buffer: Buffer, at: number, position: number) => boolean | void

export interface Walk {
  readonly from: number
  /** End of the bytes that count. */
  readonly to: number
  /** Whether the visitor needs whole batches, or their headers only. */
  readonly whole: boolean
  /** Bytes read at once. A larger batch that is needed whole is read with one read of its own. */
  readonly chunkBytes: number
}

export interface Walked {
  /** Where the walk ended: at a batch that was refused by the visitor or is not one, or at the end. */
  readonly position: number
  readonly why: 'end' | 'visitor' | 'not a batch'
}

/** Throws CorruptLog when the file ends before. */
export function readExactly(log: Handle, into: Buffer, position: number): Buffer {
  const count = log.file().readSync(into, position)
  if (count < into.length) {
    throw new CorruptLog(log.path, `ends at ${position + count}, before ${position + into.length}`)
  }
  return into
}

/** Whether the header at `at` can be one of format v2 of a batch no longer than `roomBytes`. */
export function isHeaderAt(buffer: Buffer, at: number, roomBytes: number): boolean {
  if (magicAt(buffer, at) !== 2) return false
  const sizeBytes = batchBytesAt(buffer, at)
  return sizeBytes >= batchHeaderBytes && sizeBytes <= roomBytes && lastOffsetDeltaAt(buffer, at) >= 0
}

/** For walks over headers, of which there are many and most of them short. Taken while one is under way. */
let spare: Buffer | null = Buffer.allocUnsafeSlow(4096)

/** Visits batch after batch. Checks that each fits, not that its content is right. */
export function walk(file: File, range: Walk, visit: WalkVisitor): Walked {
  if (range.whole || range.chunkBytes > 4096 || !spare) return walkBy(file, range, visit, Buffer.alloc(0))
  const scratch = spare
  spare = null
  try {
    return walkBy(file, range, visit, scratch)
  } finally {
    spare = scratch
  }
}

function walkBy(file: File, { from, to, whole, chunkBytes }: Walk, visit: WalkVisitor, scratch: Buffer): Walked {
  let chunk = scratch
  let chunkFrom = from
  let chunkTo = from
  let position = from
  const load = (bytes: number): boolean => {
    if (position + bytes <= chunkTo) return true
    if (position + bytes > to) return false
    const wanted = Math.max(bytes, Math.min(chunkBytes, to - position))
    if (chunk.length < wanted) chunk = Buffer.allocUnsafeSlow(wanted)
    chunkFrom = position
    chunkTo = position + file.readSync(chunk.subarray(0, wanted), position)
    return position + bytes <= chunkTo
  }
  while (position < to) {
    if (!load(batchHeaderBytes)) return { position, why: 'not a batch' }
    if (!isHeaderAt(chunk, position - chunkFrom, to - position)) return { position, why: 'not a batch' }
    const sizeBytes = batchBytesAt(chunk, position - chunkFrom)
    if (whole && !load(sizeBytes)) return { position, why: 'not a batch' }
    if (visit(chunk, position - chunkFrom, position) === false) return { position, why: 'visitor' }
    position += sizeBytes
  }
  return { position, why: 'end' }
}
