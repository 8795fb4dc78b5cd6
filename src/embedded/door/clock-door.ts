/** `broker.clock`: how a test moves the time. */
import { durationMs } from '../contract/duration'
import type { Ask } from './fault-door'
import { kind } from '../contract/kinds'

/** Where timers are fake, dates are made by another class. */
const date = kind('a Date from 1970 on, as records can have', value => {
  return Number((value as Partial<Date> | null)?.getTime?.() ?? Number.NaN) >= 0
})

export class ClockDoor {
  readonly #ask: Ask

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** Milliseconds since the epoch, as this broker has it. So give the others, when it is done. */
  now(): Promise<number> {
    return this.#ask('time', { move: 'none' })
  }

  /** Milliseconds, or a text as `90s`, `15m`, `12h`, `7d`. Resolves when what falls due in it has happened. */
  async advance(by: number | string): Promise<number> {
    return this.#ask('time', { move: 'advance', byMs: durationMs(by) })
  }

  /** Time stands still, at a time of day if one is given. */
  async freeze(at?: Date): Promise<number> {
    if (at !== undefined) date(at, 'the time of clock.freeze')
    return this.#ask('time', { move: 'freeze', atMs: at?.getTime() ?? null })
  }

  resume(): Promise<number> {
    return this.#ask('time', { move: 'resume' })
  }
}
