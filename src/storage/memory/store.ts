/** Logs in memory. They are gone with the process. */
import type { Clock } from '../../platform/clock'
import type { Random } from '../../platform/random'
import { StorageFault } from '../fault'
import type { Log, LogConfig, LogId, LogStore } from '../log'
import { MemoryLog } from './log'

export class MemoryStore implements LogStore {
  readonly supports = { flush: false, compaction: true, sharedByNodes: false }
  readonly #clock: Clock
  readonly #random: Random
  readonly #logs = new Map<string, MemoryLog>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  async open(id: LogId, config: () => LogConfig): Promise<Log> {
    const name = `${id.topic}-${id.partition}`
    const known = this.#logs.get(name)
    if (known && known.id.topicId !== id.topicId) {
      throw new StorageFault(`${name} belongs to topic id ${known.id.topicId}, not ${id.topicId}`)
    }
    const log = known ?? new MemoryLog(this.#clock, this.#random, id, config)
    this.#logs.set(name, log)
    return log
  }

  async list(): Promise<readonly LogId[]> {
    return [...this.#logs.values()].map(log => log.id)
  }

  async drop(id: LogId): Promise<void> {
    const name = `${id.topic}-${id.partition}`
    if (this.#logs.get(name)?.id.topicId === id.topicId) this.#logs.delete(name)
  }

  space(): { path: string; totalBytes: number; usableBytes: number } {
    return { path: 'memory:', totalBytes: -1, usableBytes: -1 }
  }

  async close(): Promise<void> {}
}
