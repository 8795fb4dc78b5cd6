/** Where clients find a broker, by our names and by those that other libraries have for it. */
import type { BrokerNode } from './door/node-handle'

export abstract class BrokerAddresses {
  abstract get nodes(): readonly BrokerNode[]

  /** `['127.0.0.1:49152']`: what clients call brokers, bootstrapBrokers, bootstrap servers. One for each node. */
  get brokers(): string[] {
    return this.nodes.map(({ address }) => address)
  }

  /** As `brokers`, at another listener than the first, by its name. */
  brokersOf(listener: string): string[] {
    return this.nodes.map(node => node.addressOf(listener))
  }

  get bootstrapServers(): string {
    return this.brokers.join(',')
  }

  /** Of the first node. */
  get host(): string {
    return this.nodes[0]!.host
  }

  get port(): number {
    return this.nodes[0]!.port
  }

  /** As the containers of Testcontainers call it, and the three after it. */
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

  /** As in-memory databases call it. */
  getUri(): string {
    return this.bootstrapServers
  }
}
