/** One cluster of one node with a door of its own, and what tests ask of it. */
import { Door } from '../edge/kafka/door'
import { KafkaServer } from '../edge/kafka/server'
import type { NodeConfig } from '../node/config'
import { type Core, openCore, servingOf } from '../node/core'
import { openMetadataStore, openStore } from '../node/store'
import type { Platform } from '../platform/platform'
import { BrokerError, type ClientFacts } from './commands'
import { Watch } from './watch'

/** How long a client that is just closing its connections has to be gone before it counts as forgotten. */
const farewellMs = 50

export class Cluster {
  readonly watch: Watch
  readonly #platform: Platform
  readonly #door: Door
  readonly #server: KafkaServer
  readonly #core: Core
  #stopping: Promise<readonly ClientFacts[]> | null = null

  private constructor(platform: Platform, door: Door, core: Core, watch: Watch) {
    this.#platform = platform
    this.#door = door
    this.#core = core
    this.watch = watch
    this.#server = new KafkaServer(door, { ...servingOf(platform, core.metadata), routes: core.routes })
  }

  /** Takes the port, and lets nobody in before `welcome`. Rejects as `startNode`. */
  static async open(platform: Platform, config: NodeConfig): Promise<Cluster> {
    const door = await Door.open(platform.network, config.listen)
    try {
      const opened = await openStore(platform, config)
      const metadataStore = await openMetadataStore(platform, opened)
      const watch = new Watch()
      const core = await openCore(platform, { config, opened, metadataStore, stages: [watch.stage] })
      return new Cluster(platform, door, core, watch)
    } catch (error) {
      await door.close()
      throw error
    }
  }

  welcome(): void {
    this.#server.start()
  }

  /** Throws BrokerError once it stops. */
  get core(): Core {
    if (this.#stopping) throw new BrokerError('this broker has been stopped', null)
    return this.#core
  }

  get address(): { readonly host: string; readonly port: number } {
    return this.#door.address
  }

  /** Answers what is under way for at most `drainMs`. Gives the clients that were still connected. */
  stop(drainMs: number): Promise<readonly ClientFacts[]> {
    this.#stopping ??= this.#stop(drainMs)
    return this.#stopping
  }

  async #stop(drainMs: number): Promise<readonly ClientFacts[]> {
    await this.#door.close()
    await this.#farewells()
    const left = this.watch.clients()
    // Members that wait for others hear that there is no coordinator any more.
    this.#core.dismiss()
    await this.#server.stop(drainMs)
    await this.#core.stop()
    return left
  }

  /** A client that disconnected a moment ago is still connected here until its goodbye has been read. */
  async #farewells(): Promise<void> {
    const { clock, timers } = this.#platform
    const deadlineMs = clock.monotonic() + farewellMs
    while (this.#server.connections.size > 0 && clock.monotonic() < deadlineMs) {
      await new Promise<void>(resolve => timers.after(1, resolve))
    }
  }
}
