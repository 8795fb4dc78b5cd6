/** A partition seen as a machine's log: records in, records out, and no batch in between. */
import {
  type EndOfTransaction,
  type KeyValue,
  noProducer,
  type Origin,
  type RecordLog,
  type RecordReader,
} from '../machine/record-log'
import type { Clock, Timers } from '../platform/clock'
import { batchBytesAt, isControlAt, lastOffsetAt, producerEpochAt, producerIdAt } from '../protocol/records/batch'
import { endMarkerOf } from '../protocol/records/control'
import { buildBatch, recordsOf } from '../protocol/records/records'
import type { Partition } from './partition'

/** Read at a time while loading; after each such piece other work gets its turn. */
const loadBytes = 256 * 1024

export class PartitionRecordLog implements RecordLog {
  readonly #partition: Partition
  /** Of whoever opened this. */
  readonly #leaderEpoch: number
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #compression: () => number

  /** `compression` gives the number of the compression to write with, anew for each batch. */
  constructor(partition: Partition, clock: Clock, timers: Timers, compression: () => number = () => 0) {
    this.#partition = partition
    this.#leaderEpoch = partition.leaderEpoch
    this.#clock = clock
    this.#timers = timers
    this.#compression = compression
  }

  get end(): number {
    return this.#partition.end
  }

  append(records: readonly KeyValue[], origin: Origin = noProducer): number {
    const timestampMs = this.#clock.now()
    const batch = buildBatch({
      ...origin,
      compression: this.#compression(),
      transactional: origin !== noProducer,
      records: records.map(({ key, value }) => ({ timestampMs, key, value })),
    })
    return this.#partition.appendOwn(batch, this.#leaderEpoch).last + 1
  }

  appendMarker(marker: EndOfTransaction): number {
    return this.#partition.appendMarker(marker, this.#clock.now())
  }

  durable(upTo: number): Promise<void> | undefined {
    return this.#partition.durable(upTo)
  }

  async readAll(reader: RecordReader): Promise<void> {
    let from = this.#partition.start
    while (from < this.end) {
      const { buffers } = this.#partition.read(from, { maxBytes: loadBytes, upTo: this.end })
      const next = readBatches(buffers, reader, from)
      // Nothing but what compaction emptied is left.
      if (next === from) return
      from = next
      await new Promise<void>(resolve => this.#timers.after(0, resolve))
    }
  }
}

function readBatches(buffers: readonly Buffer[], reader: RecordReader, from: number): number {
  let next = from
  for (const buffer of buffers) {
    for (let at = 0; at < buffer.length; at += batchBytesAt(buffer, at)) {
      readBatch(buffer, at, reader)
      next = lastOffsetAt(buffer, at) + 1
    }
  }
  return next
}

function readBatch(buffer: Buffer, at: number, reader: RecordReader): void {
  const origin = { producerId: producerIdAt(buffer, at), producerEpoch: producerEpochAt(buffer, at) }
  const isControl = isControlAt(buffer, at)
  for (const record of recordsOf(buffer, at)) {
    if (isControl) {
      const marker = endMarkerOf(record)
      if (marker) reader.marker(marker.commit, record.offset, origin)
    } else if (record.key !== null) {
      reader.record(record.key, record.value, record.offset, origin)
    }
  }
}
