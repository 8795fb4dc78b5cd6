/** One node of a cluster, as a test sees it. */
import type { NodeFacts } from './commands'

export interface NodeCommands {
  stop(id: number): Promise<unknown>
  start(id: number): Promise<unknown>
}

export class BrokerNode {
  readonly id: number
  readonly host: string
  readonly port: number
  readonly #commands: NodeCommands
  #isUp = true

  constructor({ id, host, port }: NodeFacts, commands: NodeCommands) {
    this.id = id
    this.host = host
    this.port = port
    this.#commands = commands
  }

  /** `127.0.0.1:49152` */
  get address(): string {
    return `${this.host.includes(':') ? `[${this.host}]` : this.host}:${this.port}`
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /**
   * As when its process dies: it listens no longer, its connections are cut, others lead and coordinate what it did. Where no
   * other has a replica in sync there is nobody to lead.
   */
  async stop(): Promise<void> {
    this.#isUp = false
    await this.#commands.stop(this.id)
  }

  /** It is there again, at the same port. It leads what nobody leads; ElectLeaders gives it back the rest. */
  async start(): Promise<void> {
    await this.#commands.start(this.id)
    this.#isUp = true
  }
}
