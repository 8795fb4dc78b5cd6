/** Shards by number: made on first use, loaded before they answer, given up together. */
import type { Timers } from '../platform/clock'
import { Refusal } from '../protocol/errors'
import type { RecordLog } from './record-log'
import { Shard, type Machine, type MachineKind, type ShardWorld } from './shard'

/** Longer than this a caller is not kept waiting for a shard that loads: it is told to come again. */
const loadPatienceMs = 5_000

export class Shards<M extends Machine<R>, R> {
  readonly #name: string
  readonly #world: ShardWorld
  readonly #kind: MachineKind<M, R>
  readonly #open: (index: number) => RecordLog | Promise<RecordLog>
  readonly #shards = new Map<number, Shard<M, R>>()

  /** `open` gives the log of shard `index`, or throws a Refusal when this broker does not lead it. */
  constructor(
    name: string,
    world: ShardWorld,
    kind: MachineKind<M, R>,
    open: (index: number) => RecordLog | Promise<RecordLog>,
  ) {
    this.#name = name
    this.#world = world
    this.#kind = kind
    this.#open = open
  }

  /** Runs `use` on a loaded shard: at once when it is, else when it has loaded. */
  use<T>(index: number, use: (shard: Shard<M, R>) => T | Promise<T>): T | Promise<T> {
    const shard = this.#at(index)
    const loading = shard.ready()
    return loading ? this.#patiently(loading).then(() => use(shard)) : use(shard)
  }

  /** Those that are loaded now. */
  active(): readonly Shard<M, R>[] {
    return [...this.#shards.values()].filter(shard => shard.state === 'active')
  }

  resign(index: number): void {
    this.#shards.get(index)?.resign()
    this.#shards.delete(index)
  }

  resignAll(): void {
    for (const index of this.#shards.keys()) this.resign(index)
  }

  #at(index: number): Shard<M, R> {
    let shard = this.#shards.get(index)
    if (!shard) {
      shard = new Shard(`${this.#name}-${index}`, this.#world, this.#kind, () => this.#open(index))
      this.#shards.set(index, shard)
    }
    return shard
  }

  #patiently(loading: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const timers: Timers = this.#world.timers
      const cancel = timers.after(loadPatienceMs, () => reject(new Refusal('COORDINATOR_LOAD_IN_PROGRESS')))
      loading.finally(cancel).then(resolve, reject)
    })
  }
}
