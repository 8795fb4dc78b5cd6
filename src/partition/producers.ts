/**
 * What a partition remembers of idempotent producers (KIP-98, KIP-360): the epoch and the last five batches of each, so
 * that a batch sent again is answered with its first offset and a gap is refused.
 */
import { Refusal } from '../protocol/errors'

/** A produced batch as the producer rules see it. */
export interface ProducerBatch {
  readonly producerId: number
  readonly producerEpoch: number
  readonly firstSequence: number
  readonly lastSequence: number
  readonly timestampMs: number
}

export interface RememberedBatch {
  readonly firstSequence: number
  readonly lastSequence: number
  readonly firstOffset: number
  readonly lastOffset: number
  readonly timestampMs: number
}

export interface ProducerEntry {
  readonly producerId: number
  epoch: number
  /** Oldest first, five at most: as many as a producer may have in flight. */
  batches: RememberedBatch[]
  lastTimestampMs: number
  coordinatorEpoch: number
  /** First offset of the transaction that is open, or -1. */
  transactionFirstOffset: number
}

const rememberedMax = 5
const sequenceMax = 0x7fffffff

/** The sequence `count` records after `first`, which wraps to 0 past the largest int32. */
export function lastSequenceOf(first: number, count: number): number {
  const last = first + count - 1
  return last > sequenceMax ? last - sequenceMax - 1 : last
}

export class Producers {
  readonly #entries = new Map<number, ProducerEntry>()

  get size(): number {
    return this.#entries.size
  }

  entries(): Iterable<ProducerEntry> {
    return this.#entries.values()
  }

  entry(producerId: number): ProducerEntry | null {
    return this.#entries.get(producerId) ?? null
  }

  /**
   * The batch that `batch` repeats, or null when it is new and in order.
   * Throws INVALID_PRODUCER_EPOCH for a fenced epoch and OUT_OF_ORDER_SEQUENCE_NUMBER for a gap. Changes nothing.
   */
  admit(batch: ProducerBatch): RememberedBatch | null {
    const entry = this.#entries.get(batch.producerId)
    if (!entry) return null
    if (batch.producerEpoch === entry.epoch) {
      const repeated = entry.batches.find(
        one => one.firstSequence === batch.firstSequence && one.lastSequence === batch.lastSequence,
      )
      if (repeated) return repeated
    }
    if (batch.producerEpoch < entry.epoch) {
      throw new Refusal(
        'INVALID_PRODUCER_EPOCH',
        `Epoch ${batch.producerEpoch} of producer ${batch.producerId} is older than ${entry.epoch}, the last one seen`,
      )
    }
    if (batch.producerEpoch !== entry.epoch) {
      if (batch.firstSequence !== 0) throw outOfOrder(batch, 0)
      return null
    }
    // Nothing remembered, as after a transaction marker or when the records are gone: any sequence may come next.
    const last = entry.batches.at(-1)
    if (last && batch.firstSequence !== lastSequenceOf(last.lastSequence, 2)) {
      throw outOfOrder(batch, lastSequenceOf(last.lastSequence, 2))
    }
    return null
  }

  /** Remembers an appended batch. */
  record(batch: ProducerBatch, firstOffset: number, lastOffset: number): void {
    const entry = this.#entryFor(batch.producerId, batch.producerEpoch)
    if (entry.epoch !== batch.producerEpoch) {
      entry.epoch = batch.producerEpoch
      entry.batches = []
    }
    entry.batches.push({
      firstSequence: batch.firstSequence,
      lastSequence: batch.lastSequence,
      firstOffset,
      lastOffset,
      timestampMs: batch.timestampMs,
    })
    if (entry.batches.length > rememberedMax) entry.batches.shift()
    entry.lastTimestampMs = batch.timestampMs
  }

  /** The log ends at `end` again. A producer of which nothing is left may go on with any sequence. */
  takeBack(end: number): void {
    for (const entry of this.#entries.values()) {
      entry.batches = entry.batches.filter(({ lastOffset }) => lastOffset < end)
      if (entry.transactionFirstOffset >= end) entry.transactionFirstOffset = -1
    }
  }

  /** Puts back an entry that a snapshot held. */
  restore(entry: ProducerEntry): void {
    this.#entries.set(entry.producerId, entry)
  }

  /** Forgets producers silent since `beforeMs` that have no open transaction (`producer.id.expiration.ms`). */
  expire(beforeMs: number): void {
    for (const [producerId, entry] of this.#entries) {
      if (entry.transactionFirstOffset < 0 && entry.lastTimestampMs < beforeMs) this.#entries.delete(producerId)
    }
  }

  clear(): void {
    this.#entries.clear()
  }

  #entryFor(producerId: number, epoch: number): ProducerEntry {
    let entry = this.#entries.get(producerId)
    if (!entry) {
      entry = {
        producerId,
        epoch,
        batches: [],
        lastTimestampMs: -1,
        coordinatorEpoch: -1,
        transactionFirstOffset: -1,
      }
      this.#entries.set(producerId, entry)
    }
    return entry
  }
}

function outOfOrder(batch: ProducerBatch, expected: number): Refusal {
  return new Refusal(
    'OUT_OF_ORDER_SEQUENCE_NUMBER',
    `Producer ${batch.producerId} sent sequence ${batch.firstSequence} where ${expected} comes next`,
  )
}
