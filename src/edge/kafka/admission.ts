/**
 * Who may come in, and when. Where there is no room for one more connection, or connections come faster than the broker
 * takes them, they wait in a line, as in the backlog of Kafka's acceptor. An address with too many is sent away at once; one
 * that is faster than its quota hears nothing for a while, and is then sent away (KIP-402, KIP-612).
 */
import { SampledRate, type Windows } from '../../broker/quotas/sampled-rate'
import type { Cancel, Clock, Timers } from '../../platform/clock'
import type { Logger } from '../../platform/logger'
import type { Connection, ConnectionEvents } from '../../platform/network'
import { type Accept, Early } from './early'

/** Asked anew for each connection, since all of them change while the broker runs. */
export interface AdmissionLimits {
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

type Options = AdmissionLimits & { readonly clock: Clock; readonly timers: Timers; readonly logger: Logger }

/** More than this many are not kept waiting: they are closed and come again. */
const waitingMax = 1_000
/** Addresses whose rate is remembered; those seen last stay. */
const rememberedMax = 10_000
/** `max.connection.creation.rate` where nobody set one: nothing is measured. */
const boundless = 0x7fff_ffff

/** Whether a connection enters, waits in the line, or is sent away after so many milliseconds. */
type Verdict = 'enters' | 'waits' | { readonly awayAfterMs: number; readonly why: string }

export class Admission {
  readonly #options: Options
  readonly #accept: Accept
  /** How many each address has inside. */
  readonly #inside = new Map<string, number>()
  #count = 0
  #line: Early[] = []
  /** Those that hear nothing for a while. Like what follows made when it is needed, which it mostly is not. */
  #away: Map<Early, Cancel> | null = null
  #rate: SampledRate | null = null
  /** By address, least recently seen first. */
  #rates: Map<string, SampledRate> | null = null
  /** Until when the line does not move, because connections came too fast. */
  #notBeforeMs = -Infinity
  #wake: Cancel = () => {}

  constructor(options: Options, accept: Accept) {
    this.#options = options
    this.#accept = accept
  }

  came(connection: Connection): ConnectionEvents {
    const verdict = this.#line.length > 0 ? 'waits' : this.#judge(connection.remote.host)
    if (verdict === 'enters') return this.#enter(connection)
    const early: Early = new Early(connection, () => this.#forget(early))
    if (verdict !== 'waits') this.#sendAway(early, verdict)
    else if (this.#line.length < waitingMax) this.#line.push(early)
    else connection.destroy()
    return early
  }

  /** One that was inside has gone. */
  left(address: string): void {
    const count = this.#inside.get(address)! - 1
    if (count > 0) this.#inside.set(address, count)
    else this.#inside.delete(address)
    this.#count--
    this.#move()
  }

  /** Sends away all who are not inside. */
  close(): void {
    this.#wake()
    const away = this.#away ?? new Map<Early, Cancel>()
    const waiting = [...this.#line, ...away.keys()]
    this.#line = []
    for (const cancel of away.values()) cancel()
    away.clear()
    for (const { connection } of waiting) connection.destroy()
  }

  #enter(connection: Connection): ConnectionEvents {
    const { host } = connection.remote
    this.#inside.set(host, (this.#inside.get(host) ?? 0) + 1)
    this.#count++
    return this.#accept(connection)
  }

  #judge(address: string): Verdict {
    const { maxConnections, maxConnectionsOf, clock } = this.#options
    const nowMs = clock.monotonic()
    if (this.#count >= maxConnections()) return 'waits'
    if (nowMs < this.#notBeforeMs) {
      this.#moveAfter(this.#notBeforeMs - nowMs)
      return 'waits'
    }
    const awayAfterMs = this.#overQuotaMs(address, nowMs)
    if (awayAfterMs > 0) return { awayAfterMs, why: 'its address is faster than its quota of new connections' }
    const max = maxConnectionsOf(address)
    if ((this.#inside.get(address) ?? 0) >= max)
      return { awayAfterMs: 0, why: `its address has as many connections as it may: ${max}` }
    this.#paced(nowMs)
    return 'enters'
  }

  /** How long an address is to hear nothing that came too often; who is sent away does not count. */
  #overQuotaMs(address: string, nowMs: number): number {
    const perSecond = this.#options.creationRateOf(address)
    if (perSecond === undefined) return 0
    const windows = this.#options.windows()
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

  /** Whoever comes next waits if this one was too fast. */
  #paced(nowMs: number): void {
    const perSecond = this.#options.creationRate()
    if (perSecond === boundless) return
    const windows = this.#options.windows()
    const rate = (this.#rate ??= new SampledRate())
    rate.record(1, nowMs, windows)
    this.#notBeforeMs = nowMs + Math.min(rate.throttleMs(perSecond, nowMs, windows), windows.windowMs)
  }

  #move(): void {
    for (let next = this.#line[0]; next; next = this.#line[0]) {
      const verdict = this.#judge(next.connection.remote.host)
      if (verdict === 'waits') return
      this.#line.shift()
      if (verdict === 'enters') next.enter(connection => this.#enter(connection))
      else this.#sendAway(next, verdict)
    }
  }

  #moveAfter(ms: number): void {
    this.#wake()
    this.#wake = this.#options.timers.after(ms, () => this.#move())
  }

  #sendAway(early: Early, { awayAfterMs, why }: Exclude<Verdict, string>): void {
    const { remote } = early.connection
    this.#options.logger.warn('connection-refused', { client: `${remote.host}:${remote.port}`, why })
    const cancel = this.#options.timers.after(awayAfterMs, () => {
      this.#away?.delete(early)
      early.connection.destroy()
    })
    this.#away ??= new Map()
    this.#away.set(early, cancel)
  }

  /** It ended by itself before it was inside. */
  #forget(early: Early): void {
    this.#away?.get(early)?.()
    this.#away?.delete(early)
    this.#line = this.#line.filter(one => one !== early)
  }
}
