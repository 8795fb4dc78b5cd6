/** Work that is under way, which has to end before what it works on is let go. */
export class Busy {
  readonly #work = new Set<Promise<unknown>>()

  /** Settles as the work does. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#work.add(work)
    try {
      return await work
    } finally {
      this.#work.delete(work)
    }
  }

  /** Resolves when what is under way has ended, well or not. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#work)
  }
}
