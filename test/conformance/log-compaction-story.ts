/** Lives of a compacted log on a simulated disk: keyed appends, rounds of compaction, and the power going in the middle. */
import { batchBytesAt, isControlAt } from '../../src/protocol/records/batch'
import { buildEndMarker } from '../../src/protocol/records/control'
import { recordsOf } from '../../src/protocol/records/records'
import { reloadProducers } from '../../src/partition/reload'
import { Producers } from '../../src/partition/producers'
import type { Timers } from '../../src/platform/clock'
import type { Dice } from '../../src/platform/simulated/dice'
import type { FileOperation } from '../../src/platform/simulated/files'
import { Machine } from '../../src/platform/simulated/machine'
import { SimulatedNet } from '../../src/platform/simulated/network'
import { World } from '../../src/platform/simulated/world'
import { defaultLogConfig, type Compacted, type Log, type LogConfig } from '../../src/storage/log'
import type { FlushMode } from '../../src/storage/segments/log-setting'
import { type FileStore, openFileStore } from '../../src/storage/segments/store'
import { keyedBatch, roundOf, t0 } from '../support/compaction'

const id = { topic: 'table', partition: 0, topicId: '0123456789abcdef0123456789abcdef' }
const changing: readonly FileOperation[] = ['open', 'write', 'truncate', 'sync', 'rename', 'remove', 'syncDir']

interface Known {
  readonly offset: number
  readonly key: string
  readonly value: string | null
  readonly aborted: boolean
}

export class CompactionStory {
  readonly seed: number
  readonly world: World
  readonly machine: Machine
  readonly dice: Dice
  readonly #config: LogConfig
  readonly #flush: FlushMode
  log!: Log
  #store!: FileStore
  #timers!: Timers
  #known: Known[] = []
  #serial = 0
  #nextSequence = 0
  /** Operations that change the disk, counted since the last time this was set. */
  operations = 0

  constructor(seed: number) {
    this.seed = seed
    this.world = new World({ seed })
    this.machine = new Machine(new SimulatedNet(this.world), 'a')
    this.dice = this.world.dice('story')
    this.#flush = seed % 3 === 0 ? 'os' : 'group'
    this.#config = {
      ...defaultLogConfig,
      segmentBytes: this.dice.between(300, 3000),
      indexIntervalBytes: this.dice.between(0, 500),
      fileDeleteDelayMs: this.dice.between(0, 50),
      cleanupPolicy: ['compact'],
    }
  }

  async open(): Promise<void> {
    const platform = this.machine.boot()
    this.#timers = platform.timers
    this.machine.diskFaults.fail = operation => {
      if (changing.includes(operation)) this.operations += 1
      return null
    }
    const opened = openFileStore(platform, { directory: '/data', flush: this.#flush, nodeId: 1 })
    this.#store = await this.world.until(opened)
    this.log = await this.world.until(this.#store.open(id, () => this.#config))
  }

  /** Appends some batches, those of transactions with their ends, and waits until they are on the disk. */
  async append(batches: number): Promise<void> {
    for (let i = 0; i < batches; i += 1) {
      if (this.dice.chance(0.2)) this.#appendTransaction(this.dice.chance(0.5))
      else this.#put({})
    }
    await this.world.until(this.log.flush(this.log.end))
  }

  #appendTransaction(commit: boolean): void {
    const firstOffset = this.log.end
    for (let i = this.dice.between(1, 3); i > 0; i -= 1) {
      const count = this.#put(
        { producerId: 9, producerEpoch: 0, baseSequence: this.#nextSequence, transactional: true },
        !commit,
      )
      this.#nextSequence += count
    }
    const marker = { commit, coordinatorEpoch: 0, producerId: 9, producerEpoch: 0, timestampMs: t0 }
    const { last } = this.log.append(buildEndMarker(marker), { leaderEpoch: 0 })
    if (!commit) this.log.aborted.add({ producerId: 9, firstOffset, lastOffset: last, lastStableOffset: last + 1 })
  }

  #put(how: Parameters<typeof keyedBatch>[1], aborted = false): number {
    const pairs = Array.from({ length: this.dice.between(1, 4) }, () => {
      this.#serial += 1
      return [`k${this.dice.between(1, 12)}`, this.dice.chance(0.2) ? null : `v${this.#serial}`] as const
    })
    const compression = this.dice.chance(0.3) ? 1 : 0
    const { first } = this.log.append(keyedBatch(pairs, { ...how, compression }), { leaderEpoch: 0 })
    this.#known.push(...pairs.map(([key, value], i) => ({ offset: first + i, key, value, aborted })))
    return pairs.length
  }

  compact(): Promise<Compacted> {
    const nowMs = this.world.clock.now()
    const pace = () => new Promise<void>(resolve => this.#timers.after(0, resolve))
    return this.log.compact(roundOf({ nowMs, deleteRetentionMs: 5, pace }))
  }

  /** Lets the process end at the `at`th operation of a round; false when the round has fewer. */
  async compactAndCrash(at: number): Promise<boolean> {
    let isOver = false
    this.operations = 0
    this.machine.diskFaults.fail = operation => {
      if (!changing.includes(operation)) return null
      this.operations += 1
      if (this.operations !== at + 1) return isOver ? 'EIO' : null
      isOver = true
      this.#end()
      return 'EIO'
    }
    // A process that is gone does not end its round.
    const round = this.compact().catch(error => {
      if (!isOver) throw error
    })
    const crashed = new Promise<void>(resolve => {
      const look = () => (isOver ? resolve() : void this.world.schedule(1, look))
      look()
    })
    await this.world.until(Promise.race([round, crashed]))
    if (!isOver) this.#end()
    return isOver
  }

  /** Where a flush promises nothing of the disk the process ends, and where it does the power goes. */
  #end(): void {
    if (this.#flush === 'os') this.machine.kill()
    else this.machine.crash()
  }

  /** Everything that has to be there is, and nothing that was never written. */
  check(): void {
    // Markers above what was durable are entered again, as when a partition is opened.
    reloadProducers(this.log, new Producers())
    const found = new Map<number, string>()
    const markers: number[] = []
    this.log.forEachBatch(0, (buffer, at) => {
      const batch = Buffer.from(buffer.subarray(at, at + batchBytesAt(buffer, at)))
      for (const { offset, key, value } of recordsOf(batch)) {
        if (isControlAt(batch)) markers.push(offset)
        else found.set(offset, `${key?.toString()}=${value?.toString() ?? null}`)
      }
    })
    const latest = new Map<string, Known>()
    for (const record of this.#known) if (!record.aborted) latest.set(record.key, record)
    const lastOffset = this.#known.at(-1)?.offset ?? -1
    this.#expect(this.log.end > lastOffset, `ends at ${this.log.end}, and ${lastOffset} was flushed`)
    const known = new Map(this.#known.map(record => [record.offset, record]))
    const aborted = this.log.aborted.between(0, this.log.end)
    for (const [offset, says] of found) {
      const record = known.get(offset)
      this.#expect(record !== undefined && says === `${record.key}=${record.value}`, `has ${says} at ${offset}`)
      const isListed = aborted.some(({ firstOffset, lastOffset: to }) => firstOffset <= offset && offset < to)
      this.#expect(record?.aborted === false || isListed, `does not say that ${offset} was aborted`)
    }
    for (const { key, value, offset } of latest.values()) {
      if (value !== null) this.#expect(found.get(offset) === `${key}=${value}`, `has lost ${key}=${value} at ${offset}`)
    }
    for (const { lastOffset: marker } of aborted) {
      this.#expect(markers.includes(marker), `lists an aborted transaction without its marker at ${marker}`)
    }
    this.#checkTombstones(found, latest)
  }

  /** Where a key was deleted, nothing older of it may have come back. */
  #checkTombstones(found: ReadonlyMap<number, string>, latest: ReadonlyMap<string, Known>): void {
    for (const { key, value, offset } of latest.values()) {
      if (value !== null || found.has(offset)) continue
      const older = this.#known.find(record => record.key === key && !record.aborted && found.has(record.offset))
      this.#expect(older === undefined, `has ${key} at ${older?.offset} again, which was deleted at ${offset}`)
    }
  }

  /** Records, and nothing of how they are put into batches. */
  records(): string[] {
    const records: string[] = []
    this.log.forEachBatch(0, (buffer, at) => {
      const batch = Buffer.from(buffer.subarray(at, at + batchBytesAt(buffer, at)))
      if (isControlAt(batch)) return
      for (const { offset, key } of recordsOf(batch)) records.push(`${offset} ${key?.toString()}`)
    })
    return records
  }

  files(): string[] {
    return [...this.machine.fileNames('/data/table-0')]
  }

  async close(): Promise<void> {
    await this.world.until(this.#store.close())
    this.machine.kill()
  }

  #expect(holds: boolean, says: string): void {
    if (!holds) throw new Error(`seed ${this.seed}: the log ${says}`)
  }
}
