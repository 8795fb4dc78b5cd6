/**
 * The transactions of a partition that are not settled (KIP-98): those that are open, and those whose marker has been
 * appended but may still be lost. Nothing at or above the first record of any of them is stable.
 */

/** A transaction that has its marker. */
export interface Ended {
  readonly producerId: number
  readonly firstOffset: number
  readonly markerOffset: number
}

export class OpenTransactions {
  /** First offset by producer. Transactions open in the order of their offsets, so the first entry is the lowest. */
  readonly #open = new Map<number, number>()
  #ended: Ended[] = []

  get isEmpty(): boolean {
    return this.#open.size === 0 && this.#ended.length === 0
  }

  isOpen(producerId: number): boolean {
    return this.#open.has(producerId)
  }

  /** A transaction's first record was appended; does nothing when the producer has one that is open. */
  begin(producerId: number, firstOffset: number): void {
    if (!this.#open.has(producerId)) this.#open.set(producerId, firstOffset)
  }

  /** The marker was appended. Returns the transaction, or null when the producer had none open. */
  end(producerId: number, markerOffset: number): Ended | null {
    const firstOffset = this.#open.get(producerId)
    if (firstOffset === undefined) return null
    this.#open.delete(producerId)
    const ended = { producerId, firstOffset, markerOffset }
    this.#ended.push(ended)
    return ended
  }

  /** Everything below the high watermark is safe, markers included. */
  settle(highWatermark: number): void {
    if (this.#ended.length === 0) return
    this.#ended = this.#ended.filter(({ markerOffset }) => markerOffset >= highWatermark)
  }

  /** First offset of the lowest transaction that is not settled, Infinity when all are. */
  get firstUnstable(): number {
    let first: number = this.#open.values().next().value ?? Infinity
    for (const { firstOffset } of this.#ended) first = Math.min(first, firstOffset)
    return first
  }

  /** What the last stable offset is once an ended transaction counts: what goes with it into the index of aborted ones. */
  stableAfter({ markerOffset }: Ended): number {
    return this.#open.values().next().value ?? markerOffset + 1
  }

  /** Whether a marker, or the first record of a transaction, stands at `end` or above. */
  reaches(end: number): boolean {
    for (const firstOffset of this.#open.values()) if (firstOffset >= end) return true
    return this.#ended.some(({ markerOffset }) => markerOffset >= end)
  }

  clear(): void {
    this.#open.clear()
    this.#ended = []
  }
}
