/** A broker as a test sees it, wherever it runs. */
import { nodeOrigins } from '../platform/node/origins'
import { complain } from '../platform/node/logger'
import type { Cancel } from '../platform/clock'
import {
  BrokerError,
  type ClientFacts,
  type ClusterFacts,
  type Command,
  type Engine,
  type Gives,
  type Takes,
} from './commands'
import { leftoverLines } from './leftovers'
import { openEngine } from './open-engine'
import { type BrokerOptions, checkOptions, startOptionsOf, type TopicSpec, topicSpecOf } from './options'

const drainMsDefault = 500

/** Starts a broker and resolves when it serves. Rejects with BrokerError, and has then left nothing behind. */
export function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  return Broker.create(options)
}

export class Broker implements AsyncDisposable {
  readonly #options: BrokerOptions
  #engine: Engine | null = null
  #facts: ClusterFacts | null = null
  #unwatch: Cancel = () => {}
  #starting: Promise<this> | null = null
  #stopping: Promise<void> | null = null

  /** Throws TypeError for options that nobody knows. Nothing runs before `start`. */
  constructor(options: BrokerOptions = {}) {
    checkOptions(options)
    this.#options = options
  }

  static async create(options: BrokerOptions = {}): Promise<Broker> {
    return new Broker(options).start()
  }

  /** Resolves when it serves and the topics of its options have leaders. Asking again waits for the same start. */
  start(): Promise<this> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  async #start(): Promise<this> {
    const engine = openEngine(this.#options.isolation ?? 'worker', { log: line => this.#logged(line) })
    this.#unwatch = nodeOrigins.watch()
    try {
      this.#facts = await engine.ask(0, 'start', startOptionsOf(this.#options))
      this.#engine = engine
      return this
    } catch (error) {
      this.#unwatch()
      await engine.close()
      throw error
    }
  }

  /**
   * Says which clients are still connected, answers what is under way for at most `drainMs`, and closes everything. Stopping
   * what was never started, or twice, does nothing more.
   */
  stop(options: { readonly drainMs?: number } = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.drainMs ?? drainMsDefault)
    return this.#stopping
  }

  async #stop(drainMs: number): Promise<void> {
    if (this.#starting === null) return
    await this.#starting.catch(() => undefined)
    const engine = this.#engine
    if (engine === null) return
    try {
      const left = await engine.ask(this.#started.cluster, 'stop', { drainMs })
      this.#sayLeft(left)
    } finally {
      this.#unwatch()
      await engine.close()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** `['127.0.0.1:49152']`: what clients call brokers, bootstrapBrokers, bootstrap servers. */
  get brokers(): string[] {
    const { host, port } = this.#started
    return [`${host.includes(':') ? `[${host}]` : host}:${port}`]
  }

  get bootstrapServers(): string {
    return this.brokers.join(',')
  }

  get host(): string {
    return this.#started.host
  }

  get port(): number {
    return this.#started.port
  }

  get clusterId(): string {
    return this.#started.clusterId
  }

  /** Variables by which programs are usually told where Kafka is. */
  env(): Record<string, string> {
    const servers = this.bootstrapServers
    const names = ['KAFKA_BROKERS', 'KAFKA_BOOTSTRAP_SERVERS', 'BOOTSTRAP_SERVERS', 'SPRING_KAFKA_BOOTSTRAP_SERVERS']
    return Object.fromEntries(names.map(name => [name, servers]))
  }

  /** As the containers of Testcontainers call it, and the four after it. */
  getBootstrapServers(): string {
    return this.bootstrapServers
  }

  getHost(): string {
    return this.host
  }

  /** There is one port, whatever it is asked as. */
  getMappedPort(_port?: number): number {
    return this.port
  }

  getFirstMappedPort(): number {
    return this.port
  }

  getUri(): string {
    return this.bootstrapServers
  }

  /** Resolves when they have leaders. Rejects with BrokerError, as TOPIC_ALREADY_EXISTS; others are created then. */
  async createTopics(...topics: readonly (string | TopicSpec)[]): Promise<void> {
    await this.#ask('createTopics', topics.map(topicSpecOf))
  }

  /** Resolves when they are gone. */
  async deleteTopics(...names: readonly string[]): Promise<void> {
    await this.#ask('deleteTopics', names)
  }

  /** Who is connected and has asked something. */
  connections(): Promise<readonly ClientFacts[]> {
    return this.#ask('connections', null)
  }

  get #started(): ClusterFacts {
    if (this.#facts === null) throw new BrokerError('this broker has not been started: await broker.start()', null)
    return this.#facts
  }

  async #ask<C extends Command>(command: C, argument: Takes<C>): Promise<Gives<C>> {
    const { cluster } = this.#started
    return this.#engine!.ask(cluster, command, argument)
  }

  #sayLeft(left: readonly ClientFacts[]): void {
    for (const line of leftoverLines(left, port => nodeOrigins.of(port))) this.#say(`odradek: ${line}`)
  }

  #logged(line: string): void {
    this.#say(line)
  }

  #say(line: string): void {
    const { log } = this.#options
    if (typeof log === 'function') log(line)
    else if (log !== 'silent') complain(line)
  }
}
