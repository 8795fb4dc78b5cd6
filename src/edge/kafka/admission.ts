/**
 * Who may come in, and when. Where there is no room for one more connection, or connections come faster than the broker
 * takes them, they wait in a line, as in the backlog of Kafka's acceptor. An address with too many is sent away at once; one
 * that is faster than its quota hears nothing for a while, and is then sent away (KIP-402, KIP-612).
 */
import type { Cancel, Clock, Timers } from '../../platform/clock'
import type { Connection, ConnectionEvents } from '../../platform/network'
import type { Complaints } from './complaints'
import { type Crowd, Pace } from './crowd'
import { type Accept, Early } from './early'

/** Asked anew for each connection, since both change while the broker runs. */
export interface ListenerLimits {
  /** `listener.name.NAME.max.connections`, beside that of the broker. */
  maxOfListener(): number
  /** `listener.name.NAME.max.connection.creation.rate`. */
  rateOfListener(): number
}

export interface AdmissionOptions extends ListenerLimits {
  /** Those inside by this listener and by others. */
  readonly crowd: Crowd
  readonly clock: Clock
  readonly timers: Timers
  readonly complaints: Complaints
}

/** More than this many are not kept waiting: they are closed and come again. */
const waitingMax = 1_000

/** Whether a connection enters, waits in the line, or is sent away after so many milliseconds. */
type Verdict = 'enters' | 'waits' | { readonly awayAfterMs: number; readonly why: string }

export class Admission {
  readonly #options: AdmissionOptions
  readonly #accept: Accept
  readonly #pace = new Pace()
  #count = 0
  #line: Early[] = []
  /** Those that hear nothing for a while. Made when it is needed, which it mostly is not. */
  #away: Map<Early, Cancel> | null = null
  #wake: Cancel = () => {}

  constructor(options: AdmissionOptions, accept: Accept) {
    this.#options = options
    this.#accept = accept
    options.crowd.onRoom(() => this.#move())
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
    this.#count--
    this.#options.crowd.left(address)
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
    this.#options.crowd.entered(connection.remote.host)
    this.#count++
    return this.#accept(connection)
  }

  #judge(address: string): Verdict {
    const { crowd, clock, maxOfListener, rateOfListener } = this.#options
    const nowMs = clock.monotonic()
    if (crowd.isFull || this.#count >= maxOfListener()) return 'waits'
    const waitMs = Math.max(crowd.waitMs(nowMs), this.#pace.waitMs(nowMs))
    if (waitMs > 0) {
      this.#moveAfter(waitMs)
      return 'waits'
    }
    const awayAfterMs = crowd.overQuotaMs(address, nowMs)
    if (awayAfterMs > 0) return { awayAfterMs, why: 'its address is faster than its quota of new connections' }
    const max = crowd.fullFor(address)
    if (max !== null) return { awayAfterMs: 0, why: `its address has as many connections as it may: ${max}` }
    crowd.passed(nowMs)
    this.#pace.passed(rateOfListener(), nowMs, crowd.windows)
    return 'enters'
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
    this.#options.complaints.about(early.connection.remote, 'connection-refused', why)
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
