/** Aborted transactions of a log in files: each is in the index of the segment that holds its marker. */
import type { AbortedTransaction, AbortedTransactions } from '../log'
import type { Health } from './health'
import type { Segment } from './segment'

export class SegmentedAborted implements AbortedTransactions {
  readonly #health: Health
  readonly #segments: () => readonly Segment[]

  constructor(health: Health, segments: () => readonly Segment[]) {
    this.#health = health
    this.#segments = segments
  }

  /** Throws StorageFault. */
  add(transaction: AbortedTransaction): void {
    const segment = this.#segments().findLast(each => each.baseOffset <= transaction.lastOffset)
    if (!segment) return
    try {
      segment.transactions.add(transaction)
    } catch (error) {
      throw this.#health.writeFailed(`write to ${segment.transactions.handle.path}`, error)
    }
  }

  between(from: number, upTo: number): readonly AbortedTransaction[] {
    const found: AbortedTransaction[] = []
    const segments = this.#segments()
    const first = segments.findLastIndex(each => each.baseOffset <= from)
    for (const segment of segments.slice(Math.max(0, first))) {
      for (const entry of segment.transactions.all()) {
        if (entry.lastOffset >= from && entry.firstOffset < upTo) found.push(entry)
        // Everything below the last stable offset was decided, so later markers belong to later transactions.
        if (entry.lastStableOffset >= upTo) return found
      }
    }
    return found
  }
}
