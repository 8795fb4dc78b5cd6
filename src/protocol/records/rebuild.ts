/** Batches written anew: for `compression.type` of a topic that is not the producer's. */
import { baseSequenceAt, isTransactionalAt, leaderEpochAt, producerEpochAt, producerIdAt } from './batch'
import { buildBatch, recordsOf } from './records'

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
  const { compression, compressionLevel, logAppendTimeMs, maxBytes } = how
  return buildBatch({
    records: recordsOf(batch, 0, maxBytes),
    compression,
    ...(compressionLevel === undefined ? {} : { compressionLevel }),
    ...(logAppendTimeMs === undefined ? {} : { logAppendTimeMs }),
    leaderEpoch: leaderEpochAt(batch),
    producerId: producerIdAt(batch),
    producerEpoch: producerEpochAt(batch),
    baseSequence: baseSequenceAt(batch),
    transactional: isTransactionalAt(batch),
  })
}
