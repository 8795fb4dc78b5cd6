/** Serves Kafka clients that come through a door, and keeps their connections: how many there may be, how long one may say nothing. */
import type { Cancel } from '../../platform/clock'
import type { Connection } from '../../platform/network'
import { Admission, type AdmissionOptions } from './admission'
import { KafkaConnection, type EdgeOptions } from './connection'
import type { Door } from './door'

export interface ServerOptions extends EdgeOptions, AdmissionOptions {
  /** `connections.max.idle.ms`; -1 is for ever. */
  maxIdleMs(): number
}

const idleSweepMs = 10_000

export class KafkaServer {
  readonly #door: Door
  readonly #options: ServerOptions
  readonly #connections = new Set<KafkaConnection>()
  readonly #admission: Admission
  #stopSweep: Cancel = () => {}
  #whenEmpty: (() => void) | null = null

  constructor(door: Door, options: ServerOptions) {
    this.#door = door
    this.#options = options
    this.#admission = new Admission(options, connection => this.#accept(connection))
  }

  start(): void {
    this.#door.welcome(connection => this.#admission.came(connection))
    this.#sweep()
  }

  get connections(): ReadonlySet<KafkaConnection> {
    return this.#connections
  }

  /** Stops accepting, answers what is under way for at most `graceMs`, then closes what is left. */
  async stop(graceMs: number): Promise<void> {
    this.#stopSweep()
    await this.#door.close()
    this.#admission.close()
    if (this.#connections.size === 0) return
    await new Promise<void>(resolve => {
      const cancel = this.#options.timers.after(graceMs, resolve)
      this.#whenEmpty = () => {
        cancel()
        resolve()
      }
      for (const connection of this.#connections) connection.drainAndEnd()
    })
    for (const connection of this.#connections) connection.destroy()
  }

  #accept(connection: Connection): KafkaConnection {
    const accepted = new KafkaConnection(connection, this.#options, ended => {
      this.#connections.delete(ended)
      this.#admission.left(connection.remote.host)
      if (this.#connections.size === 0) this.#whenEmpty?.()
    })
    this.#connections.add(accepted)
    return accepted
  }

  #sweep(): void {
    this.#stopSweep = this.#options.clientTime.timers.after(idleSweepMs, () => {
      const maxIdleMs = this.#options.maxIdleMs()
      for (const connection of this.#connections) if (connection.isIdleFor(maxIdleMs)) connection.destroy()
      this.#sweep()
    })
  }
}
