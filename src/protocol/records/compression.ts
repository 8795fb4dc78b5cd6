/**
 * The compressions that a batch may have, in one table. The number is what stands in the attributes of a batch, the name
 * what stands in configs. Codecs are loaded at their first use, so that a broker that meets none starts without them.
 */
import { gunzipSync, gzipSync } from 'node:zlib'
import { corrupt, tooLarge } from './corrupt'
import { lz4Compress, lz4Decompress } from './lz4'
import { snappyCompress, snappyDecompress } from './snappy'
import { zstdCompress, zstdDecompress } from './zstd'

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
}

const compressions: readonly Compression[] = [
  {
    compress: bytes => bytes,
    decompress: (bytes, maxBytes) => (bytes.length > maxBytes ? tooLarge('none', maxBytes) : bytes),
  },
  { compress: (bytes, level = -1) => gzipSync(bytes, { level }), decompress: gunzip },
  { compress: snappyCompress, decompress: snappyDecompress },
  {
    compress: (bytes, _level, magic) => lz4Compress(bytes, magic === 0),
    decompress: (bytes, maxBytes, magic) => lz4Decompress(bytes, maxBytes, magic === 0),
  },
  { compress: (bytes, level) => zstdCompress(bytes, level), decompress: zstdDecompress },
]

function gunzip(bytes: Buffer, maxBytes: number): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(1, maxBytes) })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') tooLarge('gzip', maxBytes)
    return corrupt(`gzip: ${(error as Error).message}`)
  }
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
