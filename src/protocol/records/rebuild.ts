/** Batches written anew: for `compression.type` of a topic that is not the producer's. */
import { eachInPieces } from '../../platform/pieces'
import { baseSequenceAt, isTransactionalAt, leaderEpochAt, producerEpochAt, producerIdAt } from './batch'
import { buildLongBatch, type Means, recordCostBytes } from './long-batches'
import { type Body, buildBatch, type NewBatch, type NewRecord, RecordReader, recordsOf } from './records'

export interface Rebuild {
  /** Number of the compression to write, and its level. */
  readonly compression: number
  readonly compressionLevel?: number
  /** Set when the broker stamps the batch. */
  readonly logAppendTimeMs?: number
  /** The most that the batch may become when decompressed. */
  readonly maxBytes?: number
}

/**
 * The same records of the same producer in another compression. Offsets are counted from 0 whatever they were, as Kafka
 * does when it writes a batch anew; records that were stamped carry the stamp as their own time. Throws CorruptRecord.
 */
export function recompressed(batch: Buffer, how: Rebuild): Buffer {
  return buildBatch(rebuilt(batch, recordsOf(batch, 0, how.maxBytes), how))
}

/** The same of a batch that takes long and whose body has been opened. Rejects with CorruptRecord. */
export async function recompressedLong(batch: Buffer, body: Body, how: Rebuild, means: Means): Promise<Buffer> {
  const reader = new RecordReader(body, batch, 0)
  const records: NewRecord[] = []
  await eachInPieces(means.pieces, () => {
    const record = reader.next()
    if (record === null) return null
    records.push(record)
    return recordCostBytes
  })
  return buildLongBatch(rebuilt(batch, records, how), means)
}

const rebuilt = (
  batch: Buffer,
  records: readonly NewRecord[],
  { compression, compressionLevel, logAppendTimeMs }: Rebuild,
): NewBatch => ({
  records,
  compression,
  ...(compressionLevel === undefined ? {} : { compressionLevel }),
  ...(logAppendTimeMs === undefined ? {} : { logAppendTimeMs }),
  leaderEpoch: leaderEpochAt(batch),
  producerId: producerIdAt(batch),
  producerEpoch: producerEpochAt(batch),
  baseSequence: baseSequenceAt(batch),
  transactional: isTransactionalAt(batch),
})
