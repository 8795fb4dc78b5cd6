/**
 * Named timers. A name has at most one; arming it again moves it. Moving one further away, as every heartbeat does, costs
 * no timer of the platform: the old one wakes, sees that it is early, and sleeps on.
 */
import type { Cancel, Clock, Timers } from '../platform/clock'

interface Armed {
  dueAt: number
  run: () => void
  wakesAt: number
  cancel: Cancel
}

export class NamedTimers {
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #armed = new Map<string, Armed>()

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock
    this.#timers = timers
  }

  /** Runs `run` once after `delayMs`, never synchronously, unless the name is armed again or cancelled before. */
  arm(name: string, delayMs: number, run: () => void): void {
    const dueAt = this.#clock.monotonic() + delayMs
    const armed = this.#armed.get(name)
    if (armed && armed.wakesAt <= dueAt) {
      armed.dueAt = dueAt
      armed.run = run
      return
    }
    armed?.cancel()
    this.#armed.set(name, { dueAt, run, wakesAt: dueAt, cancel: this.#sleep(name, delayMs) })
  }

  isArmed(name: string): boolean {
    return this.#armed.has(name)
  }

  cancel(name: string): void {
    this.#armed.get(name)?.cancel()
    this.#armed.delete(name)
  }

  cancelAll(): void {
    for (const { cancel } of this.#armed.values()) cancel()
    this.#armed.clear()
  }

  #sleep(name: string, delayMs: number): Cancel {
    if (delayMs <= 0) return this.#soon(() => this.#wake(name))
    return this.#timers.after(Math.min(delayMs, longestSleepMs), () => this.#wake(name))
  }

  /** What is due already does not wait for the clock of the operating system to tick. */
  #soon(run: () => void): Cancel {
    let wanted = true
    this.#timers.endOfTurn(() => {
      if (wanted) run()
    })
    return () => {
      wanted = false
    }
  }

  #wake(name: string): void {
    const armed = this.#armed.get(name)
    if (!armed) return
    const early = armed.dueAt - this.#clock.monotonic()
    if (early > 0) {
      armed.wakesAt = armed.dueAt
      armed.cancel = this.#sleep(name, early)
      return
    }
    this.#armed.delete(name)
    armed.run()
  }
}

/** Timers of operating systems and runtimes overflow above 2^31 - 1 ms; one that is longer sleeps in stages. */
const longestSleepMs = 0x7fff_ffff
