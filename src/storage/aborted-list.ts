/** Aborted transactions in the order of their markers: what one transaction index holds, and a whole one in memory. */
import type { AbortedTransaction, AbortedTransactions } from './log'

export class AbortedList implements AbortedTransactions {
  #entries: AbortedTransaction[] = []

  add(transaction: AbortedTransaction): void {
    const newest = this.#entries.at(-1)
    if (newest && transaction.lastOffset <= newest.lastOffset) return
    this.#entries.push(transaction)
  }

  between(from: number, upTo: number): readonly AbortedTransaction[] {
    const found: AbortedTransaction[] = []
    for (let i = this.#firstEndingAt(from); i < this.#entries.length; i += 1) {
      const entry = this.#entries[i]!
      if (entry.firstOffset < upTo) found.push(entry)
      // Everything below the last stable offset was decided, so later markers belong to later transactions.
      if (entry.lastStableOffset >= upTo) break
    }
    return found
  }

  all(): readonly AbortedTransaction[] {
    return this.#entries
  }

  /** Forgets those whose marker is at `end` or above. */
  truncateTo(end: number): void {
    this.#entries = this.#entries.filter(entry => entry.lastOffset < end)
  }

  /** Forgets those whose marker is below `start`. */
  dropBelow(start: number): void {
    this.#entries = this.#entries.filter(entry => entry.lastOffset >= start)
  }

  /** Those whose marker is in `[from, to)` are these by now. */
  replaceWithin(from: number, to: number, kept: readonly AbortedTransaction[]): void {
    const below = this.#entries.filter(entry => entry.lastOffset < from)
    const above = this.#entries.filter(entry => entry.lastOffset >= to)
    this.#entries = [...below, ...kept, ...above]
  }

  clear(): void {
    this.#entries = []
  }

  /** Index of the first entry whose marker is at `offset` or above. */
  #firstEndingAt(offset: number): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#entries[middle]!.lastOffset < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}
