/** Records for consumers that are older than record batches: Fetch v0 and v1 know magic 0, v2 and v3 magic 1 (KIP-98). */
import { errors, Refusal } from '../../protocol/errors'
import { downConverted } from '../../protocol/records/down-conversion'
import type { Means } from '../../protocol/records/long-batches'
import type { Slices } from '../../storage/log'
import type { Read } from './read'

/** The first version that takes stored batches as they are. */
const firstWithBatches = 4

/** As a read, without records where they could not be converted. */
export interface ReadInFormat extends Omit<Read, 'records'> {
  readonly records: Slices | null
}

/**
 * Reads as a client of this version can understand them, with its error where that cannot be: at once where they are that
 * already. The buffers that were read must stay as they are until then. Converted records are as many as the client has room
 * for, and at least those of a partition's first batch, which may be longer than it was.
 */
export function inFormatOf(
  reads: readonly ReadInFormat[],
  version: number,
  maxBytes: number,
  means: Means,
): readonly ReadInFormat[] | Promise<readonly ReadInFormat[]> {
  if (version >= firstWithBatches || reads.every(read => !hasRecords(read))) return reads
  return allConverted(reads, version < 2 ? 0 : 1, maxBytes, means)
}

/** As Kafka up to 3.9 did, whatever was read: by the topic's setting and not by what is stored. */
export function refuseZstd(reads: readonly Read[], isZstd: (topic: string) => boolean): readonly ReadInFormat[] {
  return reads.map(read =>
    read.isUnknown || !isZstd(read.wanted.topic)
      ? read
      : { ...read, ...unread, errorCode: errors.UNSUPPORTED_COMPRESSION_TYPE.code },
  )
}

type WithRecords = ReadInFormat & { readonly records: Slices }

const hasRecords = (read: ReadInFormat): read is WithRecords => read.records !== null && read.records.sizeBytes > 0

async function allConverted(
  reads: readonly ReadInFormat[],
  magic: 0 | 1,
  maxBytes: number,
  means: Means,
): Promise<readonly ReadInFormat[]> {
  const converted: ReadInFormat[] = []
  let leftBytes = maxBytes
  for (const read of reads) {
    const setBytesMax = Math.min(leftBytes, read.wanted.maxBytes)
    const one = hasRecords(read) ? await inMagic(read, magic, setBytesMax, means) : read
    leftBytes = Math.max(0, leftBytes - (one.records?.sizeBytes ?? 0))
    converted.push(one)
  }
  return converted
}

async function inMagic(read: WithRecords, magic: 0 | 1, setBytesMax: number, means: Means): Promise<ReadInFormat> {
  const { wanted, partition, records } = read
  try {
    const how = { magic, setBytesMax, fromOffset: wanted.fetchOffset }
    const buffers = await downConverted(joined(records), how, means)
    return { ...read, records: { buffers, sizeBytes: buffers.reduce((sum, { length }) => sum + length, 0) } }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { ...unread, wanted, partition, errorCode: error.code }
  }
}

/** What Kafka tells of a partition whose records it cannot convert: nothing. */
const unread = {
  highWatermark: -1,
  lastStableOffset: -1,
  logStartOffset: -1,
  records: null,
  diverging: null,
  isUnknown: false,
  aborted: [],
}

const joined = ({ buffers }: Slices): Buffer => (buffers.length === 1 ? buffers[0]! : Buffer.concat(buffers))
