/** How long a client is to be left alone, since it was told to wait. */
import type { Cancel, Clock, Timers } from '../../platform/clock'

export class Throttled {
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #over: () => void
  #wait: { readonly untilMs: number; readonly cancel: Cancel } | null = null

  /** `over` runs when the time is up. */
  constructor(clock: Clock, timers: Timers, over: () => void) {
    this.#clock = clock
    this.#timers = timers
    this.#over = over
  }

  get isOn(): boolean {
    return this.#wait !== null
  }

  /** Begins anew where that is later. */
  begin(ms: number): void {
    if (ms <= 0) return
    const untilMs = this.#clock.monotonic() + ms
    if (this.#wait && this.#wait.untilMs >= untilMs) return
    this.#wait?.cancel()
    const cancel = this.#timers.after(ms, () => {
      this.#wait = null
      this.#over()
    })
    this.#wait = { untilMs, cancel }
  }

  cancel(): void {
    this.#wait?.cancel()
  }
}
