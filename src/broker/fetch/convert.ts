/** Records for consumers that are older than record batches: Fetch v0 and v1 know magic 0, v2 and v3 magic 1 (KIP-98). */
import { Refusal } from '../../protocol/errors'
import { downConverted } from '../../protocol/records/legacy'
import type { Slices } from '../../storage/log'
import type { Read } from './read'

/** The first version that takes stored batches as they are. */
const firstWithBatches = 4

/** As a read, without records where they could not be converted. */
export interface ReadInFormat extends Omit<Read, 'records'> {
  readonly records: Slices | null
}

/** The read as a client of this version can understand it; its error where that cannot be. */
export function inFormatOf(read: Read, version: number): ReadInFormat {
  if (version >= firstWithBatches || read.records.sizeBytes === 0) return read
  try {
    const set = downConverted(joined(read.records), version < 2 ? 0 : 1, read.wanted.fetchOffset)
    return { ...read, records: { buffers: [set], sizeBytes: set.length } }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { ...unread, wanted: read.wanted, partition: read.partition, errorCode: error.code }
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
