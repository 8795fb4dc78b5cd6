/**
 * `odradek/testcontainers`: the classes of @testcontainers/kafka and @testcontainers/redpanda by their names and methods, for
 * suites that use these. There is no container: what concerns one, as the image, is taken and means nothing.
 */
import { staticKey } from '../metadata/config-keys'
import { Broker } from './broker'

/** Settings that say where a container listens and what cluster it is in: that is decided here. */
const ofContainers =
  /listener|^zookeeper|^controller|^process\.roles$|^(node|broker)\.id$|^log\.dirs?$|^offsets\.topic|^transaction\.state|^group\.initial/

class Container {
  readonly #config: { [key: string]: string } = {}

  /** The image is for those who have one. */
  constructor(_image?: string) {}

  /** `KAFKA_NUM_PARTITIONS` is `num.partitions`; what no broker knows, and where to listen, is passed over as in an image. */
  withEnvironment(environment: { readonly [name: string]: string }): this {
    for (const [name, value] of Object.entries(environment)) {
      if (!name.startsWith('KAFKA_')) continue
      const key = name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.')
      if (staticKey(key) && !ofContainers.test(key)) this.#config[key] = value
    }
    return this
  }

  withExposedPorts(..._ports: readonly unknown[]): this {
    return this
  }

  withNetwork(_network: unknown): this {
    return this
  }

  withNetworkAliases(..._aliases: readonly string[]): this {
    return this
  }

  withReuse(): this {
    return this
  }

  withStartupTimeout(_timeoutMs: number): this {
    return this
  }

  async start(): Promise<StartedKafkaContainer> {
    return new StartedKafkaContainer(await Broker.create({ config: this.#config }))
  }
}

export class KafkaContainer extends Container {
  withKraft(): this {
    return this
  }

  withZooKeeper(_host: string, _port: number): this {
    return this
  }
}

export class RedpandaContainer extends Container {}

export class StartedKafkaContainer implements AsyncDisposable {
  /** What the container stands for, with all that it can do. */
  readonly broker: Broker

  constructor(broker: Broker) {
    this.broker = broker
  }

  getHost(): string {
    return this.broker.host
  }

  /** There is one port, whatever it is asked as. */
  getMappedPort(port?: number): number {
    return this.broker.getMappedPort(port)
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

  stop(_options?: object): Promise<void> {
    return this.broker.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
