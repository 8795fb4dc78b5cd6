/** The batch that is sent again and again: records of one size whose bytes do not compress. */
import { crc32c } from '../src/protocol/records/crc32c'
import { buildBatch } from '../src/protocol/records/records'

/** Bytes a record needs beside its value: its length, attributes, deltas, the absent key, the value's length, no headers. */
const recordOverheadBytes = 10

/** A batch of `batchBytes` or slightly less, made of records with values of `recordBytes`; at least one record. Keys,
 * where there are any, are the same in every batch, so that of many batches compaction leaves one. */
export function batchOf(batchBytes: number, recordBytes: number, isKeyed = false): Buffer {
  const count = Math.max(1, Math.floor((batchBytes - 61) / (recordBytes + recordOverheadBytes)))
  const value = Buffer.alloc(recordBytes)
  let state = 12345
  for (let at = 0; at < value.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    value[at] = state >>> 24
  }
  const timestampMs = Date.now()
  const keyOf = (nth: number) => (isKeyed ? Buffer.from(`key-${nth}`) : null)
  return buildBatch({ records: Array.from({ length: count }, (_, nth) => ({ timestampMs, key: keyOf(nth), value })) })
}

export interface Producer {
  readonly producerId: number
  readonly producerEpoch: number
}

/** Makes a batch one of a producer, in place: its id, epoch and sequence, and the checksum over them. */
export function stampProducer(batch: Buffer, producer: Producer, sequence: number, isTransactional = false): Buffer {
  if (isTransactional) batch.writeInt16BE(batch.readInt16BE(21) | 0x10, 21)
  batch.writeBigInt64BE(BigInt(producer.producerId), 43)
  batch.writeInt16BE(producer.producerEpoch, 51)
  batch.writeInt32BE(sequence, 53)
  batch.writeUInt32BE(crc32c(batch, 21), 17)
  return batch
}
