/**
 * Snappy as Kafka clients write it: the Java client and most others in blocks with a header of their own (that of
 * xerial's snappy-java), librdkafka as one bare block. Both are read; the former is written.
 *
 *     82 'SNAPPY' 00   version (4)   compatible version (4)   { length (4), bare snappy block }...
 *
 * A bare block begins with the number of bytes it will become. It is held against what so many bytes of snappy can
 * become at most, and against the caller's limit, before anything is made.
 */
import { corrupt, tooLarge } from './corrupt'

interface Native {
  compressSync(bytes: Buffer): Buffer
  uncompressSync(bytes: Buffer): Buffer
  compress(bytes: Buffer): Promise<Buffer>
  uncompress(bytes: Buffer): Promise<Buffer>
}

const magic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const headerBytes = magic.length + 8
const header = Buffer.concat([magic, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])])
/** What snappy-java takes by default. */
const blockBytes = 32 * 1024
/** The most that one byte of snappy becomes: a copy of 64 bytes takes three. */
const expansionMax = 22

let native: Native | null | undefined

function loaded(): Native | null {
  if (native === undefined) {
    try {
      native = require('snappy') as Native
    } catch {
      native = null
    }
  }
  return native
}

/** The length that a bare block announces, and where its elements begin. */
function announced(bytes: Buffer): { sizeBytes: number; from: number } {
  let sizeBytes = 0
  for (let at = 0; at < 5 && at < bytes.length; at += 1) {
    const byte = bytes[at]!
    sizeBytes += (byte & 0x7f) * 2 ** (7 * at)
    if (byte >= 0x80) continue
    if (sizeBytes > bytes.length * expansionMax) break
    return { sizeBytes, from: at + 1 }
  }
  return corrupt('snappy: a block announces a length that it cannot have')
}

/** Bare blocks of a stream in Java's framing, or the only block of one without. */
function blocksOf(bytes: Buffer): Buffer[] {
  if (!bytes.subarray(0, magic.length).equals(magic)) return [bytes]
  const blocks: Buffer[] = []
  let at = headerBytes
  while (at < bytes.length) {
    if (at + 4 > bytes.length) corrupt('snappy: cut short')
    // Streams that were put one after the other bring a header each.
    if (bytes.subarray(at, at + magic.length).equals(magic)) {
      at += headerBytes
      continue
    }
    const end = at + 4 + bytes.readInt32BE(at)
    if (end < at + 4 || end > bytes.length) corrupt('snappy: a block is longer than what came')
    blocks.push(bytes.subarray(at + 4, end))
    at = end
  }
  return blocks
}

/** Throws CorruptRecord for what is not snappy or would become more than `maxBytes`. */
export function snappyDecompress(bytes: Buffer, maxBytes: number): Buffer {
  const { blocks, into } = roomFor(bytes, maxBytes)
  let at = 0
  for (const block of blocks) at += decompressBlock(block, into, at)
  return into
}

/** As `snappyDecompress`, by another thread where there is native code. Rejects with CorruptRecord. */
export async function snappyDecompressAside(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  const { blocks, into } = roomFor(bytes, maxBytes)
  const fast = loaded()
  let at = 0
  for (const block of blocks) {
    if (fast === null) at += decompressBlock(block, into, at)
    else at += (await fast.uncompress(block).catch(notSnappy)).copy(into, at)
  }
  return into
}

const notSnappy = (error: unknown): never => corrupt(`snappy: ${(error as Error).message}`)

/** The bare blocks, and room for what they announce. */
function roomFor(bytes: Buffer, maxBytes: number): { readonly blocks: readonly Buffer[]; readonly into: Buffer } {
  const blocks = blocksOf(bytes)
  let sizeBytes = 0
  for (const block of blocks) {
    sizeBytes += announced(block).sizeBytes
    if (sizeBytes > maxBytes) tooLarge('snappy', maxBytes)
  }
  return { blocks, into: Buffer.allocUnsafe(sizeBytes) }
}

function decompressBlock(block: Buffer, into: Buffer, at: number): number {
  const { sizeBytes, from } = announced(block)
  const fast = loaded()
  if (fast === null) return decompressPlainly(block, from, into.subarray(at, at + sizeBytes))
  try {
    return fast.uncompressSync(block).copy(into, at)
  } catch (error) {
    return notSnappy(error)
  }
}

/** An element of a block: literal bytes that follow the tag at `next`, or a copy of what stands `offset` bytes back. */
interface Element {
  readonly length: number
  /** Zero for a literal. */
  readonly offset: number
  readonly next: number
}

function elementAt(block: Buffer, at: number): Element {
  const tag = block[at]!
  const kind = tag & 3
  if (kind === 0) {
    const extra = Math.max(0, (tag >> 2) - 59)
    if (at + 1 + extra > block.length) corrupt('snappy: cut short')
    const length = extra === 0 ? (tag >> 2) + 1 : block.readUIntLE(at + 1, extra) + 1
    return { length, offset: 0, next: at + 1 + extra }
  }
  const offsetBytes = kind === 3 ? 4 : kind
  if (at + 1 + offsetBytes > block.length) corrupt('snappy: cut short')
  const low = block.readUIntLE(at + 1, offsetBytes)
  const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
  const offset = kind === 1 ? ((tag & 0xe0) << 3) | low : low
  if (offset === 0) corrupt('snappy: a copy of nothing')
  return { length, offset, next: at + 1 + offsetBytes }
}

/** Decompresses without native code, into exactly what was announced. */
function decompressPlainly(block: Buffer, from: number, into: Buffer): number {
  let at = from
  let filled = 0
  while (at < block.length) {
    const { length, offset, next } = elementAt(block, at)
    if (filled + length > into.length || offset > filled) corrupt('snappy: an element does not fit')
    at = next
    if (offset === 0) {
      if (at + length > block.length) corrupt('snappy: cut short')
      block.copy(into, filled, at, at + length)
      at += length
    } else {
      copyBack(into, filled, offset, length)
    }
    filled += length
  }
  if (filled !== into.length) corrupt('snappy: less than was announced')
  return filled
}

/** Copies within a buffer as if byte by byte, so that a copy may repeat what it has just written. */
export function copyBack(into: Buffer, at: number, offset: number, length: number): void {
  let done = 0
  while (done < length) {
    const count = Math.min(offset + done, length - done)
    into.copyWithin(at + done, at - offset, at - offset + count)
    done += count
  }
}

export function snappyCompress(bytes: Buffer): Buffer {
  return inFraming(piecesOf(bytes).map(piece => loaded()?.compressSync(piece) ?? literalBlock(piece)))
}

/** As `snappyCompress`, by another thread where there is native code. */
export async function snappyCompressAside(bytes: Buffer): Promise<Buffer> {
  const blocks: Buffer[] = []
  for (const piece of piecesOf(bytes)) blocks.push((await loaded()?.compress(piece)) ?? literalBlock(piece))
  return inFraming(blocks)
}

function piecesOf(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += blockBytes) pieces.push(bytes.subarray(at, at + blockBytes))
  return pieces
}

function inFraming(blocks: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [header]
  for (const block of blocks) {
    const length = Buffer.allocUnsafe(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

/** A valid block that is not any shorter: one literal. Pieces are never longer than `blockBytes`. */
function literalBlock(piece: Buffer): Buffer {
  const sizeBytes = piece.length
  const varint = [sizeBytes & 0x7f]
  for (let rest = sizeBytes >> 7; rest > 0; rest >>= 7) {
    varint[varint.length - 1]! |= 0x80
    varint.push(rest & 0x7f)
  }
  return Buffer.concat([Buffer.from([...varint, 61 << 2, (sizeBytes - 1) & 0xff, (sizeBytes - 1) >> 8]), piece])
}
