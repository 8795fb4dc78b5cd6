/** Who listens to the clusters of an engine: a broker, and those that were made of it. */
import type { BrokerEvents, EventName, ToldEvent } from './contract/cluster-events'

type Listener = (what: never) => unknown

interface Listening {
  readonly cluster: number
  readonly name: EventName
  readonly listener: Listener
}

export class Listeners {
  readonly #all = new Set<Listening>()

  /**
   * Nothing that happens after the promise resolves is missed. The result ends it at once. `listen` is told all the names
   * that are wanted of that cluster.
   */
  async on<N extends EventName>(
    cluster: number,
    name: N,
    listener: (what: BrokerEvents[N]) => unknown,
    listen: (names: readonly EventName[]) => Promise<unknown>,
  ): Promise<() => void> {
    const one = { cluster, name, listener }
    this.#all.add(one)
    try {
      await listen([...new Set([...this.#of(cluster)].map(other => other.name))])
    } catch (error) {
      this.#all.delete(one)
      throw error
    }
    return () => void this.#all.delete(one)
  }

  /** Listeners run in a turn of their own: one that throws is a rejection that nobody handled, wherever the broker runs. */
  heard(cluster: number, { name, what }: ToldEvent): void {
    for (const one of this.#of(cluster)) {
      if (one.name !== name) continue
      void Promise.resolve().then(() => (this.#all.has(one) ? one.listener(what as never) : undefined))
    }
  }

  #of(cluster: number): Listening[] {
    return [...this.#all].filter(one => one.cluster === cluster)
  }
}
