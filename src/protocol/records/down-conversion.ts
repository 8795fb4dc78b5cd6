/**
 * Stored batches as message sets of magic 0 or 1, for consumers that are older than batches. It takes long where records are
 * many or compressed, so it is done in pieces, and threads do the compressing.
 */
import { crc32 } from 'node:zlib'
import { eachInPieces } from '../../platform/pieces'
import { Refusal } from '../errors'
import {
  attributeBits,
  batchBytesAt,
  compressionAt,
  isControlAt,
  isLogAppendTimeAt,
  logOverheadBytes,
  maxTimestampAt,
  setInt64At,
} from './batch'
import { compressionOf, decompressedBytesMax } from './compression'
import { corrupt } from './corrupt'
import { overheadBytes } from './legacy'
import { type Means, openedBody, recordCostBytes } from './long-batches'
import { RecordReader } from './records'

export interface DownConversion {
  readonly magic: 0 | 1
  /** Records below it are left out where they stand alone. */
  readonly fromOffset: number
  /** The most that the set may have, as long as it has the first batch. */
  readonly setBytesMax: number
  /** The most that a batch may become when it is opened. */
  readonly openedBytesMax?: number
}

/**
 * Batches, back to back, as one set in some buffers. Headers are lost, magic 0 loses timestamps as well; control batches are left out. The
 * set is empty when nothing is left. Ends before zstd, which those consumers do not know (KIP-110); rejects with
 * UNSUPPORTED_COMPRESSION_TYPE when it begins with that, and with CorruptRecord. The batches must stay as they are meanwhile.
 */
export async function downConverted(batches: Buffer, how: DownConversion, means: Means): Promise<readonly Buffer[]> {
  const set = new MessageSet(how.setBytesMax)
  for (let at = 0; at + logOverheadBytes <= batches.length && !set.isFull; at += batchBytesAt(batches, at)) {
    const sizeBytes = batchBytesAt(batches, at)
    if (sizeBytes <= logOverheadBytes || at + sizeBytes > batches.length) corrupt('a batch is cut short')
    if (isControlAt(batches, at)) continue
    const compression = compressionAt(batches, at)
    if (compression === compressionOf('zstd')) {
      // Who comes back for more is told.
      if (set.isBegun) break
      throw new Refusal(
        'UNSUPPORTED_COMPRESSION_TYPE',
        'Down-conversion of zstandard-compressed batches is not supported',
      )
    }
    if (compression === 0) await addPlain(set, batches, at, how, means)
    else await means.opened.run(() => addWrapped(set, batches, at, how, means))
    set.endFirst()
  }
  return set.buffers
}

/** Messages that are gathered as long as there is room; what comes before `endFirst` always has some. */
class MessageSet {
  readonly #bytesMax: number
  readonly #out = new Chunks()
  #isFirst = true
  isFull = false

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get isBegun(): boolean {
    return this.#out.sizeBytes > 0
  }

  /** Gives the bytes it takes; null when there is no room for it, nor for what would come after it. */
  add(message: Message): number | null {
    const sizeBytes = sizeOf(message)
    if (!this.#isFirst && this.#out.sizeBytes + sizeBytes > this.#bytesMax) {
      this.isFull = true
      return null
    }
    this.#out.add(message, sizeBytes)
    return sizeBytes
  }

  endFirst(): void {
    if (this.isBegun) this.#isFirst = false
  }

  get buffers(): readonly Buffer[] {
    return this.#out.buffers
  }
}

/** What is asked for at once for messages, most of which are much shorter. */
const chunkBytes = 64 * 1024

/** Messages one after the other, in buffers of which each holds many. */
class Chunks {
  readonly #full: Buffer[] = []
  #chunk = Buffer.alloc(0)
  #at = 0
  sizeBytes = 0

  add(message: Message, sizeBytes = sizeOf(message)): number {
    if (this.#at + sizeBytes > this.#chunk.length) {
      this.#full.push(this.#chunk.subarray(0, this.#at))
      this.#chunk = Buffer.allocUnsafeSlow(Math.max(chunkBytes, sizeBytes))
      this.#at = 0
    }
    writeMessage(this.#chunk, this.#at, message, sizeBytes)
    this.#at += sizeBytes
    this.sizeBytes += sizeBytes
    return sizeBytes
  }

  get buffers(): readonly Buffer[] {
    return [...this.#full, this.#chunk.subarray(0, this.#at)].filter(({ length }) => length > 0)
  }
}

async function addPlain(
  set: MessageSet,
  batches: Buffer,
  at: number,
  { magic, fromOffset, openedBytesMax = decompressedBytesMax }: DownConversion,
  { pieces, codecs }: Means,
): Promise<void> {
  const records = new RecordReader(await openedBody(codecs, batches, at, openedBytesMax), batches, at)
  const attributes = stampAt(batches, at)
  await eachInPieces(pieces, () => {
    const record = records.next()
    if (record === null) return null
    const { offset, key, value, timestampMs } = record
    if (offset < fromOffset) return recordCostBytes
    const sizeBytes = set.add({ key, value, timestampMs, offset, magic, attributes })
    return sizeBytes === null ? null : recordCostBytes + sizeBytes
  })
}

/** One message that holds those of a batch, compressed. */
async function addWrapped(
  set: MessageSet,
  batches: Buffer,
  at: number,
  { magic, openedBytesMax = decompressedBytesMax }: DownConversion,
  { pieces, codecs }: Means,
): Promise<void> {
  const records = new RecordReader(await openedBody(codecs, batches, at, openedBytesMax), batches, at)
  const stamp = stampAt(batches, at)
  const inner = new Chunks()
  let first = -1
  let last = -1
  await eachInPieces(pieces, () => {
    const record = records.next()
    if (record === null) return null
    const { key, value, timestampMs } = record
    if (first < 0) first = record.offset
    last = record.offset
    const offset = magic === 0 ? last : last - first
    return recordCostBytes + inner.add({ key, value, timestampMs, offset, magic, attributes: stamp })
  })
  if (inner.sizeBytes === 0) return
  const compression = compressionAt(batches, at)
  const value = await codecs.compress(compression, Buffer.concat(inner.buffers, inner.sizeBytes), undefined, magic)
  const timestampMs = maxTimestampAt(batches, at)
  set.add({ key: null, value, timestampMs, offset: last, magic, attributes: stamp | compression })
}

const stampAt = (batches: Buffer, at: number): number =>
  isLogAppendTimeAt(batches, at) ? attributeBits.timestampType : 0

interface Message {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly timestampMs: number
  readonly offset: number
  readonly magic: 0 | 1
  readonly attributes: number
}

const sizeOf = ({ magic, key, value }: Message): number =>
  logOverheadBytes + overheadBytes[magic] + (key?.length ?? 0) + (value?.length ?? 0)

function writeMessage(bytes: Buffer, start: number, message: Message, sizeBytes: number): void {
  const { key, value, timestampMs, offset, magic, attributes } = message
  const end = start + sizeBytes
  setInt64At(bytes, start, offset)
  bytes.writeInt32BE(sizeBytes - logOverheadBytes, start + 8)
  bytes.writeInt8(magic, start + 16)
  // The kind of timestamp is an attribute of magic 1.
  bytes.writeInt8(magic === 0 ? attributes & attributeBits.compression : attributes, start + 17)
  if (magic === 1) setInt64At(bytes, start + 18, timestampMs)
  let at = start + (magic === 0 ? 18 : 26)
  for (const field of [key, value]) {
    at = bytes.writeInt32BE(field?.length ?? -1, at)
    if (field !== null) at += field.copy(bytes, at)
  }
  bytes.writeUInt32BE(crc32(bytes.subarray(start + 16, end)), start + 12)
}
