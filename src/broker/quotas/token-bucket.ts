/** What is left of a quota that may be used up at once, and grows again (KIP-599). */
import type { Windows } from './sampled-rate'

/** Times are milliseconds of one clock that never goes back. */
export class TokenBucket {
  #tokens: number | null = null
  #filledMs = 0

  /** Whether there is anything left: who finds something may take more than that, and leaves a debt. */
  hasTokens(perSecond: number, nowMs: number, windows: Windows): boolean {
    return this.#fill(perSecond, nowMs, windows) >= 0
  }

  take(count: number, perSecond: number, nowMs: number, windows: Windows): void {
    this.#tokens = this.#fill(perSecond, nowMs, windows) - count
  }

  /** How long it takes until the debt is paid; 0 when there is none. */
  throttleMs(perSecond: number, nowMs: number, windows: Windows): number {
    return Math.max(0, Math.round((-this.#fill(perSecond, nowMs, windows) / perSecond) * 1000))
  }

  #fill(perSecond: number, nowMs: number, { count, windowMs }: Windows): number {
    const most = (count * windowMs * perSecond) / 1000
    const grown = ((nowMs - this.#filledMs) * perSecond) / 1000
    this.#tokens = this.#tokens === null ? most : Math.min(most, this.#tokens + grown)
    this.#filledMs = nowMs
    return this.#tokens
  }
}
