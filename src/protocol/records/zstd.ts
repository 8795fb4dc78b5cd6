/**
 * Zstandard: Node's own where it has it (22.15 and later), else a native package.
 *
 * The package has no limit for its output. What a frame can become at most is therefore added up from the headers of its
 * blocks before it is asked: four bytes of input can ask for 128 KiB.
 */
import * as zlib from 'node:zlib'
import { Refusal } from '../errors'
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
  let zstd: Package
  try {
    zstd = require('@toondepauw/node-zstd') as Package
  } catch {
    throw new Refusal('UNSUPPORTED_COMPRESSION_TYPE', 'zstd needs Node 22.15, or a platform its native package knows')
  }
  const decoder = new zstd.Decoder()
  return {
    compress: (bytes, level) => new zstd.Encoder(level).encodeSync(bytes),
    decompress(bytes, maxBytes) {
      if (becomesAtMost(bytes) > maxBytes * slack) tooLarge('zstd', maxBytes)
      return decoder.decodeSync(bytes)
    },
  }
}

/** The most that frames can become, by the headers of their blocks. Throws CorruptRecord for what are no frames. */
function becomesAtMost(bytes: Buffer): number {
  let sum = 0
  let at = 0
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
 * Throws CorruptRecord for what is not zstd or would become more than `maxBytes`, and Refusal where no codec is to be
 * had.
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
