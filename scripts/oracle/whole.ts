/** Everything that a partition holds, batch by batch. */
import { Fetch } from '../../src/protocol/messages/fetch'
import {
  attributeBits,
  attributesAt,
  batchBytesAt,
  batchHeaderBytes,
  compressionAt,
  lastOffsetAt,
  logOverheadBytes,
} from '../../src/protocol/records/batch'
import { bodyOf } from '../../src/protocol/records/records'
import { sealed } from './batches'
import type { Subject, Topic } from './subject'

/** All batches of a partition, fetched as a consumer does: a Kafka answers with what one segment holds. */
export async function everything(subject: Subject, topic: Topic, from = 0): Promise<Buffer[]> {
  const batches: Buffer[] = []
  for (let fetchOffset = from; ; ) {
    const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 8_000_000 }]
    const wanted = { replicaId: -1, maxWaitMs: 0, minBytes: 0, maxBytes: 50_000_000, isolationLevel: 0 }
    const topics = [{ topic: topic.name, topicId: topic.id, partitions }]
    const reply = await subject.quiet(Fetch, { ...wanted, topics }, 12)
    const partition = reply.responses[0]?.partitions[0]
    const records = partition?.records ?? Buffer.alloc(0)
    for (let at = 0; at < records.length; at += batchBytesAt(records, at)) {
      const batch = Buffer.from(records.subarray(at, at + batchBytesAt(records, at)))
      batches.push(batch)
      fetchOffset = lastOffsetAt(batch) + 1
    }
    if (records.length === 0) return batches
  }
}

/** Records all that is left; not compressed, since two compressors need not make the same bytes. */
export async function whatIsLeft(subject: Subject, topic: Topic, from = 0): Promise<void> {
  const batches = await everything(subject, topic, from)
  subject.note('what is left', { records: Buffer.concat(batches.map(opened)) })
  subject.note('compressions', batches.map(batch => compressionAt(batch)).join())
}

function opened(batch: Buffer): Buffer {
  const { bytes, from, to } = bodyOf(batch, 0, 1_000_000)
  const plain = Buffer.concat([batch.subarray(0, batchHeaderBytes), bytes.subarray(from, to)])
  plain.writeInt32BE(plain.length - logOverheadBytes, 8)
  plain.writeInt16BE(attributesAt(plain) & ~attributeBits.compression, 21)
  return sealed(plain)
}
