/**
 * LZ4 frames as Kafka clients write them. Read are, as by Kafka's own reader, frames of independent blocks; what follows
 * the first frame is ignored.
 *
 *     magic (4)  FLG  BD  [content size (8)]  header check  { size (4, top bit: stored), block, [check (4)] }...  0 (4)
 *
 * Clients before 0.10 made the header check over the magic as well, which is wrong; such frames are in record sets of
 * magic 0, and readers of those expect them (KIP-57).
 *
 * The native codec has no limit of its own. Before it is asked, the size of the output is estimated from the lengths of
 * the blocks, and counted exactly, element by element, if the estimate says too much.
 */
import { corrupt, tooLarge } from './corrupt'
import { copyBack } from './snappy'

interface Native {
  compressFrameSync(bytes: Buffer): Buffer
  decompressFrameSync(bytes: Buffer): Buffer
  compressFrame(bytes: Buffer): Promise<Buffer>
  decompressFrame(bytes: Buffer): Promise<Buffer>
}

const frameMagic = 0x184d2204
/** Version 01, independent blocks. */
const flags = 0x60
/** The most that one byte of LZ4 becomes: a match grows by 255 bytes for each byte of its length. */
const expansionMax = 255
const storedBit = 0x8000_0000

let native: Native | null | undefined

function loaded(): Native | null {
  if (native === undefined) {
    try {
      native = require('lz4-napi') as Native
    } catch {
      native = null
    }
  }
  return native
}

interface Block {
  readonly from: number
  readonly to: number
  readonly stored: boolean
}

interface Frame {
  readonly blocks: readonly Block[]
  readonly blockBytesMax: number
  /** Where the header check is. */
  readonly checkAt: number
  readonly end: number
}

/** xxHash-32 of fewer than 16 bytes with seed 0, which is all that a header has. */
function xxHash32(bytes: Buffer): number {
  let hash = (0x165667b1 + bytes.length) | 0
  let at = 0
  for (; at + 4 <= bytes.length; at += 4) {
    hash = (hash + Math.imul(bytes.readUInt32LE(at), 0xc2b2ae3d)) | 0
    hash = Math.imul((hash << 17) | (hash >>> 15), 0x27d4eb2f)
  }
  for (; at < bytes.length; at += 1) {
    hash = (hash + Math.imul(bytes[at]!, 0x165667b1)) | 0
    hash = Math.imul((hash << 11) | (hash >>> 21), 0x9e3779b1)
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca77)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae3d)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The second byte of the hash over `from` (4: as it should be, 0: as clients before 0.10 did) up to the check. */
const headerCheck = (bytes: Buffer, from: 0 | 4, checkAt: number): number =>
  (xxHash32(bytes.subarray(from, checkAt)) >>> 8) & 0xff

function frameOf(bytes: Buffer, legacy: boolean): Frame {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== frameMagic) return corrupt('lz4: not a frame')
  const flg = bytes[4]!
  const bd = bytes[5]!
  if (flg >> 6 !== 1 || (flg & 0x02) !== 0 || (bd & 0x8f) !== 0 || bd >> 4 < 4) corrupt('lz4: unknown kind of frame')
  if ((flg & 0x20) === 0) corrupt('lz4: blocks that depend on each other are not supported')
  if ((flg & 0x01) !== 0) corrupt('lz4: dictionaries are not supported')
  const checkAt = 6 + ((flg & 0x08) === 0 ? 0 : 8)
  if (checkAt >= bytes.length) corrupt('lz4: cut short')
  if (!legacy && bytes[checkAt] !== headerCheck(bytes, 4, checkAt)) corrupt('lz4: the header fails its check')
  const blockBytesMax = 1 << (2 * (bd >> 4) + 8)
  const blocks: Block[] = []
  let at = checkAt + 1
  for (;;) {
    if (at + 4 > bytes.length) corrupt('lz4: cut short')
    const size = bytes.readUInt32LE(at)
    at += 4
    if (size === 0) break
    const stored = size >= storedBit
    const to = at + (stored ? size - storedBit : size)
    if (to - at > blockBytesMax) corrupt('lz4: a block is longer than its frame allows')
    if (to > bytes.length) corrupt('lz4: a block is longer than what came')
    blocks.push({ from: at, to, stored })
    at = to + ((flg & 0x10) === 0 ? 0 : 4)
  }
  const end = at + ((flg & 0x04) === 0 ? 0 : 4)
  if (end > bytes.length) corrupt('lz4: cut short')
  return { blocks, blockBytesMax, checkAt, end }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/**
 * Throws CorruptRecord for what is not such a frame or would become more than `maxBytes`. `legacy` takes any header
 * check, as Kafka does for record sets of magic 0.
 */
export function lz4Decompress(bytes: Buffer, maxBytes: number, legacy = false): Buffer {
  const frame = boundedFrame(bytes, maxBytes, legacy)
  const fast = loaded()
  if (fast === null) return decompressPlainly(bytes, frame)
  try {
    return fast.decompressFrameSync(legacy ? mended(bytes, frame) : bytes.subarray(0, frame.end))
  } catch (error) {
    return corrupt(`lz4: ${(error as Error).message}`)
  }
}

/** As `lz4Decompress`, by another thread where there is native code. Rejects with CorruptRecord. */
export async function lz4DecompressAside(bytes: Buffer, maxBytes: number, legacy = false): Promise<Buffer> {
  const frame = boundedFrame(bytes, maxBytes, legacy)
  const fast = loaded()
  if (fast === null) return decompressPlainly(bytes, frame)
  try {
    return await fast.decompressFrame(legacy ? mended(bytes, frame) : bytes.subarray(0, frame.end))
  } catch (error) {
    return corrupt(`lz4: ${(error as Error).message}`)
  }
}

/** Throws CorruptRecord for a frame that would become more than `maxBytes`. */
function boundedFrame(bytes: Buffer, maxBytes: number, legacy: boolean): Frame {
  const frame = frameOf(bytes, legacy)
  const { blocks, blockBytesMax } = frame
  const atMost = ({ from, to, stored }: Block): number =>
    stored ? to - from : Math.min(blockBytesMax, (to - from) * expansionMax)
  const exactly = (block: Block): number => sizeOf(bytes, block)
  if (sum(blocks.map(atMost)) > maxBytes && sum(blocks.map(exactly)) > maxBytes) tooLarge('lz4', maxBytes)
  return frame
}

const sizeOf = (bytes: Buffer, block: Block): number =>
  block.stored ? block.to - block.from : decodeBlock(bytes, block, null, 0)

/** The same frame with a right header check. */
function mended(bytes: Buffer, { checkAt, end }: Frame): Buffer {
  const copy = Buffer.from(bytes.subarray(0, end))
  copy[checkAt] = headerCheck(copy, 4, checkAt)
  return copy
}

/** Decompresses without native code. Checks of blocks and of content are not looked at, the CRC of the batch is. */
function decompressPlainly(bytes: Buffer, { blocks, blockBytesMax }: Frame): Buffer {
  const sizes = blocks.map(block => sizeOf(bytes, block))
  if (sizes.some(size => size > blockBytesMax)) corrupt('lz4: a block becomes longer than its frame allows')
  const into = Buffer.allocUnsafe(sum(sizes))
  let at = 0
  for (const block of blocks) {
    if (block.stored) at += bytes.copy(into, at, block.from, block.to)
    else at += decodeBlock(bytes, block, into, at)
  }
  return into
}

/** Decodes a block to `start` of `into`, or only counts what it would become; gives how many bytes that is. */
function decodeBlock(bytes: Buffer, { from, to }: Block, into: Buffer | null, start: number): number {
  let at = from
  let filled = start
  const lengthFrom = (nibble: number): number => {
    if (nibble < 15) return nibble
    let length = 15
    let byte: number
    do {
      if (at >= to) corrupt('lz4: cut short')
      byte = bytes[at++]!
      length += byte
    } while (byte === 255)
    return length
  }
  while (at < to) {
    const token = bytes[at++]!
    const literals = lengthFrom(token >> 4)
    if (at + literals > to) corrupt('lz4: cut short')
    if (into !== null) bytes.copy(into, filled, at, at + literals)
    at += literals
    filled += literals
    // The last sequence of a block has no match.
    if (at === to) break
    if (at + 2 > to) corrupt('lz4: cut short')
    const offset = bytes[at]! | (bytes[at + 1]! << 8)
    at += 2
    const length = lengthFrom(token & 15) + 4
    if (offset === 0 || offset > filled - start) corrupt('lz4: a match before the beginning')
    if (into !== null) copyBack(into, filled, offset, length)
    filled += length
  }
  return filled - start
}

/** `legacy` makes the header check as readers of magic 0 expect it. */
export function lz4Compress(bytes: Buffer, legacy = false): Buffer {
  return checkedAs(loaded()?.compressFrameSync(bytes) ?? storedFrame(bytes), legacy)
}

/** As `lz4Compress`, by another thread where there is native code. */
export async function lz4CompressAside(bytes: Buffer, legacy = false): Promise<Buffer> {
  return checkedAs((await loaded()?.compressFrame(bytes)) ?? storedFrame(bytes), legacy)
}

function checkedAs(frame: Buffer, legacy: boolean): Buffer {
  if (!legacy) return frame
  const copy = Buffer.from(frame)
  const { checkAt } = frameOf(copy, true)
  copy[checkAt] = headerCheck(copy, 0, checkAt)
  return copy
}

/** A valid frame that is not any shorter: stored blocks of 64 KiB. */
function storedFrame(bytes: Buffer): Buffer {
  const blockBytes = 64 * 1024
  const head = Buffer.from([4, 0x22, 0x4d, 0x18, flags, 0x40, 0])
  head[6] = headerCheck(head, 4, 6)
  const parts: Buffer[] = [head]
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const piece = bytes.subarray(at, at + blockBytes)
    const size = Buffer.allocUnsafe(4)
    size.writeUInt32LE(storedBit + piece.length)
    parts.push(size, piece)
  }
  return Buffer.concat([...parts, Buffer.alloc(4)])
}
