/**
 * Zstandard: Node's own where it has it (22.15 and later), else a native package, else one in plain JavaScript, which only
 * reads; what is written then is a frame of stored blocks, which every reader knows and which saves nothing.
 *
 * The packages have no limit for their output. What a frame can become at most is therefore added up from the headers of its
 * blocks before they are asked: four bytes of input can ask for 128 KiB.
 */
import * as zlib from 'node:zlib'
import { CorruptRecord, corrupt, tooLarge } from './corrupt'

interface Package {
  readonly Encoder: new (level: number) => { encodeSync(bytes: Buffer): Buffer }
  readonly Decoder: new () => { decodeSync(bytes: Buffer): Buffer }
}

interface Codec {
  compress(bytes: Buffer, level: number): Buffer
  decompress(bytes: Buffer, maxBytes: number): Buffer
}

type ZlibWithZstd = typeof zlib & {
  zstdCompressSync?: (bytes: Buffer, options: { params: Record<number, number> }) => Buffer
  zstdDecompressSync?: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer
}

const frameMagic = 0xfd2fb528
/** The sixteen magics of frames that decoders skip differ in their last four bits. */
const skippableMagic = 0x184d2a5
const blockBytesMax = 128 * 1024
/**
 * Compressed blocks that become less than they may make the sum too high, hence the slack: input whose sum is above the
 * limit by no more than this factor is tried, and measured afterwards.
 */
const slack = 4

let codec: Codec | undefined

function builtIn({ zstdCompressSync, zstdDecompressSync }: ZlibWithZstd): Codec | null {
  if (zstdCompressSync === undefined || zstdDecompressSync === undefined) return null
  /** ZSTD_c_compressionLevel. */
  const compressionLevel = 100
  return {
    compress: (bytes, level) => zstdCompressSync(bytes, { params: { [compressionLevel]: level } }),
    decompress: (bytes, maxBytes) => zstdDecompressSync(bytes, { maxOutputLength: maxBytes }),
  }
}

function packaged(): Codec {
  const { compress, decompress } = native() ?? plain()
  return {
    compress,
    decompress(bytes, maxBytes) {
      if (becomesAtMost(bytes) > maxBytes * slack) tooLarge('zstd', maxBytes)
      return decompress(bytes, maxBytes)
    },
  }
}

/** Null on a platform that the package has nothing for. */
function native(): Codec | null {
  let zstd: Package
  try {
    zstd = require('@toondepauw/node-zstd') as Package
  } catch {
    return null
  }
  const decoder = new zstd.Decoder()
  return {
    compress: (bytes, level) => new zstd.Encoder(level).encodeSync(bytes),
    decompress: bytes => decoder.decodeSync(bytes),
  }
}

export function plain(): Codec {
  const { decompress } = require('fzstd') as typeof import('fzstd')
  return { compress: stored, decompress: bytes => Buffer.from(decompress(new Uint8Array(bytes))) }
}

/** A frame that keeps what it is given: its size in four bytes, and blocks of kind 0 (RFC 8878, 3.1.1). */
function stored(bytes: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUInt32LE(frameMagic, 0)
  // A content size of four bytes, and no window beside it.
  head[4] = 0xa0
  head.writeUInt32LE(bytes.length, 5)
  const parts: Buffer[] = [head]
  for (let at = 0; at === 0 || at < bytes.length; at += blockBytesMax) {
    const block = bytes.subarray(at, at + blockBytesMax)
    const isLast = at + blockBytesMax >= bytes.length
    const blockHead = Buffer.alloc(3)
    blockHead.writeUIntLE((block.length << 3) | Number(isLast), 0, 3)
    parts.push(blockHead, block)
  }
  return Buffer.concat(parts)
}

/** The most that frames can become, by the headers of their blocks. Throws CorruptRecord for what are no frames. */
function becomesAtMost(bytes: Buffer): number {
  let sum = 0
  let at = 0
  if (bytes.length === 0) corrupt('zstd: cut short')
  while (at < bytes.length) {
    if (at + 8 > bytes.length) corrupt('zstd: cut short')
    const magic = bytes.readUInt32LE(at)
    if (magic >>> 4 === skippableMagic) {
      at += 8 + bytes.readUInt32LE(at + 4)
      continue
    }
    if (magic !== frameMagic) corrupt('zstd: not a frame')
    const descriptor = bytes[at + 4]!
    let last: boolean
    at += 4 + headerBytesOf(descriptor)
    do {
      if (at + 3 > bytes.length) corrupt('zstd: cut short')
      const head = bytes.readUIntLE(at, 3)
      last = (head & 1) === 1
      const kind = (head >> 1) & 3
      const size = head >> 3
      // Kinds: stored, one byte repeated, compressed.
      sum += kind === 2 ? blockBytesMax : size
      at += 3 + (kind === 1 ? 1 : size)
    } while (!last)
    if ((descriptor & 0x04) !== 0) at += 4
  }
  return sum
}

/** Bytes of a frame header after the magic: descriptor, window, dictionary id, content size. */
function headerBytesOf(descriptor: number): number {
  const singleSegment = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  const contentSizeBytes = sizeFlag === 0 ? (singleSegment ? 1 : 0) : 1 << sizeFlag
  return 1 + (singleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]! + contentSizeBytes
}

function loaded(): Codec {
  codec ??= builtIn(zlib as ZlibWithZstd) ?? packaged()
  return codec
}

/**
 * Throws CorruptRecord for what is not zstd or would become more than `maxBytes`.
 */
export function zstdDecompress(bytes: Buffer, maxBytes: number): Buffer {
  const { decompress } = loaded()
  let content: Buffer
  try {
    content = decompress(bytes, Math.max(1, maxBytes))
  } catch (error) {
    if (error instanceof CorruptRecord) throw error
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') tooLarge('zstd', maxBytes)
    return corrupt(`zstd: ${(error as Error).message}`)
  }
  return content.length > maxBytes ? tooLarge('zstd', maxBytes) : content
}

export function zstdCompress(bytes: Buffer, level = 3): Buffer {
  return loaded().compress(bytes, level)
}
