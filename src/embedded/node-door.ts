/** The door of one node of a cluster. It may be shut as when the node is gone, and opened again at the same port. */
import { Door } from '../edge/kafka/door'
import { KafkaServer, type ServerOptions } from '../edge/kafka/server'
import type { Timers } from '../platform/clock'
import type { Address, Network } from '../platform/network'

/** Somebody else may have the port for a moment, as a connection that looked for us and found itself. */
const reopenAttemptsMax = 100
const reopenPauseMs = 50

export class NodeDoor {
  readonly address: Address
  readonly #network: Network
  #door: Door
  #server: KafkaServer | null = null
  #isOpen = true

  private constructor(network: Network, door: Door) {
    this.#network = network
    this.#door = door
    this.address = door.address
  }

  /** Takes the port, and lets nobody in before `welcome`. */
  static async open(network: Network, address: Address): Promise<NodeDoor> {
    return new NodeDoor(network, await Door.open(network, address))
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  get connectionCount(): number {
    return this.#server?.connections.size ?? 0
  }

  welcome(serving: ServerOptions): void {
    this.#server = new KafkaServer(this.#door, serving)
    this.#server.start()
  }

  /** Ends all connections, and gives how many there were. */
  disconnect(): number {
    const open = [...(this.#server?.connections ?? [])]
    for (const connection of open) connection.destroy()
    return open.length
  }

  /** Nobody gets in any more; those who are in stay. */
  async close(): Promise<void> {
    await this.#door.close()
  }

  async shut(): Promise<void> {
    this.#isOpen = false
    const closed = this.#door.close()
    this.disconnect()
    await this.#server?.stop(0)
    await closed
  }

  /** As `open`, at the port that it had. Rejects with the network's error when somebody else keeps that. */
  async reopen(timers: Timers): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        this.#door = await Door.open(this.#network, this.address)
        this.#isOpen = true
        return
      } catch (error) {
        if (attempt === reopenAttemptsMax) throw error
        await new Promise<void>(resolve => timers.after(reopenPauseMs, resolve))
      }
    }
  }

  /** Answers what is under way for at most `drainMs`. */
  async stop(drainMs: number): Promise<void> {
    await this.#server?.stop(drainMs)
  }
}
