/** One node of a cluster, as a test sees it. */
import { BrokerError, type NodeFacts } from '../contract/commands'
import { reachableHost, serversOf } from '../contract/environment'
import { shape, text } from '../contract/kinds'

export interface NodeCommands {
  stop(id: number): Promise<unknown>
  start(id: number): Promise<unknown>
}

/** `drainMs` and its like are for a whole broker: a node goes at once. */
export interface NoOptions {
  readonly [name: string]: never
}

const noOptions = shape<NoOptions>({})

export class BrokerNode {
  readonly id: number
  /** At which clients on this machine reach it: of a broker that listens on every interface, that is the loopback. */
  readonly host: string
  readonly port: number
  readonly #listeners: NodeFacts['listeners']
  readonly #commands: NodeCommands
  #isUp = true

  constructor({ id, host, port, listeners }: NodeFacts, commands: NodeCommands) {
    this.id = id
    this.host = reachableHost(host)
    this.port = port
    this.#listeners = listeners
    this.#commands = commands
  }

  /** `127.0.0.1:49152` */
  get address(): string {
    return serversOf([this])
  }

  /** That of a listener, by its name in `listeners`. Throws BrokerError for one that there is not. */
  addressOf(listener: string): string {
    text(listener, 'a listener')
    const found = this.#listeners.find(({ name }) => name === listener.toUpperCase())
    if (found) return serversOf([found])
    const names = this.#listeners.map(({ name }) => name).join(', ')
    throw new BrokerError(`there is no listener ${listener}; there are ${names}`, null)
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /**
   * As when its process dies: it listens no longer, its connections are cut, others lead and coordinate what it did. Where no
   * other has a replica in sync there is nobody to lead.
   */
  async stop(options: NoOptions = {}): Promise<void> {
    noOptions(options, 'stop of a node')
    this.#isUp = false
    await this.#commands.stop(this.id)
  }

  /** It is there again, at the same port. It leads what nobody leads; ElectLeaders gives it back the rest. */
  async start(options: NoOptions = {}): Promise<void> {
    noOptions(options, 'start of a node')
    await this.#commands.start(this.id)
    this.#isUp = true
  }
}
