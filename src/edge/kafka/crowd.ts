/** All connections of a broker, over all of its listeners: how many there are, how fast they come, and from where (KIP-402, KIP-612). */
import { SampledRate, type Windows } from '../../broker/quotas/sampled-rate'

/** Asked anew for each connection, since all of them change while the broker runs. */
export interface CrowdLimits {
  /** `max.connections`. */
  maxConnections(): number
  /** `max.connections.per.ip` and its overrides. */
  maxConnectionsOf(address: string): number
  /** `max.connection.creation.rate`, in a second. */
  creationRate(): number
  /** The quota `connection_creation_rate` of an address; undefined where it has none. */
  creationRateOf(address: string): number | undefined
  /** Over which rates are measured. Nobody is delayed for longer than one window. */
  windows(): Windows
}

/** Addresses whose rate is remembered; those seen last stay. */
const rememberedMax = 10_000
/** `max.connection.creation.rate` where nobody set one: nothing is measured. */
const boundless = 0x7fff_ffff

/** How fast connections come. Whoever comes after one that was too fast waits. */
export class Pace {
  #rate: SampledRate | null = null
  #notBeforeMs = -Infinity

  waitMs(nowMs: number): number {
    return Math.max(0, this.#notBeforeMs - nowMs)
  }

  passed(perSecond: number, nowMs: number, windows: Windows): void {
    if (perSecond === boundless) return
    const rate = (this.#rate ??= new SampledRate())
    rate.record(1, nowMs, windows)
    this.#notBeforeMs = nowMs + Math.min(rate.throttleMs(perSecond, nowMs, windows), windows.windowMs)
  }
}

export class Crowd {
  readonly #limits: CrowdLimits
  readonly #pace = new Pace()
  /** How many each address has inside. */
  readonly #inside = new Map<string, number>()
  readonly #lines: (() => void)[] = []
  /** By address, least recently seen first. Made when it is needed, which it mostly is not. */
  #rates: Map<string, SampledRate> | null = null
  #count = 0

  constructor(limits: CrowdLimits) {
    this.#limits = limits
  }

  /** `move` is called when there may be room for who waits. */
  onRoom(move: () => void): void {
    this.#lines.push(move)
  }

  get windows(): Windows {
    return this.#limits.windows()
  }

  get isFull(): boolean {
    return this.#count >= this.#limits.maxConnections()
  }

  /** How long nobody comes in, because connections came too fast. */
  waitMs(nowMs: number): number {
    return this.#pace.waitMs(nowMs)
  }

  passed(nowMs: number): void {
    this.#pace.passed(this.#limits.creationRate(), nowMs, this.windows)
  }

  /** How many an address may have, where it has them all; null where it may have one more. */
  fullFor(address: string): number | null {
    const max = this.#limits.maxConnectionsOf(address)
    return (this.#inside.get(address) ?? 0) >= max ? max : null
  }

  entered(address: string): void {
    this.#inside.set(address, (this.#inside.get(address) ?? 0) + 1)
    this.#count++
  }

  left(address: string): void {
    const count = this.#inside.get(address)! - 1
    if (count > 0) this.#inside.set(address, count)
    else this.#inside.delete(address)
    this.#count--
    for (const move of this.#lines) move()
  }

  /** How long an address is to hear nothing that came too often; who is sent away does not count. */
  overQuotaMs(address: string, nowMs: number): number {
    const perSecond = this.#limits.creationRateOf(address)
    if (perSecond === undefined) return 0
    const { windows } = this
    const rates = (this.#rates ??= new Map())
    const rate = rates.get(address) ?? new SampledRate()
    rates.delete(address)
    rates.set(address, rate)
    if (rates.size > rememberedMax) rates.delete(rates.keys().next().value!)
    rate.record(1, nowMs, windows)
    const throttleMs = rate.throttleMs(perSecond, nowMs, windows)
    if (throttleMs > 0) rate.unrecord(1)
    return Math.min(throttleMs, windows.windowMs)
  }
}
