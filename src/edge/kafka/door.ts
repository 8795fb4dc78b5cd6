/**
 * A port that is taken before there is anybody to serve it, so that a start that fails for the port has touched nothing
 * else. Who connects early waits until the broker is ready, as with Apache Kafka.
 */
import type { Address, Connection, ConnectionEvents, Listener, Network } from '../../platform/network'
import { type Accept, Early } from './early'

/** More than this many need not wait: they are closed and come again. */
const waitingMax = 1_000

/** How many connections a process takes, over all of its doors. */
export interface DoorRoom {
  readonly max: number
  /** Hears of one that found no room, and was closed. */
  refused(remote: Address): void
}

const boundless: DoorRoom = { max: Infinity, refused() {} }

/** Hears nothing of a connection that is over. */
const nobody: ConnectionEvents = { data() {}, closed() {} }

export class Door {
  readonly address: Address
  readonly #network: Network
  readonly #room: DoorRoom
  #listener: Listener | null
  #accept: Accept | null = null
  readonly #waiting = new Set<Early>()

  private constructor(network: Network, listener: Listener, room: DoorRoom) {
    this.#network = network
    this.#room = room
    this.#listener = listener
    this.address = listener.address
  }

  /** Rejects with the network's error. */
  static async open(network: Network, address: Address, room = boundless): Promise<Door> {
    const listener = await network.listen(address, connection => door.#came(connection))
    const door = new Door(network, listener, room)
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
    const early = new Early(connection, () => this.#waiting.delete(early))
    if (this.#waiting.size < waitingMax) this.#waiting.add(early)
    else connection.destroy()
    return early
  }
}
