/**
 * What a partition remembers of its producers (KIP-98, KIP-360): the epoch and the last five batches of each, so that a
 * batch sent again is answered with its first offset and a gap is refused; and the transactions they have open.
 */
import { Refusal } from '../protocol/errors'
import { type Ended, OpenTransactions } from './open-transactions'

/** A produced batch as the producer rules see it. */
export interface ProducerBatch {
  readonly producerId: number
  readonly producerEpoch: number
  readonly firstSequence: number
  readonly lastSequence: number
  readonly timestampMs: number
  readonly transactional: boolean
}

/** The end of a transaction, as its coordinator decided it. */
export interface Marker {
  readonly producerId: number
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
  readonly commit: boolean
  /** With 2 the epoch is one above that of the transaction's records (KIP-890). */
  readonly transactionVersion: number
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
  /** The sequence that comes next when no batch is remembered: 0, but for what the log took back. */
  resumesAt?: number
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
  readonly transactions = new OpenTransactions()

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
    if (entry.transactionFirstOffset >= 0 && !batch.transactional) {
      throw new Refusal('INVALID_TXN_STATE', `Producer ${batch.producerId} has a transaction open in this partition`)
    }
    if (batch.producerEpoch !== entry.epoch) {
      // Whoever claimed to have no epoch may go on anywhere, as in Kafka.
      if (batch.firstSequence !== 0 && entry.epoch >= 0) throw outOfOrder(batch, 0)
      return null
    }
    // When nothing of it is remembered a marker has begun this epoch, or the log took its batches back.
    const last = entry.batches.at(-1)
    const expected = last ? lastSequenceOf(last.lastSequence, 2) : (entry.resumesAt ?? 0)
    if (batch.firstSequence !== expected) throw outOfOrder(batch, expected)
    return null
  }

  /** Throws INVALID_PRODUCER_EPOCH and TRANSACTION_COORDINATOR_FENCED for a marker that is too late. Changes nothing. */
  admitMarker({ producerId, producerEpoch, coordinatorEpoch, transactionVersion }: Marker): void {
    const entry = this.#entries.get(producerId)
    if (!entry) return
    // Where no transaction is open the marker of this epoch has been here before, and does no harm.
    const bumps = transactionVersion >= 2 && entry.transactionFirstOffset >= 0
    const isOld = bumps ? producerEpoch <= entry.epoch : producerEpoch < entry.epoch
    if (isOld) {
      throw new Refusal('INVALID_PRODUCER_EPOCH', `The marker's epoch ${producerEpoch} is too old for ${entry.epoch}`)
    }
    if (coordinatorEpoch < entry.coordinatorEpoch) throw new Refusal('TRANSACTION_COORDINATOR_FENCED')
  }

  /** Remembers an appended batch. */
  record(batch: ProducerBatch, firstOffset: number, lastOffset: number): void {
    const entry = this.#entryFor(batch.producerId, batch.producerEpoch)
    renew(entry, batch.producerEpoch)
    entry.batches.push({
      firstSequence: batch.firstSequence,
      lastSequence: batch.lastSequence,
      firstOffset,
      lastOffset,
      timestampMs: batch.timestampMs,
    })
    if (entry.batches.length > rememberedMax) entry.batches.shift()
    entry.lastTimestampMs = batch.timestampMs
    if (batch.transactional) this.#begin(entry, firstOffset)
  }

  /** Remembers a batch that a coordinator wrote within a producer's transaction; such batches have no sequence. */
  recordOwn(producerId: number, epoch: number, firstOffset: number, timestampMs: number): void {
    const entry = this.#entryFor(producerId, epoch)
    renew(entry, epoch)
    entry.lastTimestampMs = timestampMs
    this.#begin(entry, firstOffset)
  }

  /** Remembers an appended marker. Returns the transaction that it ended, null when none was open. */
  recordMarker(
    { producerId, producerEpoch, coordinatorEpoch }: Omit<Marker, 'transactionVersion'>,
    offset: number,
    timestampMs: number,
  ): Ended | null {
    const entry = this.#entryFor(producerId, producerEpoch)
    renew(entry, producerEpoch)
    entry.coordinatorEpoch = coordinatorEpoch
    entry.lastTimestampMs = timestampMs
    entry.transactionFirstOffset = -1
    return this.transactions.end(producerId, offset)
  }

  /** Whether the producer has a transaction open here, in this epoch. */
  isInTransaction(producerId: number, epoch: number): boolean {
    const entry = this.#entries.get(producerId)
    return entry !== undefined && entry.transactionFirstOffset >= 0 && entry.epoch === epoch
  }

  #begin(entry: ProducerEntry, firstOffset: number): void {
    if (entry.transactionFirstOffset >= 0) return
    entry.transactionFirstOffset = firstOffset
    this.transactions.begin(entry.producerId, firstOffset)
  }

  /**
   * The log ends at `end` again. Producers go on with what was taken back first: what they sent behind it comes too early.
   * False when more is concerned than is remembered: then only the log can tell what holds.
   */
  takeBack(end: number): boolean {
    if (this.transactions.reaches(end)) return false
    for (const entry of this.#entries.values()) {
      const [first] = entry.batches
      if (!first || first.lastOffset < end) {
        entry.batches = entry.batches.filter(({ lastOffset }) => lastOffset < end)
        continue
      }
      if (entry.batches.length === rememberedMax) return false
      entry.batches = []
      entry.resumesAt = first.firstSequence
    }
    return true
  }

  /** Puts back what a snapshot held. */
  restoreAll(entries: readonly ProducerEntry[]): void {
    const open = entries.filter(({ transactionFirstOffset }) => transactionFirstOffset >= 0)
    for (const entry of entries) this.#entries.set(entry.producerId, entry)
    for (const { producerId, transactionFirstOffset } of open.sort(byFirstOffset)) {
      this.transactions.begin(producerId, transactionFirstOffset)
    }
  }

  /** Forgets producers silent since `beforeMs` that have no open transaction (`producer.id.expiration.ms`). */
  expire(beforeMs: number): void {
    for (const [producerId, entry] of this.#entries) {
      if (entry.transactionFirstOffset < 0 && entry.lastTimestampMs < beforeMs) this.#entries.delete(producerId)
    }
  }

  clear(): void {
    this.#entries.clear()
    this.transactions.clear()
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

const byFirstOffset = (a: ProducerEntry, b: ProducerEntry): number =>
  a.transactionFirstOffset - b.transactionFirstOffset

/** An entry whose producer goes on with another epoch: sequences begin anew. */
function renew(entry: ProducerEntry, epoch: number): void {
  if (entry.epoch === epoch) return
  entry.epoch = epoch
  entry.batches = []
  delete entry.resumesAt
}

function outOfOrder(batch: ProducerBatch, expected: number): Refusal {
  return new Refusal(
    'OUT_OF_ORDER_SEQUENCE_NUMBER',
    `Producer ${batch.producerId} sent sequence ${batch.firstSequence} where ${expected} comes next`,
  )
}
