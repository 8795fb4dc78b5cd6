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
  readonly Encoder: new (level: number) => { encodeSync(bytes: Buffer): Buffer; encode(bytes: Buffer): Promise<Buffer> }
  readonly Decoder: new () => { decodeSync(bytes: Buffer): Buffer; decode(bytes: Buffer): Promise<Buffer> }
}

interface Codec {
  compress(bytes: Buffer, level: number): Buffer
  decompress(bytes: Buffer, maxBytes: number): Buffer
  /** The same by another thread, where the codec is not plain JavaScript. */
  compressAside(bytes: Buffer, level: number): Promise<Buffer>
  decompressAside(bytes: Buffer, maxBytes: number): Promise<Buffer>
}

type Done = (error: Error | null, result: Buffer) => void

/** Node has all four or none. */
type ZlibWithZstd = typeof zlib & {
  zstdCompressSync?: (bytes: Buffer, options: { params: Record<number, number> }) => Buffer
  zstdDecompressSync?: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer
  zstdCompress?: (bytes: Buffer, options: { params: Record<number, number> }, done: Done) => void
  zstdDecompress?: (bytes: Buffer, options: { maxOutputLength: number }, done: Done) => void
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

function builtIn({ zstdCompressSync, zstdDecompressSync, zstdCompress, zstdDecompress }: ZlibWithZstd): Codec | null {
  if (!zstdCompressSync || !zstdDecompressSync || !zstdCompress || !zstdDecompress) return null
  /** ZSTD_c_compressionLevel. */
  const compressionLevel = 100
  const params = (level: number) => ({ params: { [compressionLevel]: level } })
  return {
    compress: (bytes, level) => zstdCompressSync(bytes, params(level)),
    decompress: (bytes, maxBytes) => zstdDecompressSync(bytes, { maxOutputLength: maxBytes }),
    compressAside: (bytes, level) => called(done => zstdCompress(bytes, params(level), done)),
    decompressAside: (bytes, maxBytes) => called(done => zstdDecompress(bytes, { maxOutputLength: maxBytes }, done)),
  }
}

const called = (run: (done: Done) => void): Promise<Buffer> =>
  new Promise((resolve, reject) => run((error, result) => (error ? reject(error) : resolve(result))))

function packaged(): Codec {
  const { compress, decompress, compressAside, decompressAside } = native() ?? plain()
  const check = (bytes: Buffer, maxBytes: number): void => {
    if (becomesAtMost(bytes) > maxBytes * slack) tooLarge('zstd', maxBytes)
  }
  return {
    compress,
    compressAside,
    decompress(bytes, maxBytes) {
      check(bytes, maxBytes)
      return decompress(bytes, maxBytes)
    },
    async decompressAside(bytes, maxBytes) {
      check(bytes, maxBytes)
      return decompressAside(bytes, maxBytes)
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
    compressAside: (bytes, level) => new zstd.Encoder(level).encode(bytes),
    // One decoder is for one thread at a time.
    decompressAside: bytes => new zstd.Decoder().decode(bytes),
  }
}

export function plain(): Codec {
  const { decompress } = require('fzstd') as typeof import('fzstd')
  const opened = (bytes: Buffer): Buffer => Buffer.from(decompress(new Uint8Array(bytes)))
  return {
    compress: stored,
    decompress: opened,
    compressAside: async bytes => stored(bytes),
    decompressAside: async bytes => opened(bytes),
  }
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

/** Throws CorruptRecord for what is not zstd or would become more than `maxBytes`. */
export function zstdDecompress(bytes: Buffer, maxBytes: number): Buffer {
  try {
    return bounded(loaded().decompress(bytes, Math.max(1, maxBytes)), maxBytes)
  } catch (error) {
    return notZstd(error, maxBytes)
  }
}

/** As `zstdDecompress`, by another thread where there is native code. Rejects with CorruptRecord. */
export async function zstdDecompressAside(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return bounded(await loaded().decompressAside(bytes, Math.max(1, maxBytes)), maxBytes)
  } catch (error) {
    return notZstd(error, maxBytes)
  }
}

const bounded = (content: Buffer, maxBytes: number): Buffer =>
  content.length > maxBytes ? tooLarge('zstd', maxBytes) : content

function notZstd(error: unknown, maxBytes: number): never {
  if (error instanceof CorruptRecord) throw error
  if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') tooLarge('zstd', maxBytes)
  return corrupt(`zstd: ${(error as Error).message}`)
}

export function zstdCompress(bytes: Buffer, level = 3): Buffer {
  return loaded().compress(bytes, level)
}

/** As `zstdCompress`, by another thread where there is native code. */
export function zstdCompressAside(bytes: Buffer, level = 3): Promise<Buffer> {
  return loaded().compressAside(bytes, level)
}
