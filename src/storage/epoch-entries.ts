/** The leader epochs of one log: the list that `leader-epoch-checkpoint` keeps, and Kafka's rules for changing it. */
import type { EpochEntry, EpochHistory } from './log'

const unknown = { epoch: -1, endOffset: -1 }

export class EpochEntries implements EpochHistory {
  #entries: EpochEntry[]
  readonly #end: () => number

  /** `end` tells the present end of the log, where the newest epoch ends. */
  constructor(end: () => number, entries: readonly EpochEntry[] = []) {
    this.#end = end
    this.#entries = []
    for (const entry of entries) this.assign(entry.epoch, entry.startOffset)
  }

  get latest(): number {
    return this.#entries.at(-1)?.epoch ?? -1
  }

  all(): readonly EpochEntry[] {
    return this.#entries
  }

  endOf(epoch: number): { epoch: number; endOffset: number } {
    // Only -1 says that there is none; what else is too low is answered as any epoch that is gone.
    if (epoch === unknown.epoch || epoch > this.latest) return unknown
    if (epoch === this.latest) return { epoch, endOffset: this.#end() }
    const higher = this.#entries.findIndex(entry => entry.epoch > epoch)
    if (higher < 0) return unknown
    const endOffset = this.#entries[higher]!.startOffset
    // Below the oldest known epoch the data is gone: a follower may as well begin where the log does.
    const floor = this.#entries[higher - 1]
    return { epoch: floor?.epoch ?? epoch, endOffset }
  }

  at(offset: number): number {
    for (let i = this.#entries.length - 1; i >= 0; i -= 1) {
      const entry = this.#entries[i]!
      if (entry.startOffset <= offset) return entry.epoch
    }
    return -1
  }

  /** Whether there is no record of any of them. */
  get areEmpty(): boolean {
    return (this.#entries[0]?.startOffset ?? Infinity) >= this.#end()
  }

  /** Adds an epoch. Entries that contradict it (a higher epoch, or one that starts later) go. Tells whether it changed. */
  assign(epoch: number, startOffset: number): boolean {
    const newest = this.#entries.at(-1)
    if (newest && newest.epoch === epoch && newest.startOffset <= startOffset) return false
    const kept = this.#entries.filter(entry => entry.epoch < epoch && entry.startOffset < startOffset)
    this.#entries = [...kept, { epoch, startOffset }]
    return true
  }

  /** Drops epochs that begin at `end` or above. */
  truncateFromEnd(end: number): boolean {
    const kept = this.#entries.filter(entry => entry.startOffset < end)
    if (kept.length === this.#entries.length) return false
    this.#entries = kept
    return true
  }

  /** Drops epochs that ended at or below `start`; the one that holds it begins there from now on. */
  truncateFromStart(start: number): boolean {
    const first = this.#entries[0]
    if (!first || first.startOffset >= start) return false
    const holding = this.at(start)
    const later = this.#entries.filter(entry => entry.startOffset > start)
    this.#entries = [{ epoch: holding, startOffset: start }, ...later]
    return true
  }

  clear(): void {
    this.#entries = []
  }
}
