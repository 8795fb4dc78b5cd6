/** Aborted transactions of a log in files: each is in the index of the segment that holds its marker. */
import type { AbortedTransaction, AbortedTransactions } from '../log'
import type { Health } from './health'
import type { Segment } from './segment'

export class SegmentedAborted implements AbortedTransactions {
  readonly #health: Health
  readonly #segments: { readonly all: readonly Segment[] }
  readonly #named: () => void
  /** Those whose index was written to since the last sync: after a recovery they may be older than anything else that was. */
  readonly #touched = new Set<Segment>()

  /** `named` hears that a file was made, whose name is not durable yet. */
  constructor(health: Health, segments: { readonly all: readonly Segment[] }, named: () => void) {
    this.#health = health
    this.#segments = segments
    this.#named = named
  }

  /** Throws StorageFault. */
  add(transaction: AbortedTransaction): void {
    const segment = this.#segments.all.findLast(each => each.baseOffset <= transaction.lastOffset)
    if (!segment) return
    this.#touched.add(segment)
    if (segment.transactions.isEmpty) this.#named()
    try {
      segment.transactions.add(transaction)
    } catch (error) {
      throw this.#health.writeFailed(`write to ${segment.transactions.handle.path}`, error)
    }
  }

  /** Makes what was added durable, as far as the segments themselves are not about to. */
  syncs(): Promise<void>[] {
    const segments = this.#segments.all
    const dirty = [...this.#touched].filter(segment => segment.dirty && segments.includes(segment))
    this.#touched.clear()
    return dirty.map(segment => segment.sync())
  }

  between(from: number, upTo: number): readonly AbortedTransaction[] {
    const found: AbortedTransaction[] = []
    const segments = this.#segments.all
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
