/**
 * Looks at the batches of a produce request before they are appended: only headers and the CRC, whatever the number of
 * records. Refusals are those of Apache Kafka's log layer, in its order.
 */
import {
  attributeBits,
  attributesAt,
  baseOffsetAt,
  baseSequenceAt,
  batchBytesAt,
  crcAt,
  isControlAt,
  isTransactionalAt,
  lastOffsetDeltaAt,
  magicAt,
  maxTimestampAt,
  minBatchBytes,
  producerEpochAt,
  producerIdAt,
  recordCountAt,
} from '../protocol/records/batch'
import { crc32c } from '../protocol/records/crc32c'
import { Refusal } from '../protocol/errors'
import { lastSequenceOf, type ProducerBatch } from './producers'

export interface Inspected {
  readonly recordCount: number
  readonly maxTimestampMs: number
  /** Null for a producer without an id. */
  readonly producer: ProducerBatch | null
  readonly transactional: boolean
}

const zstd = 4

/**
 * Checks the shape that Produce v3 and later demand: exactly one batch, of magic 2.
 * Throws INVALID_RECORD, CORRUPT_MESSAGE, or UNSUPPORTED_COMPRESSION_TYPE (zstd before v7, KIP-110).
 */
export function requireOneBatch(records: Buffer | null, version: number): Buffer {
  if (records === null || records.length === 0) {
    throw new Refusal(
      'INVALID_RECORD',
      `Produce requests with version ${version} must have at least one record batch per partition`,
    )
  }
  if (records.length < 17) throw new Refusal('CORRUPT_MESSAGE', 'The record batch is cut short')
  if (magicAt(records) !== 2) {
    throw new Refusal(
      'INVALID_RECORD',
      `Produce requests with version ${version} are only allowed to contain record batches with magic version 2`,
    )
  }
  if (records.length < minBatchBytes) throw new Refusal('CORRUPT_MESSAGE', 'The record batch is cut short')
  const sizeBytes = batchBytesAt(records)
  if (sizeBytes < minBatchBytes || sizeBytes > records.length) {
    throw new Refusal('CORRUPT_MESSAGE', `A batch of ${sizeBytes} bytes was announced and ${records.length} came`)
  }
  if (sizeBytes < records.length) {
    throw new Refusal(
      'INVALID_RECORD',
      `Produce requests with version ${version} are only allowed to contain exactly one record batch per partition`,
    )
  }
  if (version < 7 && (attributesAt(records) & attributeBits.compression) === zstd) {
    throw new Refusal('UNSUPPORTED_COMPRESSION_TYPE', `Produce requests with version ${version} may not use zstd`)
  }
  return records
}

/**
 * Facts of one batch of magic 2. Throws CORRUPT_MESSAGE or INVALID_RECORD.
 * Order of checks: client's base offset, size, CRC, then what the header claims of its records.
 */
export function inspect(batch: Buffer, maxMessageBytes: number): Inspected {
  const baseOffset = baseOffsetAt(batch)
  if (baseOffset !== 0)
    throw new Refusal('INVALID_RECORD', `The base offset of the batch should be 0, but it is ${baseOffset}`)
  if (batch.length > maxMessageBytes) {
    throw new Refusal(
      'MESSAGE_TOO_LARGE',
      `The record batch size is ${batch.length} bytes which exceeds the maximum configured value of ${maxMessageBytes}`,
    )
  }
  if (crc32c(batch, 21, batch.length) !== crcAt(batch))
    throw new Refusal('CORRUPT_MESSAGE', 'The CRC of the record batch is wrong')
  const recordCount = recordCountAt(batch)
  const offsetSpan = lastOffsetDeltaAt(batch) + 1
  if (offsetSpan <= 0) throw new Refusal('INVALID_RECORD', `Batch has an invalid offset range of ${offsetSpan} offsets`)
  if (recordCount <= 0) throw new Refusal('INVALID_RECORD', `Invalid reported count for record batch: ${recordCount}`)
  if (offsetSpan !== recordCount) {
    throw new Refusal('INVALID_RECORD', `Inconsistent batch: ${offsetSpan} offsets for ${recordCount} records`)
  }
  if (isControlAt(batch)) throw new Refusal('INVALID_RECORD', 'Clients are not allowed to write control records')
  return {
    recordCount,
    maxTimestampMs: maxTimestampAt(batch),
    producer: producerOf(batch, recordCount),
    transactional: isTransactionalAt(batch),
  }
}

function producerOf(batch: Buffer, recordCount: number): ProducerBatch | null {
  const producerId = producerIdAt(batch)
  if (producerId < 0) return null
  const firstSequence = baseSequenceAt(batch)
  return {
    producerId,
    producerEpoch: producerEpochAt(batch),
    firstSequence,
    lastSequence: lastSequenceOf(firstSequence, recordCount),
    timestampMs: maxTimestampAt(batch),
  }
}
