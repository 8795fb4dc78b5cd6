/**
 * What compaction has to know of transactions while it goes through a log: which batches were aborted, and which markers
 * have nothing left that they end (KIP-98). Batches have to be shown in order.
 */
import { isTransactionalAt, lastOffsetAt, producerIdAt, recordCountAt } from '../../protocol/records/batch'
import { endMarkerOf } from '../../protocol/records/control'
import { recordsOf } from '../../protocol/records/records'
import type { AbortedTransaction } from '../log'

interface Aborted {
  readonly transaction: AbortedTransaction
  wasSeen: boolean
}

export class CleanedTransactions {
  /** By first offset, descending: the next one is the last. */
  #ahead: AbortedTransaction[] = []
  readonly #aborted = new Map<number, Aborted>()
  readonly #committed = new Set<number>()
  readonly #retained: (transaction: AbortedTransaction) => void

  /** `retained` hears of aborted transactions whose marker has to stay, in the order of their markers. */
  constructor(retained: (transaction: AbortedTransaction) => void = () => {}) {
    this.#retained = retained
  }

  /** Tells of aborted transactions, before any of their batches is shown. Telling one again does nothing. */
  add(transactions: readonly AbortedTransaction[]): void {
    if (transactions.length === 0) return
    this.#ahead = [...this.#ahead, ...transactions].sort((a, b) => b.firstOffset - a.firstOffset)
  }

  /** Whether a batch of records was aborted. */
  isAborted(buffer: Buffer, at: number): boolean {
    this.#enter(lastOffsetAt(buffer, at))
    if (!isTransactionalAt(buffer, at)) return false
    const producerId = producerIdAt(buffer, at)
    const aborted = this.#aborted.get(producerId)
    if (aborted) aborted.wasSeen = true
    else this.#committed.add(producerId)
    return aborted !== undefined
  }

  /** Whether nothing is left of the transaction that a control batch ended. Throws CorruptRecord. */
  endsNothing(buffer: Buffer, at: number): boolean {
    this.#enter(lastOffsetAt(buffer, at))
    // What was emptied has gone before.
    if (recordCountAt(buffer, at) === 0) return true
    const marker = endMarkerOf(recordsOf(buffer, at)[0]!)
    if (marker === null) return false
    const producerId = producerIdAt(buffer, at)
    if (marker.commit) return !this.#committed.delete(producerId)
    const aborted = this.#aborted.get(producerId)
    this.#aborted.delete(producerId)
    if (!aborted?.wasSeen) return true
    this.#retained(aborted.transaction)
    return false
  }

  #enter(upTo: number): void {
    for (let next = this.#ahead.at(-1); next && next.firstOffset <= upTo; next = this.#ahead.at(-1)) {
      this.#ahead.pop()
      if (!this.#aborted.has(next.producerId)) this.#aborted.set(next.producerId, { transaction: next, wasSeen: false })
    }
  }
}
