/**
 * `odradek/testcontainers`: the classes of @testcontainers/kafka and @testcontainers/redpanda by their names and methods, for
 * suites that use these. There is no container: what concerns one, as the image, is taken and means nothing, and what only a
 * container can do is refused.
 */
import type { Readable } from 'node:stream'
import { staticKey } from '../../metadata/config/keys'
import { Broker } from '../broker'
import { BrokerError } from '../contract/commands'
import { ContainerLog } from './log'
import { ContainerOptions, noContainer } from './options'

/** Settings that say where a container listens and what cluster it is in: that is decided here. */
const ofContainers =
  /listener|^zookeeper|^controller|^process\.roles$|^(node|broker)\.id$|^log\.dirs?$|^offsets\.topic|^transaction\.state|^group\.initial/

/** As Apache Kafka's images have it: `_` stands for a dot, `__` for `_`, `___` for `-`. */
const keyOf = (name: string): string =>
  name
    .slice('KAFKA_'.length)
    .toLowerCase()
    .replace(/_{1,3}/g, run => ({ 1: '.', 2: '_', 3: '-' })[run.length]!)

abstract class Container extends ContainerOptions {
  readonly #config: { [key: string]: string } = {}
  readonly #consumers: ((stream: Readable) => unknown)[] = []

  /** The image is for those who have one. */
  constructor(_image?: string) {
    super()
  }

  /** `KAFKA_NUM_PARTITIONS` is `num.partitions`; what no broker knows, and where to listen, is passed over as in an image. */
  withEnvironment(environment: { readonly [name: string]: string }): this {
    for (const [name, value] of Object.entries(environment)) {
      if (!name.startsWith('KAFKA_')) continue
      const key = keyOf(name)
      if (staticKey(key) && !ofContainers.test(key)) this.#config[key] = value
    }
    return this
  }

  /** Given a stream of the broker's log, of which there are warnings and errors. */
  withLogConsumer(consumer: (stream: Readable) => unknown): this {
    this.#consumers.push(consumer)
    return this
  }

  protected async open(): Promise<Started> {
    const log = new ContainerLog()
    for (const consumer of this.#consumers) consumer(log.stream())
    return { broker: await Broker.create({ config: this.#config, log: log.add }), log }
  }
}

interface Started {
  readonly broker: Broker
  readonly log: ContainerLog
}

export class KafkaContainer extends Container {
  async start(): Promise<StartedKafkaContainer> {
    const { broker, log } = await this.open()
    return new StartedKafkaContainer(broker, log)
  }

  withKraft(): this {
    return this
  }

  withZooKeeper(_host: string, _port: number): this {
    return this
  }

  withSaslSslListener(_options: object): this {
    return noContainer('withSaslSslListener', 'TLS; startBroker({ sasl: { users } }) asks clients who they are')
  }
}

export class RedpandaContainer extends Container {
  async start(): Promise<StartedRedpandaContainer> {
    const { broker, log } = await this.open()
    return new StartedRedpandaContainer(broker, log)
  }
}

/** What a container that was stopped is still good for. */
export interface StoppedContainer {
  getId(): string
}

export class StartedKafkaContainer implements AsyncDisposable {
  /** What the container stands for, with all that it can do. */
  readonly broker: Broker
  readonly #log: ContainerLog

  constructor(broker: Broker, log = new ContainerLog()) {
    this.broker = broker
    this.#log = log
  }

  getHost(): string {
    return this.broker.host
  }

  getHostname(): string {
    return this.broker.host
  }

  /** There is one port, whatever it is asked as. */
  getMappedPort(_port?: number | string, _protocol?: string): number {
    return this.broker.port
  }

  getFirstMappedPort(): number {
    return this.broker.port
  }

  getBootstrapServers(): string {
    return this.broker.bootstrapServers
  }

  getId(): string {
    return this.broker.clusterId
  }

  getName(): string {
    return `odradek-${this.broker.clusterId}`
  }

  getLabels(): { readonly [name: string]: string } {
    return {}
  }

  /** It is in none; programs of this machine come to it by `getHost`. */
  getNetworkNames(): string[] {
    return []
  }

  getNetworkId(_name: string): string {
    return noContainer('getNetworkId', 'network that it is in')
  }

  getIpAddress(_name: string): string {
    return noContainer('getIpAddress', 'network that it is in; getHost() and getMappedPort() say where it is')
  }

  /** Ends when the broker does. */
  async logs(_options?: object): Promise<Readable> {
    return this.#log.stream()
  }

  async exec(command: string | readonly string[], _options?: object): Promise<never> {
    const [program = ''] = typeof command === 'string' ? [command] : command
    return noContainer(
      'exec',
      `'${program}' to run in it: createTopics, produce and others of container.broker do that`,
    )
  }

  async commit(_options?: object): Promise<never> {
    return noContainer('commit', 'image of it; container.broker.snapshot() remembers what is there')
  }

  async copyFilesToContainer(_files: readonly object[]): Promise<never> {
    return noContainer('copyFilesToContainer', 'files to read')
  }

  async copyDirectoriesToContainer(_directories: readonly object[]): Promise<never> {
    return noContainer('copyDirectoriesToContainer', 'files to read')
  }

  async copyContentToContainer(_contents: readonly object[]): Promise<never> {
    return noContainer('copyContentToContainer', 'files to read')
  }

  async copyArchiveToContainer(_archive: unknown, _target?: string, _options?: object): Promise<never> {
    return noContainer('copyArchiveToContainer', 'files to read')
  }

  async copyArchiveFromContainer(_path: string): Promise<never> {
    return noContainer('copyArchiveFromContainer', 'files to copy')
  }

  /** Connections are cut, and it is there again at the same port with all that it had. */
  async restart(_options?: object): Promise<void> {
    const [node] = this.broker.nodes
    await node!.stop()
    await node!.start()
  }

  /** What it held is gone. */
  async stop(_options?: object): Promise<StoppedContainer> {
    const id = this.getId()
    await this.broker.stop()
    this.#log.end()
    return { getId: () => id }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/** Ports of Redpanda at which there is something else than Kafka. */
const otherPorts: { readonly [port: string]: string } = {
  8081: 'schema registry',
  8082: 'REST proxy',
  9644: 'admin API',
}

export class StartedRedpandaContainer extends StartedKafkaContainer {
  override getMappedPort(port?: number | string, protocol?: string): number {
    const other = otherPorts[String(port).replace('/tcp', '')]
    if (other) throw without(other)
    return super.getMappedPort(port, protocol)
  }

  getSchemaRegistryAddress(): string {
    throw without(otherPorts[8081]!)
  }

  getRestProxyAddress(): string {
    throw without(otherPorts[8082]!)
  }

  getAdminAddress(): string {
    throw without(otherPorts[9644]!)
  }
}

const without = (what: string): BrokerError =>
  new BrokerError(`odradek/testcontainers has no ${what} of Redpanda.`, null)
