/**
 * Time that a test can move: the clock of somebody else, some way ahead, or standing still. Timers follow. It never goes
 * back, but for a time of day that a freeze names.
 */
import type { Cancel, Clock, Timers } from './clock'

interface Pending {
  readonly order: number
  /** In monotonic milliseconds of this clock. */
  readonly dueMs: number
  readonly run: () => void
  /** Stops the timer underneath; null while time stands still. */
  cancel: Cancel | null
}

/** A move is made in so many steps at most: what recurs within a step happens once in it. */
const stepsMax = 1_000

export class AdjustableTime {
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #pending = new Set<Pending>()
  #order = 0
  /** How far ahead this clock is of the one underneath. */
  #aheadMs = 0
  /** The same for the time of day, which may have been set. */
  #wallAheadMs = 0
  /** What the clocks say while they stand still. */
  #frozen: { now: number; monotonic: number } | null = null
  #moving: Promise<void> = Promise.resolve()

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock
    this.#timers = timers
  }

  readonly clock: Clock = {
    now: () => this.#frozen?.now ?? this.#clock.now() + this.#wallAheadMs,
    monotonic: () => this.#frozen?.monotonic ?? this.#clock.monotonic() + this.#aheadMs,
  }

  readonly timers: Timers = {
    after: (delayMs, run) => {
      const order = ++this.#order
      const pending: Pending = { order, dueMs: this.clock.monotonic() + Math.max(0, delayMs), run, cancel: null }
      this.#pending.add(pending)
      if (!this.#frozen) this.#arm(pending)
      return () => {
        this.#pending.delete(pending)
        pending.cancel?.()
      }
    },
    endOfTurn: run => this.#timers.endOfTurn(run),
  }

  /** Another time that is as far ahead as this one and goes on. */
  copy(): AdjustableTime {
    const copy = new AdjustableTime(this.#clock, this.#timers)
    copy.#aheadMs = this.clock.monotonic() - this.#clock.monotonic()
    copy.#wallAheadMs = this.clock.now() - this.#clock.now()
    return copy
  }

  /** Time stands still, at `nowMs` if it is given, until it is moved or resumed. Timers wait. */
  freeze(nowMs?: number): void {
    this.#frozen = { now: nowMs ?? this.clock.now(), monotonic: this.clock.monotonic() }
    for (const pending of this.#pending) this.#disarm(pending)
  }

  /** Time goes on from where it is. */
  resume(): void {
    if (!this.#frozen) return
    const { now, monotonic } = this.#frozen
    this.#frozen = null
    this.#wallAheadMs = now - this.#clock.now()
    this.#aheadMs = monotonic - this.#clock.monotonic()
    for (const pending of this.#pending) this.#arm(pending)
  }

  /**
   * Lets whole milliseconds pass at once, and with them what timers do, in the order in which they are due. Throws RangeError
   * for fractions.
   */
  advance(byMs: number): Promise<void> {
    if (!Number.isSafeInteger(byMs)) throw new RangeError(`${byMs} is no whole number of milliseconds`)
    this.#moving = this.#moving.then(() => this.#advance(byMs))
    return this.#moving
  }

  async #advance(byMs: number): Promise<void> {
    const stood = this.#frozen !== null
    this.freeze()
    // The time of day is in whole milliseconds at every step: it goes into records and metadata.
    const stepMs = Math.ceil(byMs / stepsMax)
    for (let leftMs = byMs; leftMs > 0; leftMs -= stepMs) {
      this.#pass(Math.min(stepMs, leftMs))
      await this.#turn()
    }
    if (!stood) this.resume()
  }

  #pass(byMs: number): void {
    const { now, monotonic } = this.#frozen ?? { now: this.clock.now(), monotonic: this.clock.monotonic() }
    this.#frozen = { now: now + byMs, monotonic: monotonic + byMs }
    const dueBy = monotonic + byMs
    const due = [...this.#pending].filter(({ dueMs }) => dueMs <= dueBy)
    for (const pending of due.sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)) {
      // One that ran before may have cancelled it.
      if (this.#pending.delete(pending)) pending.run()
    }
  }

  /** Lets everything happen that follows from what has happened. */
  #turn(): Promise<void> {
    return new Promise(resolve => this.#timers.endOfTurn(resolve))
  }

  #arm(pending: Pending): void {
    pending.cancel = this.#timers.after(Math.max(0, pending.dueMs - this.clock.monotonic()), () => {
      this.#pending.delete(pending)
      pending.run()
    })
  }

  #disarm(pending: Pending): void {
    pending.cancel?.()
    pending.cancel = null
  }
}
