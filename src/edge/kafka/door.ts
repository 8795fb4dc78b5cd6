/**
 * A port that is taken before there is anybody to serve it, so that a start that fails for the port has touched nothing
 * else. Who connects early waits until the broker is ready, but not for so long that it takes a broker without an answer
 * for one of an older release, as librdkafka does after ten seconds: it is closed then, and comes again.
 */
import type { Timers } from '../../platform/clock'
import type { Address, Connection, ConnectionEvents, Listener, Network } from '../../platform/network'
import { type Accept, Early } from './early'

/** More than this many need not wait: they are closed and come again. */
const waitingMax = 1_000

/** Half of `api.version.request.timeout.ms`, which is the shortest wait for an answer among the usual clients. */
const waitMaxMs = 5_000

/** How many connections a process takes, over all of its doors. */
export interface DoorRoom {
  readonly max: number
  /** Hears of one that found no room, and was closed. */
  refused(remote: Address): void
}

/** Where doors are opened. Without room, as many connections come in as want to. */
export interface DoorHost {
  readonly network: Network
  readonly timers: Timers
  readonly room?: DoorRoom
}

const boundless: DoorRoom = { max: Infinity, refused() {} }

/** Hears nothing of a connection that is over. */
const nobody: ConnectionEvents = { data() {}, closed() {} }

export class Door {
  readonly address: Address
  readonly #network: Network
  readonly #timers: Timers
  readonly #room: DoorRoom
  #listener: Listener | null
  #accept: Accept | null = null
  readonly #waiting = new Set<Early>()

  private constructor({ network, timers, room = boundless }: DoorHost, listener: Listener) {
    this.#network = network
    this.#timers = timers
    this.#room = room
    this.#listener = listener
    this.address = listener.address
  }

  /** Rejects with the network's error. */
  static async open(host: DoorHost, address: Address): Promise<Door> {
    const listener = await host.network.listen(address, connection => door.#came(connection))
    const door = new Door(host, listener)
    return door
  }

  /** Lets everybody in: those who wait, and from now on whoever comes. */
  welcome(accept: Accept): void {
    this.#accept = accept
    for (const early of this.#waiting) early.enter(accept)
    this.#waiting.clear()
  }

  /** Takes nobody any more, and sends away those who wait. */
  async close(): Promise<void> {
    for (const early of this.#waiting) early.connection.destroy()
    this.#waiting.clear()
    const listener = this.#listener
    this.#listener = null
    await listener?.close()
  }

  #came(connection: Connection): ConnectionEvents {
    if (this.#network.acceptedCount > this.#room.max) {
      connection.destroy()
      this.#room.refused(connection.remote)
      return nobody
    }
    if (this.#accept) return this.#accept(connection)
    if (this.#waiting.size >= waitingMax) {
      connection.destroy()
      return nobody
    }
    const tooLong = this.#timers.after(waitMaxMs, () => connection.destroy())
    const early = new Early(connection, () => {
      tooLong()
      this.#waiting.delete(early)
    })
    this.#waiting.add(early)
    return early
  }
}
