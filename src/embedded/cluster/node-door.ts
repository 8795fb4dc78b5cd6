/** The door of one node of a cluster, with a port for each listener. It may be shut as when the node is gone, and opened again. */
import { Door, type DoorHost, type DoorRoom } from '../../edge/kafka/door'
import { KafkaServer, type ServerOptions } from '../../edge/kafka/server'
import type { NodeConfig } from '../../node/config/config'
import type { Address } from '../../platform/network'
import type { Platform } from '../../platform/platform'

/** Somebody else may have the port for a moment, as a connection that looked for us and found itself. */
const reopenAttemptsMax = 100
const reopenPauseMs = 50

/** The process that a cluster is in. With `room` it belongs to the broker; else the broker is a guest, and bounds nobody. */
export interface Host extends Platform {
  readonly room?: DoorRoom
}

export class NodeDoor {
  /** In the order of the listeners. */
  readonly addresses: readonly Address[]
  readonly #host: DoorHost
  #doors: readonly Door[]
  #servers: readonly KafkaServer[] = []
  #isOpen = true

  private constructor(host: DoorHost, doors: readonly Door[]) {
    this.#host = host
    this.#doors = doors
    this.addresses = doors.map(({ address }) => address)
  }

  /** Takes the ports, and lets nobody in before `welcome`. */
  static async open(host: DoorHost, addresses: readonly Address[]): Promise<NodeDoor> {
    return new NodeDoor(host, await openAll(host, addresses))
  }

  /** That of the first listener. */
  get address(): Address {
    return this.addresses[0]!
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  get connectionCount(): number {
    return this.#servers.reduce((sum, { connections }) => sum + connections.size, 0)
  }

  welcome(servings: readonly ServerOptions[]): void {
    this.#servers = this.#doors.map((door, nth) => new KafkaServer(door, servings[nth]!))
    for (const server of this.#servers) server.start()
  }

  /** Ends all connections, and gives how many there were. */
  disconnect(): number {
    const open = this.#servers.flatMap(({ connections }) => [...connections])
    for (const connection of open) connection.destroy()
    return open.length
  }

  /** Nobody gets in any more; those who are in stay. */
  async close(): Promise<void> {
    await Promise.all(this.#doors.map(door => door.close()))
  }

  async shut(): Promise<void> {
    this.#isOpen = false
    const closed = this.close()
    this.disconnect()
    await this.stop(0)
    await closed
  }

  /** As `open`, at the ports that it had. Rejects with the network's error when somebody else keeps one. */
  async reopen(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        this.#doors = await openAll(this.#host, this.addresses)
        this.#isOpen = true
        return
      } catch (error) {
        if (attempt === reopenAttemptsMax) throw error
        await new Promise<void>(resolve => this.#host.timers.after(reopenPauseMs, resolve))
      }
    }
  }

  /** Answers what is under way for at most `drainMs`. */
  async stop(drainMs: number): Promise<void> {
    await Promise.all(this.#servers.map(server => server.stop(drainMs)))
  }
}

/** Rejects with the network's error; nothing is left open then. */
async function openAll(host: DoorHost, addresses: readonly Address[]): Promise<readonly Door[]> {
  const doors: Door[] = []
  try {
    for (const address of addresses) doors.push(await Door.open(host, address))
    return doors
  } catch (error) {
    await Promise.all(doors.map(door => door.close()))
    throw error
  }
}

/** One port after the other, or free ones. Rejects as `NodeDoor.open`. */
export async function openDoors(host: DoorHost, { listeners }: NodeConfig, count: number): Promise<NodeDoor[]> {
  const doors: NodeDoor[] = []
  try {
    for (let nth = 0; nth < count; nth++) {
      const addresses = listeners.map(({ listen: { host, port } }) => ({ host, port: port === 0 ? 0 : port + nth }))
      doors.push(await NodeDoor.open(host, addresses))
    }
    return doors
  } catch (error) {
    await Promise.all(doors.map(door => door.close()))
    throw error
  }
}
