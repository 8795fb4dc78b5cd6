/**
 * Control batches: those that a broker writes to end a transaction. They hold one record, whose key says what it is
 * (version, type) and whose value says which coordinator wrote it (version, epoch). Consumers never see them.
 */
import { corrupt } from './corrupt'
import { buildBatch, type StoredRecord } from './records'

export const controlTypes = { abort: 0, commit: 1 } as const

export interface EndMarker {
  readonly commit: boolean
  /** Epoch of the transaction coordinator that decided. */
  readonly coordinatorEpoch: number
}

export interface NewEndMarker extends EndMarker {
  readonly producerId: number
  readonly producerEpoch: number
  readonly timestampMs: number
  readonly baseOffset?: number
  readonly leaderEpoch?: number
}

/** A batch that ends a producer's transaction in a partition (EndTxnMarker v0). */
export function buildEndMarker(marker: NewEndMarker): Buffer {
  const key = Buffer.alloc(4)
  key.writeInt16BE(marker.commit ? controlTypes.commit : controlTypes.abort, 2)
  const value = Buffer.alloc(6)
  value.writeInt32BE(marker.coordinatorEpoch, 2)
  return buildBatch({
    records: [{ timestampMs: marker.timestampMs, key, value }],
    producerId: marker.producerId,
    producerEpoch: marker.producerEpoch,
    transactional: true,
    control: true,
    baseOffset: marker.baseOffset ?? 0,
    leaderEpoch: marker.leaderEpoch ?? -1,
  })
}

/**
 * What a record of a control batch says, or null when it is of another type (Raft's own, or one of a later Kafka).
 * Throws CorruptRecord when it is too short to say anything.
 */
export function endMarkerOf({ key, value }: StoredRecord): EndMarker | null {
  if (key === null || key.length < 4) return corrupt('a control record without a type')
  const type = key.readInt16BE(2)
  if (type !== controlTypes.abort && type !== controlTypes.commit) return null
  if (value === null || value.length < 6) return corrupt('an end marker without an epoch')
  return { commit: type === controlTypes.commit, coordinatorEpoch: value.readInt32BE(2) }
}
