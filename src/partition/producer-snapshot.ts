/**
 * The producers of a partition as Kafka keeps them in `<offset>.snapshot`:
 *
 *     version int16 = 1 | CRC-32C of what follows uint32 | count int32 | entries
 *     entry: producer id int64, epoch int16, last sequence int32, last offset int64, offset delta int32,
 *            timestamp int64, coordinator epoch int32, first offset of the open transaction int64
 *
 * An entry has the last batch only, so after a restart a producer may repeat its last batch but no older one, as in Kafka.
 */
import { crc32c } from '../protocol/records/crc32c'
import { lastSequenceOf, type ProducerEntry } from './producers'

const version = 1
const headerBytes = 10
const entryBytes = 46
const sequenceMax = 0x7fffffff

export function encodeProducers(entries: Iterable<ProducerEntry>): Buffer {
  const list = [...entries]
  const bytes = Buffer.alloc(headerBytes + list.length * entryBytes)
  bytes.writeInt16BE(version, 0)
  bytes.writeInt32BE(list.length, 6)
  let at = headerBytes
  for (const entry of list) {
    const last = entry.batches.at(-1)
    bytes.writeBigInt64BE(BigInt(entry.producerId), at)
    bytes.writeInt16BE(entry.epoch, at + 8)
    bytes.writeInt32BE(last?.lastSequence ?? -1, at + 10)
    bytes.writeBigInt64BE(BigInt(last?.lastOffset ?? -1), at + 14)
    bytes.writeInt32BE(last ? last.lastOffset - last.firstOffset : 0, at + 22)
    bytes.writeBigInt64BE(BigInt(entry.lastTimestampMs), at + 26)
    bytes.writeInt32BE(entry.coordinatorEpoch, at + 34)
    bytes.writeBigInt64BE(BigInt(entry.transactionFirstOffset), at + 38)
    at += entryBytes
  }
  bytes.writeUInt32BE(crc32c(bytes, 6), 2)
  return bytes
}

/** Null for bytes that are not a whole snapshot of this version: the log itself tells then what was in it. */
export function decodeProducers(bytes: Buffer): ProducerEntry[] | null {
  if (bytes.length < headerBytes || bytes.readInt16BE(0) !== version) return null
  const count = bytes.readInt32BE(6)
  if (count < 0 || bytes.length !== headerBytes + count * entryBytes) return null
  if (crc32c(bytes, 6) !== bytes.readUInt32BE(2)) return null
  return Array.from({ length: count }, (_, i) => entryAt(bytes, headerBytes + i * entryBytes))
}

function entryAt(bytes: Buffer, at: number): ProducerEntry {
  const lastSequence = bytes.readInt32BE(at + 10)
  const lastOffset = Number(bytes.readBigInt64BE(at + 14))
  const offsetDelta = bytes.readInt32BE(at + 22)
  const timestampMs = Number(bytes.readBigInt64BE(at + 26))
  const firstSequence = lastSequence - offsetDelta
  return {
    producerId: Number(bytes.readBigInt64BE(at)),
    epoch: bytes.readInt16BE(at + 8),
    batches:
      lastSequence < 0
        ? []
        : [
            {
              firstSequence: firstSequence < 0 ? firstSequence + sequenceMax + 1 : firstSequence,
              lastSequence: lastSequenceOf(lastSequence, 1),
              firstOffset: lastOffset - offsetDelta,
              lastOffset,
              timestampMs,
            },
          ],
    lastTimestampMs: timestampMs,
    coordinatorEpoch: bytes.readInt32BE(at + 34),
    transactionFirstOffset: Number(bytes.readBigInt64BE(at + 38)),
  }
}
