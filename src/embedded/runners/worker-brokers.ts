/** Brokers that all files of tests share which one worker of a test runner runs. */
import { isDeepStrictEqual } from 'node:util'
import { Broker } from '../broker'
import type { BrokerOptions } from '../contract/options'

export class WorkerBrokers {
  readonly #held: { readonly options: BrokerOptions; readonly broker: Broker }[] = []

  /** The same for the same options. Rejects as `startBroker`, and whoever asks then tries anew. */
  async of(options: BrokerOptions): Promise<Broker> {
    const held = this.#held.find(one => isDeepStrictEqual(one.options, options))
    if (held) return held.broker.start()
    const begun = { options, broker: new Broker(options) }
    this.#held.push(begun)
    try {
      return await begun.broker.start()
    } catch (error) {
      this.#held.splice(this.#held.indexOf(begun), 1)
      throw error
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#held.splice(0).map(({ broker }) => broker.stop()))
  }
}
