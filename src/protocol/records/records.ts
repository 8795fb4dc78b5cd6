/**
 * The records inside of a batch of format v2 (KIP-98, KIP-82), read and built. The hot path of a broker passes batches on
 * unopened; this is for validation, coordinators, compaction, conversion and tools.
 *
 *     length (varint)  attributes (1)  timestamp delta (varlong)  offset delta (varint)
 *     key length (varint, -1: null)  key   value length  value   header count  { key length  key  value length  value }...
 */
import { assert } from '../../platform/assert'
import {
  attributeBits,
  baseOffsetAt,
  baseTimestampAt,
  batchBytesAt,
  batchHeaderBytes,
  compressionAt,
  exactBaseTimestampAt,
  isLogAppendTimeAt,
  logOverheadBytes,
  magicAt,
  maxTimestampAt,
  recordCountAt,
} from './batch'
import { compress, decompress, decompressedBytesMax } from './compression'
import { corrupt } from './corrupt'
import { crc32c } from './crc32c'
import { exactVarlong, exactVarlongBytes, isExactSum, writeExactVarlong } from './exact'
import { VarintCursor, varintBytes, varlongBytes, writeVarint, writeVarlong } from './varint'

/** A header of a record. Its key is text, decoded leniently as Kafka does. */
export interface RecordHeader {
  readonly key: string
  readonly value: Buffer | null
}

/** A record as it is read. Key, value and header values are views of the batch, or of what it was decompressed to. */
export interface StoredRecord {
  readonly offset: number
  readonly timestampMs: number
  /** Where `timestampMs` is not exact. */
  readonly exactTimestamp?: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
}

const noHeaders: readonly RecordHeader[] = []
/** Length, attributes, two deltas, two lengths of nothing, no headers: no record is shorter. */
export const recordBytesMin = 7

/** The part of a batch that compression applies to, and where it begins: everything after the header. */
export interface Body {
  readonly bytes: Buffer
  readonly from: number
  readonly to: number
}

/** Where the records of the batch at `at` are, and how they are compressed. Throws CorruptRecord for one that is cut short. */
export function storedBody(batch: Buffer, at: number): Body & { readonly codec: number } {
  if (at + batchHeaderBytes > batch.length) corrupt('a batch is cut short')
  if (magicAt(batch, at) !== 2) corrupt(`a batch of magic ${magicAt(batch, at)}`)
  const sizeBytes = batchBytesAt(batch, at)
  if (sizeBytes < batchHeaderBytes || at + sizeBytes > batch.length) corrupt('a batch is cut short')
  return { codec: compressionAt(batch, at), bytes: batch, from: at + batchHeaderBytes, to: at + sizeBytes }
}

/**
 * Where the records of the batch at `at` are; decompressed if they were compressed. Throws CorruptRecord when the batch
 * is no v2 batch, is cut short, or would become more than `maxBytes`.
 */
export function bodyOf(batch: Buffer, at: number, maxBytes: number): Body {
  const { codec, bytes: stored, from, to } = storedBody(batch, at)
  if (codec === 0) return { bytes: batch, from, to }
  const bytes = decompress(codec, stored.subarray(from, to), maxBytes)
  return { bytes, from: 0, to: bytes.length }
}

/**
 * The records of the batch at `at`, in order. Throws CorruptRecord for a batch that is damaged or whose records are not
 * what its header says; the CRC is not looked at. Nothing a peer wrote is believed before it is checked.
 */
export function recordsOf(batch: Buffer, at = 0, maxBytes = decompressedBytesMax): StoredRecord[] {
  return recordsIn(bodyOf(batch, at, maxBytes), batch, at)
}

/** As `recordsOf`, of a batch whose body has been opened already. Throws CorruptRecord. */
export function recordsIn(body: Body, batch: Buffer, at: number): StoredRecord[] {
  const reader = new RecordReader(body, batch, at)
  const records: StoredRecord[] = []
  for (let record = reader.next(); record !== null; record = reader.next()) records.push(record)
  return records
}

/** The records of a batch whose body has been opened, one after the other. */
export class RecordReader {
  readonly #cursor: VarintCursor
  readonly #to: number
  readonly #count: number
  readonly #baseOffset: number
  readonly #baseTimestamp: number
  readonly #exactBase: bigint
  readonly #stampedMs: number | null
  #read = 0

  /** Of the batch at `at`. Throws CorruptRecord. */
  constructor({ bytes, from, to }: Body, batch: Buffer, at: number) {
    const count = recordCountAt(batch, at)
    if (count < 0 || count > (to - from) / recordBytesMin) corrupt(`${count} records cannot be in ${to - from} bytes`)
    this.#cursor = new VarintCursor(bytes, from)
    this.#to = to
    this.#count = count
    this.#baseOffset = baseOffsetAt(batch, at)
    this.#baseTimestamp = baseTimestampAt(batch, at)
    this.#exactBase = exactBaseTimestampAt(batch, at)
    this.#stampedMs = isLogAppendTimeAt(batch, at) ? maxTimestampAt(batch, at) : null
  }

  /** Null when there are no more. Throws CorruptRecord, also where the last one does not end with the batch. */
  next(): StoredRecord | null {
    const cursor = this.#cursor
    if (this.#read === this.#count) {
      if (cursor.at !== this.#to) corrupt(`more bytes follow the last of ${this.#count} records`)
      return null
    }
    const sizeBytes = cursor.varint()
    const end = cursor.at + sizeBytes
    if (sizeBytes < 0 || end > this.#to) corrupt(`record ${this.#read} is longer than what is left of its batch`)
    cursor.at += 1
    const deltaAt = cursor.at
    const timestampDelta = cursor.varlong()
    const offset = this.#baseOffset + cursor.varint()
    const key = bytesAt(cursor, end)
    const value = bytesAt(cursor, end)
    const headers = headersAt(cursor, end)
    if (cursor.at !== end) corrupt(`record ${this.#read} is not as long as it says`)
    this.#read += 1
    const timestampMs = this.#stampedMs ?? this.#baseTimestamp + timestampDelta
    const record = { offset, timestampMs, key, value, headers }
    if (this.#stampedMs !== null || isExactSum(this.#baseTimestamp, timestampDelta)) return record
    return { ...record, exactTimestamp: BigInt.asIntN(64, this.#exactBase + exactVarlong(cursor.bytes, deltaAt)) }
  }
}

/** A length and so many bytes; null for a length below zero. */
function bytesAt(cursor: VarintCursor, end: number): Buffer | null {
  const sizeBytes = cursor.varint()
  if (sizeBytes < 0) return null
  const from = cursor.at
  if (sizeBytes > end - from) corrupt('a field is longer than its record')
  cursor.at = from + sizeBytes
  return cursor.bytes.subarray(from, cursor.at)
}

function headersAt(cursor: VarintCursor, end: number): readonly RecordHeader[] {
  const count = cursor.varint()
  if (count === 0) return noHeaders
  if (count < 0 || count > end - cursor.at) corrupt(`${count} headers cannot be in a record`)
  const headers: RecordHeader[] = []
  for (let i = 0; i < count; i += 1) {
    const key = bytesAt(cursor, end) ?? corrupt('a header without a key')
    headers.push({ key: key.toString('utf8'), value: bytesAt(cursor, end) })
  }
  return headers
}

/** A record to be written. */
export interface NewRecord {
  readonly timestampMs: number
  /** Where `timestampMs` is not exact. */
  readonly exactTimestamp?: bigint
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers?: readonly { readonly key: string; readonly value: Uint8Array | null }[]
  /** Distance from the base offset; the place in the list by default. Compaction leaves gaps. */
  readonly offsetDelta?: number
}

export interface NewBatch {
  readonly records: readonly NewRecord[]
  readonly baseOffset?: number
  readonly leaderEpoch?: number
  /** Number of a compression; none by default. */
  readonly compression?: number
  readonly compressionLevel?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly transactional?: boolean
  readonly control?: boolean
  /** Set when the broker stamps the batch (`message.timestamp.type=LogAppendTime`). */
  readonly logAppendTimeMs?: number
  /** That of the last record by default; larger when records at the end were compacted away. */
  readonly lastOffsetDelta?: number
  /** When tombstones and markers in it may go (KIP-534); stands where the base of the timestamps otherwise does. */
  readonly deleteHorizonMs?: number
}

/** Builds a whole batch, CRC included. The first record's time is the base of all, as in Kafka. */
export function buildBatch(batch: NewBatch): Buffer {
  const builder = new BatchBuilder(batch)
  while (builder.measure()) continue
  while (builder.write()) continue
  const compression = batch.compression ?? 0
  if (compression === 0) return builder.finish(null)
  return builder.finish(compress(compression, builder.body(), batch.compressionLevel))
}

/** Builds a batch record by record: all of them are measured first, and written then. */
export class BatchBuilder {
  readonly #batch: NewBatch
  readonly #baseTimestamp: number | bigint
  readonly #sizes: number[] = []
  #sizeBytes = batchHeaderBytes
  #bytes: Buffer | null = null
  #written = 0
  #at = batchHeaderBytes
  #maxTimestamp: number | bigint = -1

  constructor(batch: NewBatch) {
    this.#batch = batch
    const first = batch.records[0]
    this.#baseTimestamp = batch.deleteHorizonMs ?? first?.exactTimestamp ?? first?.timestampMs ?? -1
  }

  /** The next record; false when all have been measured. */
  measure(): boolean {
    const nth = this.#sizes.length
    const record = this.#batch.records[nth]
    if (record === undefined) return false
    const sizeBytes = recordBytes(record, record.offsetDelta ?? nth, this.#deltaOf(record))
    this.#sizes.push(sizeBytes)
    this.#sizeBytes += varintBytes(sizeBytes) + sizeBytes
    return true
  }

  /** The next record, when all have been measured; false when all have been written. */
  write(): boolean {
    const bytes = (this.#bytes ??= Buffer.allocUnsafe(this.#sizeBytes))
    const nth = this.#written
    const record = this.#batch.records[nth]
    if (record === undefined) return false
    const at = writeVarint(bytes, this.#at, this.#sizes[nth]!)
    this.#at = writeRecord(bytes, at, record, record.offsetDelta ?? nth, this.#deltaOf(record))
    this.#written += 1
    const timestamp = record.exactTimestamp ?? record.timestampMs
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    return true
  }

  #deltaOf({ timestampMs, exactTimestamp }: NewRecord): number | bigint {
    const base = this.#baseTimestamp
    if (exactTimestamp === undefined && typeof base === 'number') return timestampMs - base
    return BigInt.asIntN(64, (exactTimestamp ?? BigInt(timestampMs)) - BigInt(base))
  }

  /** What is to be compressed, when all has been written. */
  body(): Buffer {
    return this.#bytes!.subarray(batchHeaderBytes)
  }

  /** The batch with its body, or with what that became. */
  finish(compressed: Buffer | null): Buffer {
    assert(this.#at === this.#sizeBytes, 'records take the space that was measured')
    const written = this.#bytes!
    const bytes = compressed ? Buffer.concat([written.subarray(0, batchHeaderBytes), compressed]) : written
    writeHeader(bytes, this.#batch, this.#baseTimestamp, this.#batch.logAppendTimeMs ?? this.#maxTimestamp)
    return bytes
  }
}

function recordBytes(record: NewRecord, offsetDelta: number, timestampDelta: number | bigint): number {
  const { key, value, headers = [] } = record
  const deltaBytes =
    typeof timestampDelta === 'number' ? varlongBytes(timestampDelta) : exactVarlongBytes(timestampDelta)
  let sizeBytes = 1 + deltaBytes + varintBytes(offsetDelta)
  sizeBytes += fieldBytes(key?.length) + fieldBytes(value?.length) + varintBytes(headers.length)
  for (const header of headers)
    sizeBytes += fieldBytes(Buffer.byteLength(header.key)) + fieldBytes(header.value?.length)
  return sizeBytes
}

const fieldBytes = (length: number | undefined): number => (length === undefined ? 1 : varintBytes(length) + length)

function writeRecord(
  bytes: Buffer,
  start: number,
  record: NewRecord,
  offsetDelta: number,
  timestampDelta: number | bigint,
): number {
  const { key, value, headers = [] } = record
  bytes[start] = 0
  let at =
    typeof timestampDelta === 'number'
      ? writeVarlong(bytes, start + 1, timestampDelta)
      : writeExactVarlong(bytes, start + 1, timestampDelta)
  at = writeVarint(bytes, at, offsetDelta)
  at = writeField(bytes, at, key)
  at = writeField(bytes, at, value)
  at = writeVarint(bytes, at, headers.length)
  for (const header of headers) {
    at = writeField(bytes, at, Buffer.from(header.key))
    at = writeField(bytes, at, header.value)
  }
  return at
}

function writeField(bytes: Buffer, at: number, field: Uint8Array | null): number {
  if (field === null) return writeVarint(bytes, at, -1)
  const from = writeVarint(bytes, at, field.length)
  bytes.set(field, from)
  return from + field.length
}

function writeHeader(
  bytes: Buffer,
  batch: NewBatch,
  baseTimestamp: number | bigint,
  maxTimestamp: number | bigint,
): void {
  const { records } = batch
  const last = records.length - 1
  const attributes =
    (batch.compression ?? 0) |
    (batch.logAppendTimeMs === undefined ? 0 : attributeBits.timestampType) |
    (batch.transactional === true ? attributeBits.transactional : 0) |
    (batch.control === true ? attributeBits.control : 0) |
    (batch.deleteHorizonMs === undefined ? 0 : attributeBits.deleteHorizon)
  bytes.writeBigInt64BE(BigInt(batch.baseOffset ?? 0), 0)
  bytes.writeInt32BE(bytes.length - logOverheadBytes, 8)
  bytes.writeInt32BE(batch.leaderEpoch ?? -1, 12)
  bytes.writeInt8(2, 16)
  bytes.writeInt16BE(attributes, 21)
  bytes.writeInt32BE(batch.lastOffsetDelta ?? records[last]?.offsetDelta ?? Math.max(0, last), 23)
  bytes.writeBigInt64BE(BigInt(baseTimestamp), 27)
  bytes.writeBigInt64BE(BigInt(maxTimestamp), 35)
  bytes.writeBigInt64BE(BigInt(batch.producerId ?? -1), 43)
  bytes.writeInt16BE(batch.producerEpoch ?? -1, 51)
  bytes.writeInt32BE(batch.baseSequence ?? -1, 53)
  bytes.writeInt32BE(records.length, 57)
  bytes.writeUInt32BE(crc32c(bytes, 21), 17)
}
