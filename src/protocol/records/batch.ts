/**
 * The header of a record batch, format v2 (KIP-98), read and patched in place.
 *
 *     at  size  field                     at  size  field
 *      0     8  base offset               23     4  last offset delta
 *      8     4  length after this field   27     8  base timestamp
 *     12     4  partition leader epoch    35     8  max timestamp
 *     16     1  magic                     43     8  producer id
 *     17     4  CRC-32C of 21..end        51     2  producer epoch
 *     21     2  attributes                53     4  base sequence
 *                                         57     4  record count
 *
 * Offset, length, epoch, magic and the CRC itself lie outside of the CRC, so a broker may set the first three freely.
 * Functions take the buffer and where the batch begins, since batches are rarely alone in their buffer.
 */

import { crc32c } from './crc32c'

export const batchHeaderBytes = 61
/** Offset and length: what stands before the part that `length` counts. Shared by every record format since 0.7. */
export const logOverheadBytes = 12
/** A batch shorter than this cannot hold a v2 header. */
export const minBatchBytes = batchHeaderBytes

/** The time of a record that has none. */
export const noTimestamp = -1

export const attributeBits = {
  compression: 0x07,
  timestampType: 0x08,
  transactional: 0x10,
  control: 0x20,
  deleteHorizon: 0x40,
}

function int64At(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * 0x1_0000_0000 + buffer.readUInt32BE(at + 4)
}

export function setInt64At(buffer: Buffer, at: number, value: number): void {
  buffer.writeInt32BE(Math.floor(value / 0x1_0000_0000), at)
  buffer.writeUInt32BE(
    value % 0x1_0000_0000 >= 0 ? value % 0x1_0000_0000 : (value % 0x1_0000_0000) + 0x1_0000_0000,
    at + 4,
  )
}

export const baseOffsetAt = (buffer: Buffer, at = 0): number => int64At(buffer, at)
/** Bytes of the whole batch, the twelve of offset and length included. */
export const batchBytesAt = (buffer: Buffer, at = 0): number => buffer.readInt32BE(at + 8) + logOverheadBytes
export const leaderEpochAt = (buffer: Buffer, at = 0): number => buffer.readInt32BE(at + 12)
export const magicAt = (buffer: Buffer, at = 0): number => buffer.readInt8(at + 16)
export const crcAt = (buffer: Buffer, at = 0): number => buffer.readUInt32BE(at + 17)
export const attributesAt = (buffer: Buffer, at = 0): number => buffer.readInt16BE(at + 21)
export const lastOffsetDeltaAt = (buffer: Buffer, at = 0): number => buffer.readInt32BE(at + 23)
export const exactBaseTimestampAt = (buffer: Buffer, at = 0): bigint => buffer.readBigInt64BE(at + 27)
export const baseTimestampAt = (buffer: Buffer, at = 0): number => int64At(buffer, at + 27)
export const maxTimestampAt = (buffer: Buffer, at = 0): number => int64At(buffer, at + 35)
export const producerIdAt = (buffer: Buffer, at = 0): number => int64At(buffer, at + 43)
export const producerEpochAt = (buffer: Buffer, at = 0): number => buffer.readInt16BE(at + 51)
export const baseSequenceAt = (buffer: Buffer, at = 0): number => buffer.readInt32BE(at + 53)
export const recordCountAt = (buffer: Buffer, at = 0): number => buffer.readInt32BE(at + 57)
export const lastOffsetAt = (buffer: Buffer, at = 0): number => baseOffsetAt(buffer, at) + lastOffsetDeltaAt(buffer, at)

export const compressionAt = (buffer: Buffer, at = 0): number => attributesAt(buffer, at) & attributeBits.compression
export const isTransactionalAt = (buffer: Buffer, at = 0): boolean =>
  (attributesAt(buffer, at) & attributeBits.transactional) !== 0
export const isControlAt = (buffer: Buffer, at = 0): boolean => (attributesAt(buffer, at) & attributeBits.control) !== 0
export const isLogAppendTimeAt = (buffer: Buffer, at = 0): boolean =>
  (attributesAt(buffer, at) & attributeBits.timestampType) !== 0

/** When tombstones and markers of a batch that compaction has seen may go (KIP-534); null when none is set. */
export const deleteHorizonAt = (buffer: Buffer, at = 0): number | null =>
  (attributesAt(buffer, at) & attributeBits.deleteHorizon) === 0 ? null : baseTimestampAt(buffer, at)

export const setBaseOffsetAt = (buffer: Buffer, at: number, offset: number): void => setInt64At(buffer, at, offset)
export const setLeaderEpochAt = (buffer: Buffer, at: number, epoch: number): void => {
  buffer.writeInt32BE(epoch, at + 12)
}

/** Everything in the header, for tools and tests; the hot path reads single fields. */
export interface BatchHeader {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly sizeBytes: number
  readonly leaderEpoch: number
  readonly magic: number
  readonly crc: number
  readonly attributes: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

export function headerAt(buffer: Buffer, at = 0): BatchHeader {
  return {
    baseOffset: baseOffsetAt(buffer, at),
    lastOffset: lastOffsetAt(buffer, at),
    sizeBytes: batchBytesAt(buffer, at),
    leaderEpoch: leaderEpochAt(buffer, at),
    magic: magicAt(buffer, at),
    crc: crcAt(buffer, at),
    attributes: attributesAt(buffer, at),
    baseTimestamp: baseTimestampAt(buffer, at),
    maxTimestamp: maxTimestampAt(buffer, at),
    producerId: producerIdAt(buffer, at),
    producerEpoch: producerEpochAt(buffer, at),
    baseSequence: baseSequenceAt(buffer, at),
    recordCount: recordCountAt(buffer, at),
  }
}

/** Stamps a batch with the broker's time (`message.timestamp.type=LogAppendTime`) and makes its CRC anew. */
export function setLogAppendTime(buffer: Buffer, at: number, nowMs: number): void {
  buffer.writeInt16BE(attributesAt(buffer, at) | attributeBits.timestampType, at + 21)
  setInt64At(buffer, at + 35, nowMs)
  buffer.writeUInt32BE(crc32c(buffer, at + 21, at + batchBytesAt(buffer, at)), at + 17)
}

/**
 * Writes the largest timestamp, as one that producers made (`CreateTime`), unless the header says just that already; the
 * CRC is made anew only then. A producer may have written there what it liked.
 */
export function setMaxTimestamp(buffer: Buffer, at: number, maxTimestampMs: number): void {
  if (!isLogAppendTimeAt(buffer, at) && maxTimestampAt(buffer, at) === maxTimestampMs) return
  buffer.writeInt16BE(attributesAt(buffer, at) & ~attributeBits.timestampType, at + 21)
  setInt64At(buffer, at + 35, maxTimestampMs)
  buffer.writeUInt32BE(crc32c(buffer, at + 21, at + batchBytesAt(buffer, at)), at + 17)
}

/**
 * A batch without records in the place of the one at `at`: it keeps the offsets, and what the header says of its producer.
 */
export function emptiedBatch(buffer: Buffer, at: number): Buffer {
  const emptied = Buffer.from(buffer.subarray(at, at + batchHeaderBytes))
  emptied.writeInt32BE(batchHeaderBytes - logOverheadBytes, 8)
  emptied.writeInt16BE(attributesAt(buffer, at) & ~(attributeBits.compression | attributeBits.deleteHorizon), 21)
  setInt64At(emptied, 27, -1)
  emptied.writeInt32BE(0, 57)
  emptied.writeUInt32BE(crc32c(emptied, 21, batchHeaderBytes), 17)
  return emptied
}
