/** How much of a log the system has been given, and those who wait for the rest. */
import { Deferred } from '../../platform/collections'

const done = Promise.resolve()

export class Written {
  #offset: number
  #waiting: Deferred<void> | null = null

  constructor(offset: number) {
    this.#offset = offset
  }

  /** Everything below has been handed over. */
  get offset(): number {
    return this.#offset
  }

  /** All who wait at a time share one promise. */
  wait(upTo: number): Promise<void> {
    if (upTo <= this.#offset) return done
    this.#waiting ??= new Deferred<void>()
    return this.#waiting.promise
  }

  reached(offset: number): void {
    this.#offset = offset
    this.#waiting?.resolve()
    this.#waiting = null
  }

  /** What they wait for will never be written; the log ends at `offset`. */
  failed(offset: number, fault: unknown): void {
    this.#offset = offset
    this.#waiting?.reject(fault)
    this.#waiting = null
  }
}
