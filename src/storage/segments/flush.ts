/** Group commit: one sync at a time, which serves all who asked before it began; those who ask meanwhile share the next. */
import { Deferred } from '../../platform/collections'
import type { Cancel, Timers } from '../../platform/clock'
import { StorageFault } from '../fault'
import type { Health } from './health'

const done = Promise.resolve()

export class Flusher {
  readonly #timers: Timers
  readonly #health: Health
  readonly #sync: () => Promise<number>
  readonly #unsubscribe: Cancel
  #stopped: Error | null = null
  #flushed: number
  #next: Deferred<void> | null = null
  #current: Deferred<void> | null = null
  #lowestCut = Infinity
  #running: Promise<number> | null = null

  /**
   * `sync` makes durable what was appended before it is called, and resolves with the offset below which everything is.
   * It is called with at least one turn of the event loop between, so that appends of one turn are one group.
   */
  constructor(timers: Timers, health: Health, flushed: number, sync: () => Promise<number>) {
    this.#timers = timers
    this.#health = health
    this.#flushed = flushed
    this.#sync = sync
    this.#unsubscribe = health.onFailure(fault => this.#rejectAll(fault))
  }

  get flushed(): number {
    return this.#flushed
  }

  /** Rejects with StorageFault, now and ever after, when a sync failed. */
  flush(upTo: number): Promise<void> {
    if (upTo <= this.#flushed) return done
    const refused = this.#stopped ?? this.#health.failure
    if (refused) return Promise.reject(refused)
    if (!this.#next) {
      this.#next = new Deferred<void>()
      if (!this.#current) this.#timers.endOfTurn(() => this.#begin())
    }
    return this.#next.promise
  }

  /** Rejects those whose sync has not begun: what they wait for is gone. */
  refuseWaiting(fault: unknown): void {
    const group = this.#next
    this.#next = null
    group?.reject(fault)
  }

  /** Resolves when no sync is on its way and none is waited for. */
  async idle(): Promise<void> {
    for (let last = this.#next ?? this.#current; last; last = this.#next ?? this.#current) {
      await last.promise.catch(() => {})
    }
  }

  /** Rejects all who wait, and who come later. Resolves when no sync is on its way. */
  async stop(fault: Error): Promise<void> {
    this.#stopped = fault
    this.#unsubscribe()
    const running = this.#running
    this.#rejectAll(fault)
    await running?.catch(() => {})
  }

  /** The log was cut: what was durable above `end` says nothing any more. */
  cutTo(end: number): void {
    this.#flushed = Math.min(this.#flushed, end)
    this.#lowestCut = Math.min(this.#lowestCut, end)
  }

  /** Everything below `end` is known to be durable. */
  reached(end: number): void {
    this.#flushed = end
  }

  #begin(): void {
    const group = this.#next
    if (!group || this.#current) return
    this.#next = null
    this.#current = group
    this.#lowestCut = Infinity
    this.#running = this.#sync()
    this.#running.then(
      reached => this.#succeeded(group, reached),
      error => this.#failed(group, error),
    )
  }

  /** A disk that was too full to be written to is not one that may have lost what was written. */
  #failed(group: Deferred<void>, error: unknown): void {
    const fault = error instanceof StorageFault && error.passes ? error : this.#health.fail('sync', error)
    group.reject(fault)
    if (!fault.passes) return this.#rejectAll(fault)
    this.#current = null
    this.#begin()
  }

  #succeeded(group: Deferred<void>, reached: number): void {
    this.#flushed = Math.max(this.#flushed, Math.min(reached, this.#lowestCut))
    this.#current = null
    group.resolve()
    this.#begin()
  }

  #rejectAll(fault: Error): void {
    for (const group of [this.#current, this.#next]) group?.reject(fault)
    this.#current = null
    this.#next = null
  }
}
