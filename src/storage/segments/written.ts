/** How much of a log the system has been given, and those who wait for the rest. */
import { Deferred } from '../../platform/collections'

const done = Promise.resolve()

/** Those who wait for the same write. */
interface Group {
  /** Where the write ends; infinite while it has not begun. */
  end: number
  readonly waiting: Deferred<void>
}

export class Written {
  #offset: number
  /** In the order in which they will be served. */
  #groups: Group[] = []

  constructor(offset: number) {
    this.#offset = offset
  }

  /** Everything below has been handed over. */
  get offset(): number {
    return this.#offset
  }

  /** All who wait for a write share one promise. */
  wait(upTo: number): Promise<void> {
    if (upTo <= this.#offset) return done
    return (this.#groups.find(({ end }) => end >= upTo) ?? this.#join(Infinity)).waiting.promise
  }

  /** A write of everything below `end` is on its way: who comes for more waits for the next one. */
  begun(end: number): void {
    const last = this.#groups.at(-1)
    if (last?.end === Infinity) last.end = end
    else this.#join(end)
  }

  reached(offset: number): void {
    this.#offset = offset
    while (this.#groups.length > 0 && this.#groups[0]!.end <= offset) this.#groups.shift()!.waiting.resolve()
  }

  /** Everything that was appended has been handed over; the log ends at `offset`. */
  reachedAll(offset: number): void {
    this.#offset = offset
    for (const { waiting } of this.#take()) waiting.resolve()
  }

  /** What they wait for will never be written; the log ends at `offset`. */
  failed(offset: number, fault: unknown): void {
    this.#offset = offset
    for (const { waiting } of this.#take()) waiting.reject(fault)
  }

  #join(end: number): Group {
    const group = { end, waiting: new Deferred<void>() }
    // Nobody may be waiting yet.
    group.waiting.promise.catch(() => {})
    this.#groups.push(group)
    return group
  }

  #take(): Group[] {
    const groups = this.#groups
    this.#groups = []
    return groups
  }
}
