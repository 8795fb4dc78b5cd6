/** Who waits for a partition's high watermark: fetches parked until enough bytes have come, and acks. */

/** Told how many bytes became readable. Called synchronously; must not throw. */
export type Listener = (newBytes: number) => void

export class Waiters {
  readonly #listeners = new Set<Listener>()

  get size(): number {
    return this.#listeners.size
  }

  add(listener: Listener): void {
    this.#listeners.add(listener)
  }

  remove(listener: Listener): void {
    this.#listeners.delete(listener)
  }

  tell(newBytes: number): void {
    if (this.#listeners.size === 0) return
    for (const listener of this.#listeners) listener(newBytes)
  }
}
