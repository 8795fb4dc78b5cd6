/**
 * The compressions that a batch may have, in one table. The number is what stands in the attributes of a batch, the name
 * what stands in configs. Codecs are loaded at their first use, so that a broker that meets none starts without them.
 */
import { promisify } from 'node:util'
import { gunzip, gunzipSync, gzip, gzipSync, type ZlibOptions } from 'node:zlib'
import { CorruptRecord, corrupt, tooLarge } from './corrupt'
import { lz4Compress, lz4CompressAside, lz4Decompress, lz4DecompressAside } from './lz4'
import { snappyCompress, snappyCompressAside, snappyDecompress, snappyDecompressAside } from './snappy'
import { zstdCompress, zstdCompressAside, zstdDecompress, zstdDecompressAside } from './zstd'

export const compressionNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type CompressionName = (typeof compressionNames)[number]

/** The number of a compression: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
export const compressionOf = (name: CompressionName): number => compressionNames.indexOf(name)

/**
 * The most that a batch may become when nobody says otherwise. Kafka decompresses in a stream and has no such limit; a
 * batch that is larger than this is at least a hundred times what `message.max.bytes` is by default.
 */
export const decompressedBytesMax = 128 * 1024 * 1024

interface Compression {
  /** Levels are those of the codec; snappy and lz4 have none here. */
  compress(bytes: Buffer, level: number | undefined, magic: number): Buffer
  decompress(bytes: Buffer, maxBytes: number, magic: number): Buffer
  /** The same by a thread of the system's pool, which every codec has but those that are plain JavaScript. */
  compressAside(bytes: Buffer, level: number | undefined, magic: number): Promise<Buffer>
  decompressAside(bytes: Buffer, maxBytes: number, magic: number): Promise<Buffer>
}

const gzipAside = promisify<Buffer, ZlibOptions, Buffer>(gzip)
const gunzipAside = promisify<Buffer, ZlibOptions, Buffer>(gunzip)
/** A thread comes back with so much at a time. */
const chunkSize = 256 * 1024

const notAtAll = (bytes: Buffer, maxBytes: number): Buffer =>
  bytes.length > maxBytes ? tooLarge('none', maxBytes) : bytes

const compressions: readonly Compression[] = [
  {
    compress: bytes => bytes,
    decompress: notAtAll,
    compressAside: async bytes => bytes,
    decompressAside: async (bytes, maxBytes) => notAtAll(bytes, maxBytes),
  },
  {
    compress: (bytes, level = -1) => gzipSync(bytes, { level }),
    decompress(bytes, maxBytes) {
      try {
        return gunzipSync(bytes, { maxOutputLength: Math.max(1, maxBytes) })
      } catch (error) {
        return notGzip(error, maxBytes)
      }
    },
    compressAside: (bytes, level = -1) => gzipAside(bytes, { level, chunkSize }),
    decompressAside: (bytes, maxBytes) =>
      gunzipAside(bytes, { maxOutputLength: Math.max(1, maxBytes), chunkSize }).catch((error: unknown) =>
        notGzip(error, maxBytes),
      ),
  },
  {
    compress: snappyCompress,
    decompress: snappyDecompress,
    compressAside: snappyCompressAside,
    decompressAside: snappyDecompressAside,
  },
  {
    compress: (bytes, _level, magic) => lz4Compress(bytes, magic === 0),
    decompress: (bytes, maxBytes, magic) => lz4Decompress(bytes, maxBytes, magic === 0),
    compressAside: (bytes, _level, magic) => lz4CompressAside(bytes, magic === 0),
    decompressAside: (bytes, maxBytes, magic) => lz4DecompressAside(bytes, maxBytes, magic === 0),
  },
  {
    compress: (bytes, level) => zstdCompress(bytes, level),
    decompress: zstdDecompress,
    compressAside: (bytes, level) => zstdCompressAside(bytes, level),
    decompressAside: zstdDecompressAside,
  },
]

function notGzip(error: unknown, maxBytes: number): never {
  if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') tooLarge('gzip', maxBytes)
  return corrupt(`gzip: ${(error as Error).message}`)
}

function compressionNumbered(codec: number): Compression {
  return compressions[codec] ?? corrupt(`Unknown compression type id: ${codec}`)
}

/**
 * Decompresses what follows the header of a batch, or the value of a wrapper message of magic 0 or 1. Throws
 * CorruptRecord when the bytes are damaged or would become more than `maxBytes`: the limit holds before memory is taken.
 */
export function decompress(codec: number, bytes: Buffer, maxBytes: number, magic = 2): Buffer {
  return compressionNumbered(codec).decompress(bytes, maxBytes, magic)
}

/** Compresses; `level` as the codec counts it (gzip 1-9, zstd -131072-22), its own default when missing. */
export function compress(codec: number, bytes: Buffer, level?: number, magic = 2): Buffer {
  return compressionNumbered(codec).compress(bytes, level, magic)
}

/** What has to wait for the bytes of a batch, so that nobody else waits for them. */
export interface Codecs {
  /** As `decompress`; rejects with what that throws. The bytes must stay as they are until it settles. */
  decompress(codec: number, bytes: Buffer, maxBytes: number, magic?: number): Promise<Buffer>
  /** As `compress`, with the same promise. */
  compress(codec: number, bytes: Buffer, level?: number, magic?: number): Promise<Buffer>
}

/** Codecs at once, where nothing happens beside what is seen: in a simulated world. */
export const codecsHere: Codecs = {
  decompress: async (codec, bytes, maxBytes, magic) => decompress(codec, bytes, maxBytes, magic),
  compress: async (codec, bytes, level, magic) => compress(codec, bytes, level, magic),
}

/** What is shorter, and becomes no more than so much, takes less than a millisecond and is done at once. */
const shortBytes = 16 * 1024
const shortOpenedBytes = 256 * 1024

/** Codecs in threads of the system's pool, for all that is not short. */
export const codecsAside: Codecs = {
  async decompress(codec, bytes, maxBytes, magic = 2) {
    return (
      shortlyOpened(codec, bytes, maxBytes, magic) ?? compressionNumbered(codec).decompressAside(bytes, maxBytes, magic)
    )
  },
  async compress(codec, bytes, level, magic = 2) {
    if (bytes.length <= shortBytes) return compress(codec, bytes, level, magic)
    return compressionNumbered(codec).compressAside(bytes, level, magic)
  },
}

export const codecsOf = ({ hasThreads }: { readonly hasThreads: boolean }): Codecs =>
  hasThreads ? codecsAside : codecsHere

/** What `decompress` gives of bytes that are short and stay so; null where it would take long. Throws CorruptRecord. */
export function shortlyOpened(codec: number, bytes: Buffer, maxBytes: number, magic = 2): Buffer | null {
  if (bytes.length > shortBytes) return null
  try {
    return decompress(codec, bytes, Math.min(maxBytes, shortOpenedBytes), magic)
  } catch (error) {
    if (error instanceof CorruptRecord && error.tooLarge && maxBytes > shortOpenedBytes) return null
    throw error
  }
}
