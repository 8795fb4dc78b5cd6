/** How much there was in a second, measured over windows that move on: what quotas are compared with (KIP-13). */

export interface Windows {
  readonly count: number
  readonly windowMs: number
}

interface Sample {
  readonly startMs: number
  total: number
}

/** Times are milliseconds of one clock that never goes back. */
export class SampledRate {
  /** The oldest first; as many as there are windows at most. */
  readonly #samples: Sample[] = []

  record(value: number, nowMs: number, windows: Windows): void {
    this.#forget(nowMs, windows)
    const last = this.#samples.at(-1)
    if (last && nowMs - last.startMs < windows.windowMs) last.total += value
    else this.#samples.push({ startMs: nowMs, total: value })
    if (this.#samples.length > windows.count) this.#samples.shift()
  }

  /** Takes back what was recorded in this very moment. */
  unrecord(value: number): void {
    const last = this.#samples.at(-1)
    if (last) last.total -= value
  }

  /** How long somebody has to say nothing until this is no more than `limit` in a second; 0 when it is not. */
  throttleMs(limit: number, nowMs: number, windows: Windows): number {
    this.#forget(nowMs, windows)
    const measuredMs = this.#measuredMs(nowMs, windows)
    const rate = this.#samples.reduce((sum, { total }) => sum + total, 0) / (measuredMs / 1000)
    return rate > limit ? Math.round(((rate - limit) / limit) * measuredMs) : 0
  }

  /** As if all windows but the current one were full, so that one burst after a silence is no offence. */
  #measuredMs(nowMs: number, { count, windowMs }: Windows): number {
    const elapsedMs = nowMs - (this.#samples[0]?.startMs ?? nowMs)
    const missing = Math.max(0, count - 1 - Math.floor(elapsedMs / windowMs))
    return Math.max(windowMs, elapsedMs + missing * windowMs)
  }

  #forget(nowMs: number, { count, windowMs }: Windows): void {
    while (this.#samples[0] && nowMs - this.#samples[0].startMs >= count * windowMs) this.#samples.shift()
  }
}
