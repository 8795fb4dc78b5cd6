/** What a partition remembers of its producers, rebuilt from the newest snapshot and the batches after it. */
import {
  baseOffsetAt,
  baseSequenceAt,
  isControlAt,
  isTransactionalAt,
  lastOffsetAt,
  lastOffsetDeltaAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
} from '../protocol/records/batch'
import { endMarkerOf } from '../protocol/records/control'
import { recordsOf } from '../protocol/records/records'
import type { Log } from '../storage/log'
import type { Ended } from './open-transactions'
import { decodeProducers } from './producer-snapshot'
import { lastSequenceOf, type Producers } from './producers'

export function reloadProducers(log: Log, producers: Producers): void {
  producers.clear()
  log.forEachBatch(restoreSnapshot(log, producers), (buffer, at) => {
    const producerId = producerIdAt(buffer, at)
    if (producerId < 0) return
    if (isControlAt(buffer, at)) replayMarkers(log, producers, buffer, at)
    else replayBatch(producers, buffer, at)
  })
  // A marker that is in the log at this point was there before whoever wrote it was answered.
  producers.transactions.settle(log.end)
}

function replayBatch(producers: Producers, buffer: Buffer, at: number): void {
  const [producerId, producerEpoch] = [producerIdAt(buffer, at), producerEpochAt(buffer, at)]
  const [timestampMs, transactional] = [maxTimestampAt(buffer, at), isTransactionalAt(buffer, at)]
  const firstSequence = baseSequenceAt(buffer, at)
  const firstOffset = baseOffsetAt(buffer, at)
  if (firstSequence < 0) {
    if (transactional) producers.recordOwn(producerId, producerEpoch, firstOffset, timestampMs)
    return
  }
  // Compaction takes records away, and leaves the sequences to the offsets.
  const lastSequence = lastSequenceOf(firstSequence, lastOffsetDeltaAt(buffer, at) + 1)
  const batch = { producerId, producerEpoch, firstSequence, lastSequence, timestampMs, transactional }
  producers.record(batch, firstOffset, lastOffsetAt(buffer, at))
}

function replayMarkers(log: Log, producers: Producers, buffer: Buffer, at: number): void {
  for (const record of recordsOf(buffer, at)) {
    const marker = endMarkerOf(record)
    if (!marker) continue
    const ended = producers.recordMarker(
      { ...marker, producerId: producerIdAt(buffer, at), producerEpoch: producerEpochAt(buffer, at) },
      record.offset,
      record.timestampMs,
    )
    if (ended && !marker.commit) addAborted(log, producers, ended)
  }
}

/** Enters an aborted transaction into the log's index. One that is in there already is ignored. Throws StorageFault. */
export function addAborted(log: Log, { transactions }: Producers, ended: Ended): void {
  const { producerId, firstOffset, markerOffset: lastOffset } = ended
  log.aborted.add({ producerId, firstOffset, lastOffset, lastStableOffset: transactions.stableAfter(ended) })
}

/** The offset from which on the log itself must be read. */
function restoreSnapshot(log: Log, producers: Producers): number {
  for (let before = log.end; ; ) {
    const snapshot = log.snapshots.latest(before)
    if (!snapshot || snapshot.offset < log.start) return log.start
    const entries = decodeProducers(snapshot.bytes)
    if (entries) {
      producers.restoreAll(entries)
      return snapshot.offset
    }
    before = snapshot.offset - 1
  }
}
