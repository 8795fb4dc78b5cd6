/**
 * Lines of the log about somebody who may cause them again and again: so many a minute, the rest are counted, and the count is
 * told with the first line after it.
 */
import type { Clock } from './clock'

export interface BoundedLinesOptions {
  readonly clock: Clock
  /** For each of those who cause them. */
  perMinute(): number
  /** Tells how many lines about somebody were left out. */
  untold(who: string, count: number): void
}

interface Minute {
  readonly beganMs: number
  told: number
  untold: number
}

const minuteMs = 60_000
/** Those whose lines are counted; whoever was seen last stays. */
const rememberedMax = 1_000

export class BoundedLines {
  readonly #options: BoundedLinesOptions
  readonly #minutes = new Map<string, Minute>()

  constructor(options: BoundedLinesOptions) {
    this.#options = options
  }

  /** Whether one more line about `who` is to be written; it is counted either way. */
  tells(who: string): boolean {
    const minute = this.#minuteOf(who)
    if (minute.told >= this.#options.perMinute()) {
      minute.untold++
      return false
    }
    minute.told++
    return true
  }

  #minuteOf(who: string): Minute {
    const nowMs = this.#options.clock.monotonic()
    const known = this.#minutes.get(who)
    const minute = known && nowMs - known.beganMs < minuteMs ? known : { beganMs: nowMs, told: 0, untold: 0 }
    if (known && known !== minute && known.untold > 0) this.#options.untold(who, known.untold)
    this.#minutes.delete(who)
    this.#minutes.set(who, minute)
    if (this.#minutes.size > rememberedMax) this.#minutes.delete(this.#minutes.keys().next().value!)
    return minute
  }
}
