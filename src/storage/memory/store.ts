/** Logs in memory. They are gone with the process, unless somebody keeps a copy of their contents. */
import type { Clock } from '../../platform/clock'
import type { Random } from '../../platform/random'
import { StorageFault } from '../fault'
import { defaultLogConfig, type Log, type LogConfig, type LogId, type LogStore, type Space } from '../log'
import { MemoryLog } from './log'

/** Logs by their names, `orders-0`; nobody writes to them. */
export type MemoryContents = ReadonlyMap<string, MemoryLog>

export class MemoryStore implements LogStore {
  readonly supports = { flush: false, compaction: true, sharedByNodes: false }
  readonly #clock: Clock
  readonly #random: Random
  readonly #logs = new Map<string, MemoryLog>()
  /** Set to have every append refused, as by a disk that is full. */
  isFull = false

  /** Contents that were not opened yet. */
  readonly #kept: Map<string, MemoryLog>

  /** With contents it begins as a copy of them. */
  constructor(clock: Clock, random: Random, contents: MemoryContents = new Map()) {
    this.#clock = clock
    this.#random = random
    this.#kept = new Map(contents)
  }

  /** What is there now, to begin other stores with. Takes little memory: batches are shared. */
  contents(): MemoryContents {
    const copies = [...this.#logs].map(([name, log]) => [name, log.copy(() => defaultLogConfig)] as const)
    return new Map([...this.#kept, ...copies])
  }

  async open(id: LogId, config: () => LogConfig): Promise<Log> {
    const name = `${id.topic}-${id.partition}`
    const kept = this.#kept.get(name)
    if (kept) {
      this.#kept.delete(name)
      this.#logs.set(name, kept.copy(config, this.#hasRoom))
    }
    const known = this.#logs.get(name)
    if (known && known.id.topicId !== id.topicId) {
      throw new StorageFault(`${name} belongs to topic id ${known.id.topicId}, not ${id.topicId}`)
    }
    const log = known ?? new MemoryLog(this.#clock, this.#random, id, config, this.#hasRoom)
    this.#logs.set(name, log)
    return log
  }

  async list(): Promise<readonly LogId[]> {
    return [...this.#logs.values(), ...this.#kept.values()].map(log => log.id)
  }

  async drop(id: LogId): Promise<void> {
    const name = `${id.topic}-${id.partition}`
    for (const logs of [this.#logs, this.#kept]) if (logs.get(name)?.id.topicId === id.topicId) logs.delete(name)
  }

  async setAside(id: LogId): Promise<null> {
    await this.drop(id)
    return null
  }

  async aside(): Promise<[]> {
    return []
  }

  async putBack(): Promise<boolean> {
    return false
  }

  expect(): void {}

  async forgetGone(): Promise<void> {}

  space(): Space {
    return { path: 'memory:', totalBytes: -1, usableBytes: -1, isFailed: false }
  }

  async close(): Promise<void> {}

  readonly #hasRoom = (): boolean => !this.isFull
}
