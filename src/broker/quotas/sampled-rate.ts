/**
 * How much there was in a second, measured over windows that move on: what quotas are compared with (KIP-13). Step by step as Kafka's
 * `SampledStat` and `Rate`, since how long a client has to wait depends on where its windows begin and when one is forgotten.
 */

export interface Windows {
  readonly count: number
  readonly windowMs: number
}

interface Sample {
  startMs: number
  lastMs: number
  total: number
}

/** Times are milliseconds of one clock that never goes back. */
export class SampledRate {
  /** A ring with one more than there are windows: one that is passing out of them still counts. */
  readonly #samples: Sample[] = []
  #current = 0

  record(value: number, nowMs: number, windows: Windows): void {
    const sample = this.#sampleOf(nowMs, windows)
    sample.total += value
    sample.lastMs = nowMs
  }

  /** Takes back what was recorded in this very moment. */
  unrecord(value: number): void {
    const sample = this.#samples[this.#current]
    if (sample) sample.total -= value
  }

  /** How long somebody has to say nothing until this is no more than `limit` in a second; 0 when it is not. */
  throttleMs(limit: number, nowMs: number, windows: Windows): number {
    this.#forget(nowMs, windows)
    const measuredMs = this.#measuredMs(nowMs, windows)
    const rate = this.#samples.reduce((sum, { total }) => sum + total, 0) / (measuredMs / 1000)
    return rate > limit ? Math.round(((rate - limit) / limit) * measuredMs) : 0
  }

  #sampleOf(nowMs: number, { count, windowMs }: Windows): Sample {
    const current = this.#samples[this.#current]
    if (current && nowMs - current.startMs < windowMs) return current
    if (current) this.#current = (this.#current + 1) % (count + 1)
    const next = (this.#samples[this.#current] ??= { startMs: nowMs, lastMs: nowMs, total: 0 })
    return reset(next, nowMs)
  }

  /** As if all windows but the current one were full, so that one burst after a silence is no offence. */
  #measuredMs(nowMs: number, { count, windowMs }: Windows): number {
    const elapsedMs = nowMs - this.#samples.reduce((least, { startMs }) => Math.min(least, startMs), nowMs)
    const missing = Math.max(0, count - 1 - Math.floor(elapsedMs / windowMs))
    return Math.max(1, elapsedMs + missing * windowMs)
  }

  /** A sample counts whole until the last that came into it is as old as all windows together. */
  #forget(nowMs: number, { count, windowMs }: Windows): void {
    for (const sample of this.#samples) if (nowMs - sample.lastMs >= count * windowMs) reset(sample, nowMs)
  }
}

function reset(sample: Sample, nowMs: number): Sample {
  sample.startMs = nowMs
  sample.lastMs = nowMs
  sample.total = 0
  return sample
}
