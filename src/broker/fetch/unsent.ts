/**
 * Bytes read for replies that have not left yet, over all connections. Consumers that ask for much and read little make
 * the next replies smaller, down to one batch each, instead of making the process grow.
 */

/** What a reply may have however many others wait: enough for consumers to go on. */
const leastBytes = 64 * 1024

export class UnsentBytes {
  readonly #maxBytes: () => number
  #bytes = 0

  constructor(maxBytes: () => number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The most that the next reply may have. */
  get leftBytes(): number {
    return Math.max(leastBytes, this.#maxBytes() - this.#bytes)
  }

  /** Counts the bytes of a reply until the result is called. */
  hold(sizeBytes: number): () => void {
    this.#bytes += sizeBytes
    let held = sizeBytes
    return () => {
      this.#bytes -= held
      held = 0
    }
  }
}
