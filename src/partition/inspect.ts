/**
 * Looks at a produced batch before it is appended: header, CRC, and every record as Apache Kafka does, or with
 * `odradek.produce.check=crc` only the records that a topic must know. Refusals are Kafka's, in its order.
 */
import {
  baseOffsetAt,
  baseSequenceAt,
  compressionAt,
  crcAt,
  isLogAppendTimeAt,
  isTransactionalAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  recordCountAt,
  setMaxTimestamp,
} from '../protocol/records/batch'
import { crc32c } from '../protocol/records/crc32c'
import { checkClaims, checkRecords, type RecordFacts, type RecordRules } from '../protocol/records/validate'
import { Refusal } from '../protocol/errors'
import { lastSequenceOf, type ProducerBatch } from './producers'

/** `max.decompressed.message.bytes` where nobody set it: the longest array of a Java machine. */
const boundless = 2_147_483_639
/** The last compression that Kafka knows. */
const zstd = 4

export interface Inspected {
  /** Null for a producer without an id. */
  readonly producer: ProducerBatch | null
  readonly transactional: boolean
}

/**
 * Facts of one batch of magic 2, whose largest timestamp is put right where the header tells another one. `prepared` gives
 * what its records are where they have been looked at already.
 * Throws MESSAGE_TOO_LARGE, CORRUPT_MESSAGE, INVALID_RECORD, INVALID_TIMESTAMP.
 */
export function inspect(
  batch: Buffer,
  maxMessageBytes: number,
  checksRecords: boolean,
  rules: RecordRules,
  prepared?: () => RecordFacts,
): Inspected {
  const baseOffset = baseOffsetAt(batch)
  if (baseOffset !== 0)
    throw new Refusal('INVALID_RECORD', `The base offset of the batch should be 0, not ${baseOffset}`)
  if (batch.length > maxMessageBytes) {
    throw new Refusal('MESSAGE_TOO_LARGE', `A batch of ${batch.length} bytes where ${maxMessageBytes} are allowed`)
  }
  if (crc32c(batch, 21, batch.length) !== crcAt(batch)) throw new Refusal('CORRUPT_MESSAGE', 'The CRC is wrong')
  checkClaims(batch, rules.topicPartition)
  if (looksAtRecords(batch, checksRecords, rules)) {
    const { maxTimestampMs } = prepared ? prepared() : checkRecords(batch, rules)
    if (!rules.stamped) setMaxTimestamp(batch, 0, maxTimestampMs)
  }
  return { producer: producerOf(batch), transactional: isTransactionalAt(batch) }
}

/** Whether all records of a batch have to be looked at. */
export const looksAtRecords = (batch: Buffer, checksRecords: boolean, rules: RecordRules): boolean =>
  checksRecords ||
  rules.compacted ||
  boundsRecords(batch, rules) ||
  compressionAt(batch) > zstd ||
  !timestampFits(batch, rules)

/** Whether a record of a batch that is compressed could be longer than its topic allows. */
const boundsRecords = (batch: Buffer, { recordBytesMax = boundless }: RecordRules): boolean =>
  recordBytesMax < boundless && compressionAt(batch) !== 0

/** Whether the header alone vouches for all times: no record is newer than its largest, and old ones are welcome. */
function timestampFits(
  batch: Buffer,
  { stamped, nowMs, timestampAfterMaxMs, timestampBeforeMaxMs }: RecordRules,
): boolean {
  if (isLogAppendTimeAt(batch)) return false
  if (stamped) return true
  return maxTimestampAt(batch) <= nowMs + timestampAfterMaxMs && timestampBeforeMaxMs >= nowMs
}

function producerOf(batch: Buffer): ProducerBatch | null {
  const producerId = producerIdAt(batch)
  if (producerId < 0) return null
  const firstSequence = baseSequenceAt(batch)
  return {
    producerId,
    producerEpoch: producerEpochAt(batch),
    firstSequence,
    lastSequence: lastSequenceOf(firstSequence, recordCountAt(batch)),
    timestampMs: maxTimestampAt(batch),
    transactional: isTransactionalAt(batch),
  }
}
