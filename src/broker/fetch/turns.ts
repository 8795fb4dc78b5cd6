/**
 * How much is read for consumers in one turn of the event loop. Many who ask for very much at the same time take turns, so
 * that whoever asks for little beside them does not wait for all of it to be read.
 */
import type { Timers } from '../../platform/clock'

/** A few milliseconds of reading. A reply may be longer; it is the last of its turn then. */
const turnBytes = 8 * 1024 * 1024

export class ReadingTurns {
  readonly #timers: Pick<Timers, 'endOfTurn'>
  #readBytes = 0
  #next: Promise<void> | null = null

  constructor(timers: Pick<Timers, 'endOfTurn'>) {
    this.#timers = timers
  }

  /** Null when there may be read now; otherwise what to wait for, and to ask again. */
  get wait(): Promise<void> | null {
    return this.#readBytes < turnBytes ? null : this.#next
  }

  /** So much was read. */
  read(bytes: number): void {
    this.#readBytes += bytes
    if (bytes === 0) return
    this.#next ??= new Promise<void>(resolve => {
      this.#timers.endOfTurn(() => {
        this.#readBytes = 0
        this.#next = null
        resolve()
      })
    })
  }
}
