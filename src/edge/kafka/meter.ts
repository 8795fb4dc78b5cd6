/** What is spent on a request besides its handler, told to its route. Reads no clock where nobody's time counts. */
import type { Route } from '../../broker/pipeline'
import type { Call } from '../../call/call'
import type { Clock } from '../../platform/clock'

export class Meter {
  readonly #route: Route
  readonly #clock: Clock | null
  #beganMs = 0

  /** Runs from here on. */
  constructor(route: Route, clock: Clock) {
    this.#route = route
    this.#clock = route.isMetered ? clock : null
    this.resume()
  }

  resume(): void {
    if (this.#clock) this.#beganMs = this.#clock.monotonic()
  }

  stop(call: Call): void {
    if (this.#clock) this.#route.spent(call, this.#clock.monotonic() - this.#beganMs)
  }
}
