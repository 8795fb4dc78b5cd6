/** What a partition remembers of its producers, rebuilt from the newest snapshot and the batches after it. */
import {
  baseOffsetAt,
  baseSequenceAt,
  isControlAt,
  lastOffsetAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  recordCountAt,
} from '../protocol/records/batch'
import type { Log } from '../storage/log'
import { decodeProducers } from './producer-snapshot'
import { lastSequenceOf, type Producers } from './producers'

export function reloadProducers(log: Log, producers: Producers): void {
  producers.clear()
  log.forEachBatch(restoreSnapshot(log, producers), (buffer, at) => {
    const producerId = producerIdAt(buffer, at)
    if (producerId < 0 || isControlAt(buffer, at)) return
    const firstSequence = baseSequenceAt(buffer, at)
    const batch = {
      producerId,
      producerEpoch: producerEpochAt(buffer, at),
      firstSequence,
      lastSequence: lastSequenceOf(firstSequence, recordCountAt(buffer, at)),
      timestampMs: maxTimestampAt(buffer, at),
    }
    producers.record(batch, baseOffsetAt(buffer, at), lastOffsetAt(buffer, at))
  })
}

/** The offset from which on the log itself must be read. */
function restoreSnapshot(log: Log, producers: Producers): number {
  for (let before = log.end; ; ) {
    const snapshot = log.snapshots.latest(before)
    if (!snapshot || snapshot.offset < log.start) return log.start
    const entries = decodeProducers(snapshot.bytes)
    if (entries) {
      for (const entry of entries) producers.restore(entry)
      return snapshot.offset
    }
    before = snapshot.offset - 1
  }
}
