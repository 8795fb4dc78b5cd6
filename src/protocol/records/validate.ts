/**
 * What Apache Kafka asks of a batch that a client produced, with its answers (all of them seen from Kafka 4.4). Pure:
 * bytes and rules in, facts or a refusal out.
 *
 * Before anything else, the shape of what came for one partition (`soleBatch`):
 *
 *     no whole batch, more than one, magic 0 or 1                               INVALID_RECORD
 *     a length below 14, a magic that does not exist                            CORRUPT_MESSAGE
 *     fewer than 17 bytes after the batch                                       taken, they are dropped
 *
 * Then base offset, size and CRC, which is the partition's business, then the header (`checkClaims`): offsets that are
 * not as many as records, control batches, a producer without a sequence: INVALID_RECORD. Then the records, every one
 * (`checkRecords`):
 *
 *     fewer or more records than counted, lengths that do not fit               INVALID_RECORD
 *     a record that is longer than `max.decompressed.message.bytes`             INVALID_RECORD
 *     no key where the topic is compacted                                       INVALID_RECORD with record errors
 *     a time out of range, or one that claims to be the broker's                INVALID_TIMESTAMP with record errors
 *     an unknown compression, bytes that do not decompress                      UNKNOWN_SERVER_ERROR
 *     offset deltas other than 0, 1, 2 in a compressed batch                    UNKNOWN_SERVER_ERROR
 *     the same in a batch that is not compressed; record attributes             taken
 *     a wrong largest timestamp, or the broker's mark on it, in the header      taken, and put right
 *
 * Only in one thing it is not Kafka's: a batch may not become larger than a limit when decompressed.
 */
import { type ErrorName, Refusal } from '../errors'
import {
  baseOffsetAt,
  baseSequenceAt,
  baseTimestampAt,
  compressionAt,
  exactBaseTimestampAt,
  isControlAt,
  isLogAppendTimeAt,
  lastOffsetAt,
  logOverheadBytes,
  magicAt,
  maxTimestampAt,
  minBatchBytes,
  noTimestamp,
  producerIdAt,
  recordCountAt,
} from './batch'
import { decompressedBytesMax } from './compression'
import { CorruptRecord } from './corrupt'
import { type Body, bodyOf } from './records'
import { VarintCursor } from './varint'

/** Bytes up to and with the magic, which every format has at the same place. */
const magicEnd = 17
/** The shortest record of magic 0; Kafka holds every length against it. */
const legacyOverheadBytes = 14
const varintBytesMax = 5

export interface RecordRules {
  /** `orders-0`, for texts. */
  readonly topicPartition: string
  readonly compacted: boolean
  /** `message.timestamp.type=LogAppendTime`: times are the broker's, so those of the records are not looked at. */
  readonly stamped: boolean
  readonly timestampBeforeMaxMs: number
  readonly timestampAfterMaxMs: number
  readonly nowMs: number
  readonly decompressedBytesMax?: number
  /** `max.decompressed.message.bytes`: what a record of a compressed batch may have, its length apart. */
  readonly recordBytesMax?: number | undefined
}

export interface RecordFacts {
  /** The largest timestamp of all records, -1 when none has one; what must stand in the header of the stored batch. */
  readonly maxTimestampMs: number
}

/** Why one record of a refused batch was refused. */
export interface RecordError {
  readonly batchIndex: number
  readonly message: string
}

/**
 * A refusal of which Kafka tells the producer more than a code: `message` belongs into the reply, word for word, and
 * `recordErrors` beside it. The details of all others are for logs, where Kafka has them too.
 */
export class RecordsRefused extends Refusal {
  readonly recordErrors: readonly RecordError[]

  constructor(error: ErrorName, message: string, recordErrors: readonly RecordError[]) {
    super(error, message)
    this.recordErrors = recordErrors
  }
}

/** Length of the batch at `at`; null when it does not end within the bytes. Throws CORRUPT_MESSAGE as Kafka's reader. */
export function wholeBatchBytes(records: Buffer, at: number): number | null {
  if (records.length - at < magicEnd) return null
  const length = records.readInt32BE(at + 8)
  if (length < legacyOverheadBytes) {
    throw new RecordsRefused(
      'CORRUPT_MESSAGE',
      `Record size ${length} is less than the minimum record overhead (${legacyOverheadBytes})`,
      [],
    )
  }
  const magic = magicAt(records, at)
  if (magic < 0 || magic > 2) throw new RecordsRefused('CORRUPT_MESSAGE', `Invalid magic found in record: ${magic}`, [])
  return length + logOverheadBytes > records.length - at ? null : length + logOverheadBytes
}

/** Whether another whole batch follows. Throws CORRUPT_MESSAGE, of which Kafka says no more here. */
function isFollowed(records: Buffer, at: number): boolean {
  try {
    return wholeBatchBytes(records, at) !== null
  } catch {
    throw new Refusal('CORRUPT_MESSAGE')
  }
}

/**
 * The one batch of magic 2 that Produce v3 and later allow for a partition, cut to its length. Throws INVALID_RECORD or
 * CORRUPT_MESSAGE.
 */
export function soleBatch(records: Buffer | null, version: number): Buffer {
  const sizeBytes = records === null ? null : wholeBatchBytes(records, 0)
  const only = `Produce requests with version ${version} are only allowed to contain`
  if (records === null || sizeBytes === null) {
    throw new Refusal('INVALID_RECORD', `Produce requests with version ${version} must have at least one record batch`)
  }
  if (magicAt(records) !== 2) {
    throw new Refusal('INVALID_RECORD', `${only} record batches with magic version 2`)
  }
  if (sizeBytes < minBatchBytes) throw new Refusal('CORRUPT_MESSAGE', 'The record batch is shorter than its header')
  if (isFollowed(records, sizeBytes)) {
    throw new Refusal('INVALID_RECORD', `${only} exactly one record batch per partition`)
  }
  return sizeBytes === records.length ? records : records.subarray(0, sizeBytes)
}

/** What the header says of the records, held against itself. Throws INVALID_RECORD. */
export function checkClaims(batch: Buffer, topicPartition: string): void {
  const refuse = (says: string): never => {
    throw new Refusal('INVALID_RECORD', `${says} in topic partition ${topicPartition}`)
  }
  const [first, last] = [baseOffsetAt(batch), lastOffsetAt(batch)]
  const count = recordCountAt(batch)
  if (last < first) refuse(`Batch has an invalid offset range: [${first}, ${last}]`)
  if (count <= 0) refuse(`Invalid reported count for record batch: ${count}`)
  if (last - first + 1 !== count)
    refuse(`Inconsistent batch offset range [${first}, ${last}] and count of records ${count}`)
  if (isControlAt(batch)) refuse('Clients are not allowed to write control records')
  if (producerIdAt(batch) >= 0 && baseSequenceAt(batch) < 0) {
    refuse(`Invalid sequence number ${baseSequenceAt(batch)} in record batch with producerId ${producerIdAt(batch)}`)
  }
}

/**
 * Looks at every record, and decompresses for it. `strict` is how Kafka reads records that it will write anew: lengths
 * of records count in a compressed batch as well, and offset deltas do not matter.
 * Throws INVALID_RECORD, INVALID_TIMESTAMP, UNKNOWN_SERVER_ERROR, and MESSAGE_TOO_LARGE for what becomes too large.
 */
export function checkRecords(batch: Buffer, rules: RecordRules, strict = false): RecordFacts {
  const body = openBody(batch, rules.decompressedBytesMax ?? decompressedBytesMax)
  const scan = new Scan(body, batch, rules, strict)
  scan.go(Infinity)
  return checkScanned(batch, rules, scan, strict)
}

/** As `checkRecords`, of records that have been scanned to the end. Throws the same. */
export function checkScanned(batch: Buffer, rules: RecordRules, scan: Scan, strict = false): RecordFacts {
  const compressed = compressionAt(batch) !== 0
  const claimsStamp = isLogAppendTimeAt(batch)
  const baseTimestamp = baseTimestampAt(batch)
  const minMs = claimsStamp ? maxTimestampAt(batch) : baseTimestamp + scan.minDelta
  const maxMs = claimsStamp ? maxTimestampAt(batch) : baseTimestamp + scan.maxDelta
  const inRange = minMs >= rules.nowMs - rules.timestampBeforeMaxMs && maxMs <= rules.nowMs + rules.timestampAfterMaxMs
  const timesFine = rules.stamped ? !claimsStamp : inRange && !(claimsStamp && maxMs === noTimestamp)
  if (!timesFine || (rules.compacted && scan.nullKeys)) refuseRecords(batch, scan.body, rules)
  if (compressed && !strict && !scan.dense) {
    throw new Refusal('UNKNOWN_SERVER_ERROR', `Offsets in a compressed batch for ${rules.topicPartition} have gaps`)
  }
  return { maxTimestampMs: Math.max(maxMs, noTimestamp) }
}

function openBody(batch: Buffer, maxBytes: number): Body {
  try {
    return bodyOf(batch, 0, maxBytes)
  } catch (error) {
    throw refusalOf(error)
  }
}

/** What Kafka says where a batch cannot be opened. */
export function refusalOf(error: unknown): unknown {
  if (!(error instanceof CorruptRecord)) return error
  return new Refusal(error.tooLarge ? 'MESSAGE_TOO_LARGE' : 'UNKNOWN_SERVER_ERROR', error.message)
}

const misshapen = (says: string): Refusal => new Refusal('INVALID_RECORD', `Found invalid record structure: ${says}`)

/** One pass over all records; nothing is copied, and nothing made. This is the produce path's loop. */
export class Scan {
  readonly body: Body
  minDelta = 0
  maxDelta = 0
  nullKeys = false
  /** Offset deltas are 0, 1, 2 and so on. */
  dense = true
  readonly #count: number
  readonly #lengthsCount: boolean
  readonly #compressed: boolean
  readonly #recordBytesMax: number
  readonly #cursor: VarintCursor
  #seen = 0

  constructor(body: Body, batch: Buffer, { recordBytesMax = Infinity }: RecordRules, strict = false) {
    this.body = body
    this.#count = recordCountAt(batch)
    this.#compressed = compressionAt(batch) !== 0
    this.#lengthsCount = strict || !this.#compressed
    this.#recordBytesMax = this.#compressed ? recordBytesMax : Infinity
    this.#cursor = new VarintCursor(body.bytes, body.from)
  }

  /** Looks at so many records more; false when all have been looked at. Throws INVALID_RECORD, UNKNOWN_SERVER_ERROR. */
  go(records: number): boolean {
    const cursor = this.#cursor
    const { to } = this.body
    const lengthsCount = this.#lengthsCount
    const end = Math.min(this.#count, this.#seen + records)
    let { minDelta, maxDelta, nullKeys, dense } = this
    let recordAt = cursor.at
    try {
      for (let i = this.#seen; i < end; i += 1) {
        recordAt = cursor.at
        const sizeBytes = cursor.varint()
        const recordEnd = lengthsCount ? cursor.at + sizeBytes : to
        if (sizeBytes > this.#recordBytesMax)
          throw misshapen(`a record of ${sizeBytes} bytes where ${this.#recordBytesMax} are allowed`)
        if (sizeBytes < 0 || recordEnd > to) throw misshapen('a record is longer than what is left of its batch')
        cursor.at += 1
        const delta = cursor.varlong()
        if (i === 0) minDelta = maxDelta = delta
        else if (delta > maxDelta) maxDelta = delta
        else if (delta < minDelta) minDelta = delta
        if (cursor.varint() !== i) dense = false
        const keyBytes = cursor.varint()
        if (keyBytes < 0) nullKeys = true
        else cursor.at += keyBytes
        const valueBytes = cursor.varint()
        if (valueBytes > 0) cursor.at += valueBytes
        const headerCount = cursor.varint()
        if (headerCount !== 0) skipHeaders(cursor, headerCount, recordEnd)
        if (cursor.at > recordEnd || (lengthsCount && cursor.at !== recordEnd))
          throw misshapen('a record is not as long as it says')
      }
    } catch (error) {
      if (!(error instanceof CorruptRecord)) throw error
      // Kafka reads the length of a record outside of what it guards, if the batch is not compressed: one that never ends
      // is then an error that it did not expect.
      const inLength = cursor.at - recordAt <= varintBytesMax
      throw inLength && !this.#compressed
        ? new Refusal('UNKNOWN_SERVER_ERROR', error.message)
        : misshapen(error.message)
    }
    this.minDelta = minDelta
    this.maxDelta = maxDelta
    this.nullKeys = nullKeys
    this.dense = dense
    this.#seen = end
    if (end < this.#count) return true
    if (cursor.at !== to) throw misshapen(`more bytes follow the last of ${this.#count} records`)
    return false
  }
}

function skipHeaders(cursor: VarintCursor, count: number, end: number): void {
  if (count < 0) throw misshapen(`${count} headers`)
  for (let i = 0; i < count; i += 1) {
    const keyBytes = cursor.varint()
    if (keyBytes < 0) throw misshapen('a header without a key')
    cursor.at += keyBytes
    const valueBytes = cursor.varint()
    if (valueBytes > 0) cursor.at += valueBytes
    if (cursor.at > end) throw misshapen('headers are longer than their record')
  }
}

/** Words for the records that rules forbid, in a body whose shape has been checked. Refuses if there is one. */
function refuseRecords(batch: Buffer, { bytes, from }: Body, rules: RecordRules): void {
  const cursor = new VarintCursor(bytes, from)
  const claimed = isLogAppendTimeAt(batch) ? maxTimestampAt(batch) : null
  const errors: RecordError[] = []
  let badTimes = false
  for (let i = 0; i < recordCountAt(batch); i += 1) {
    cursor.varint()
    cursor.at += 1
    const timestampMs = claimed ?? baseTimestampAt(batch) + cursor.varlong()
    if (claimed !== null) cursor.varlong()
    const offset = baseOffsetAt(batch) + cursor.varint()
    const keyBytes = skipField(cursor)
    const valueBytes = skipField(cursor)
    for (let headers = cursor.varint(); headers > 0; headers -= 1) {
      skipField(cursor)
      skipField(cursor)
    }
    if (rules.compacted && keyBytes < 0) {
      errors.push({ batchIndex: i, message: noKeySays(rules) })
      continue
    }
    const message = timeError({ timestampMs, offset, keyBytes, valueBytes }, batch, rules)
    if (message === null) continue
    errors.push({ batchIndex: i, message })
    badTimes = true
  }
  if (errors.length === 0) return
  if (badTimes) {
    throw new RecordsRefused(
      'INVALID_TIMESTAMP',
      'One or more records have been rejected due to invalid timestamp',
      errors,
    )
  }
  throw new RecordsRefused('INVALID_RECORD', countSays(errors), errors)
}

/** Steps over a length and as many bytes; gives the length. */
function skipField(cursor: VarintCursor): number {
  const sizeBytes = cursor.varint()
  if (sizeBytes > 0) cursor.at += sizeBytes
  return sizeBytes
}

const noKeySays = ({ topicPartition }: RecordRules): string =>
  `Compacted topic cannot accept message without key in topic partition ${topicPartition}`

function countSays(errors: readonly RecordError[]): string {
  const shown = errors
    .slice(0, 3)
    .map(({ batchIndex, message }) => `RecordError(batchIndex=${batchIndex}, message='${message}')`)
  return (
    `One or more records have been rejected due to ${errors.length} record errors in total, ` +
    `and only showing the first three errors at most: [${shown.join(', ')}]`
  )
}

interface TimedRecord {
  readonly timestampMs: number
  readonly offset: number
  readonly keyBytes: number
  readonly valueBytes: number
}

/** What is wrong with the time of a record, in Kafka's words; null when nothing is. */
function timeError(record: TimedRecord, batch: Buffer, rules: RecordRules): string | null {
  const { timestampMs, offset, keyBytes, valueBytes } = record
  const { nowMs, timestampBeforeMaxMs, timestampAfterMaxMs } = rules
  if (!rules.stamped && timestampMs !== noTimestamp) {
    if (timestampMs >= nowMs - timestampBeforeMaxMs && timestampMs <= nowMs + timestampAfterMaxMs) return null
    const oldest = wrapped(BigInt(nowMs) - longOf(timestampBeforeMaxMs))
    const newest = wrapped(BigInt(nowMs) + longOf(timestampAfterMaxMs))
    return (
      `Timestamp ${exactTime(timestampMs, batch)} of message with offset ${offset} is out of range. ` +
      `The timestamp should be within [${oldest}, ${newest}]`
    )
  }
  if (!isLogAppendTimeAt(batch)) return null
  const kind = compressionAt(batch) === 0 ? 'DefaultRecord' : 'PartialDefaultRecord'
  const key = Math.max(0, keyBytes)
  const value = Math.max(0, valueBytes)
  return (
    `Invalid timestamp type in message ${kind}(offset=${offset}, timestamp=${timestampMs}, key=${key} bytes, ` +
    `value=${value} bytes). Producer should not set timestamp type to LogAppendTime.`
  )
}

/** A time that numbers cannot hold is worked out anew from what stands in the batch. */
function exactTime(timestampMs: number, batch: Buffer): bigint | number {
  if (Number.isSafeInteger(timestampMs)) return timestampMs
  return wrapped(exactBaseTimestampAt(batch) + BigInt(timestampMs - baseTimestampAt(batch)))
}

/** A setting that numbers cannot hold exactly is the largest long, which is the default of one of them. */
const longOf = (value: number): bigint => (Number.isSafeInteger(value) ? BigInt(value) : 2n ** 63n - 1n)
const wrapped = (value: bigint): bigint => BigInt.asIntN(64, value)
