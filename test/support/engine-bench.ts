/** An engine in a simulated world, and clients of its clusters. */
import { ClientConnection } from '../../src/client/connection'
import type { ToldEvent } from '../../src/embedded/contract/cluster-events'
import { Deciders } from '../../src/embedded/door/deciders'
import { LocalEngine } from '../../src/embedded/cluster/engine'
import type { Command, Gives, Takes } from '../../src/embedded/contract/commands'
import { FaultDoor } from '../../src/embedded/door/fault-door'
import type { BrokerNode } from '../../src/embedded/door/node-handle'
import { type BrokerOptions, startOptionsOf } from '../../src/embedded/contract/options'
import { simulatedPlatform } from '../../src/platform/simulated/platform'
import { World } from '../../src/platform/simulated/world'

export class EngineBench {
  readonly world = new World({ seed: 1 })
  readonly platform = simulatedPlatform(this.world)
  readonly lines: string[] = []
  /** What functions of `faults.on` threw. */
  readonly lost: string[] = []
  readonly #deciders = new Deciders(error => void this.lost.push((error as Error).message))
  readonly events: { readonly cluster: number; readonly event: ToldEvent }[] = []
  readonly engine = new LocalEngine(this.platform, {
    log: line => void this.lines.push(line),
    event: (cluster, event) => void this.events.push({ cluster, event }),
    question: (cluster, question) =>
      this.#deciders.asked(cluster, question, decision =>
        this.engine.ask(cluster, 'decide', { question: question.id, decision }),
      ),
  })

  /** Starts a broker and gives its number. */
  async start(options: BrokerOptions = {}): Promise<Gives<'start'>> {
    return this.ask(0, 'start', startOptionsOf({ port: 9092, ...options }))
  }

  ask<C extends Command>(cluster: number, command: C, argument: Takes<C>): Promise<Gives<C>> {
    return this.world.until(this.engine.ask(cluster, command, argument))
  }

  faultsOf(cluster: number, nodes: readonly BrokerNode[] = []): FaultDoor {
    return new FaultDoor(
      (command, argument) => this.ask(cluster, command, argument),
      () => nodes,
      {
        add: decide => this.#deciders.add(cluster, decide),
        drop: number => this.#deciders.drop(cluster, number),
        clear: () => this.#deciders.clear(cluster),
      },
    )
  }

  connect(port: number, clientId = 'client'): Promise<ClientConnection> {
    const { network, timers } = this.platform
    const options = { network, timers, clientId, requestTimeoutMs: 30_000, maxFrameBytes: 1024 * 1024 }
    return this.world.until(ClientConnection.open({ host: this.platform.machine.name, port }, options))
  }
}
