/** A partition seen as a machine's log: records in, records out, durable or not yet. */
import type { KeyValue, Origin, RecordLog, RecordReader } from '../machine/record-log'
import { noProducer } from '../machine/record-log'
import type { Clock, Timers } from '../platform/clock'
import {
  batchBytesAt,
  isControlAt,
  isTransactionalAt,
  lastOffsetAt,
  producerEpochAt,
  producerIdAt,
} from '../protocol/records/batch'
import { endMarkerOf } from '../protocol/records/control'
import { buildBatch, recordsOf } from '../protocol/records/records'
import type { Partition } from './partition'

/** How much is read before other work gets its turn. */
const readAheadBytes = 1024 * 1024

export function recordLogOf(partition: Partition, clock: Clock, timers: Timers): RecordLog {
  return {
    get end() {
      return partition.end
    },
    append(records, origin = noProducer) {
      return partition.append(batchOf(records, origin, clock.now())).last + 1
    },
    durable: upTo => partition.durable(upTo),
    readAll: reader => readAll(partition, reader, timers),
  }
}

function batchOf(records: readonly KeyValue[], origin: Origin, nowMs: number): Buffer {
  return buildBatch({
    records: records.map(({ key, value }) => ({ key, value, timestampMs: nowMs })),
    ...(origin.producerId >= 0 && {
      producerId: origin.producerId,
      producerEpoch: origin.producerEpoch,
      transactional: true,
    }),
  })
}

async function readAll(partition: Partition, reader: RecordReader, timers: Timers): Promise<void> {
  for (let from = partition.start; from < partition.end; ) {
    let leftBytes = readAheadBytes
    partition.log.forEachBatch(from, (buffer, at) => {
      readBatch(buffer, at, reader)
      from = lastOffsetAt(buffer, at) + 1
      leftBytes -= batchBytesAt(buffer, at)
      return leftBytes > 0
    })
    if (leftBytes > 0) return
    await new Promise<void>(resolve => timers.endOfTurn(resolve))
  }
}

function readBatch(buffer: Buffer, at: number, reader: RecordReader): void {
  const origin = { producerId: producerIdAt(buffer, at), producerEpoch: producerEpochAt(buffer, at) }
  if (isControlAt(buffer, at)) {
    for (const record of recordsOf(buffer, at)) {
      const marker = endMarkerOf(record)
      if (marker) reader.marker(marker.commit, record.offset, origin)
    }
    return
  }
  const writer = isTransactionalAt(buffer, at) ? origin : noProducer
  for (const { key, value, offset } of recordsOf(buffer, at)) {
    // A record without a key says nothing that a machine could keep.
    if (key !== null) reader.record(key, value, offset, writer)
  }
}
