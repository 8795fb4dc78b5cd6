/** One life after another of a log on a simulated disk: random work, then a crash, then what is left is held to a model. */
import type { Platform } from '../../src/platform/platform'
import type { Dice } from '../../src/platform/simulated/dice'
import { Machine } from '../../src/platform/simulated/machine'
import { SimulatedNet } from '../../src/platform/simulated/network'
import { World } from '../../src/platform/simulated/world'
import { StorageFault } from '../../src/storage/fault'
import { defaultLogConfig, type Log, type LogConfig } from '../../src/storage/log'
import type { FlushMode } from '../../src/storage/segments/log-setting'
import { type FileStore, openFileStore } from '../../src/storage/segments/store'
import { makeBatch } from '../support/batches'

const id = { topic: 'orders', partition: 0, topicId: '0123456789abcdef0123456789abcdef' }
const t0 = 1_700_000_000_000

/** What one offset should hold. */
interface Entry {
  readonly base: number
  readonly last: number
  readonly bytes: Buffer
  readonly epoch: number
}

export type Ending = 'power' | 'kill' | 'close'

export class CrashStory {
  readonly seed: number
  readonly world: World
  readonly machine: Machine
  readonly dice: Dice
  readonly cuts: string[] = []
  /** How many steps failed because the disk did. */
  faults = 0
  /** With `os` a flush promises nothing, but a close does, and a process that is killed loses nothing that it settled. */
  readonly #mode: FlushMode
  #config: LogConfig
  #store!: FileStore
  #log!: Log
  /** Batches in the log, as far as this process knows. */
  #batches: Entry[] = []
  /** Below this offset nothing may be missing, whatever happens. */
  #durable = 0
  /** A flush promises nothing above, since the log is being cut there. */
  #ceiling = Infinity
  /** The start may be anything between what was promised and what was asked. */
  #startPromised = 0
  #startAsked = 0
  #epoch = 0
  /**
   * A sync failed, and the pages that the kernel takes for written since are still there: with `os` nobody writes them once
   * more, so that what was opened with them goes with the power.
   */
  #isDoubtful = false

  constructor(seed: number) {
    this.seed = seed
    this.world = new World({ seed })
    this.machine = new Machine(new SimulatedNet(this.world), 'a', line => {
      if (line.includes('log_cut')) this.cuts.push(line)
    })
    this.dice = this.world.dice('story')
    this.#mode = seed % 4 === 1 ? 'os' : 'group'
    // In two of three stories a thread writes what it may, and takes its time.
    Object.assign(this.machine.diskFaults, { longWriteBytes: (seed % 3) * 500, writeMs: [0, 3] })
    if (seed % 3 === 0) this.machine.diskFaults.longWriteBytes = 128 * 1024
    this.#config = {
      ...defaultLogConfig,
      segmentBytes: this.dice.between(1500, 12_000),
      indexIntervalBytes: this.dice.between(50, 1500),
      fileDeleteDelayMs: this.dice.between(0, 500),
    }
  }

  /** A process that works for a while and ends. Throws when the log is not what it must be. */
  async live(ending: Ending): Promise<void> {
    const platform = this.machine.boot()
    await this.#open(platform)
    this.#check()
    this.#breakDisk()
    const steps = this.dice.between(1, 40)
    for (let step = 0; step < steps; step += 1) await this.#tryStep()
    this.machine.diskFaults.fail = () => null
    // A disk that failed in the last step is told of a few turns later.
    if (ending === 'close') await new Promise(setImmediate)
    if (this.#store.health.failure !== null && ending === 'close') return this.#closeFailed()
    if (ending === 'close') {
      await this.world.until(this.#store.close())
      if (!this.#isDoubtful) this.#durable = this.#log.end
      this.machine.kill()
      return
    }
    if (ending === 'kill') {
      this.#isDoubtful ||= this.#mode === 'os' && this.#store.health.failure !== null
      // The page cache survives, so all that the system was given does.
      this.machine.kill()
      this.#durable = Math.max(this.#durable, Math.min(this.#log.settled, this.#ceiling))
      return
    }
    if (this.dice.chance(0.3) && !this.#store.health.failure) this.#cutAndLoseInterest()
    await this.world.runFor(this.dice.within([0, 8]))
    this.machine.crash()
    this.#isDoubtful = false
  }

  /** On some disks writes fail for want of room, and on some a sync fails for good. */
  #breakDisk(): void {
    const kind = this.seed % 5
    const code = kind === 3 ? 'ENOSPC' : 'EIO'
    const operations = kind === 3 ? ['write'] : ['sync', 'syncDir', 'write', 'truncate']
    const probability = kind === 3 ? 0.05 : 0.01
    if (kind < 3) return
    this.machine.diskFaults.fail = operation =>
      operations.includes(operation) && this.dice.chance(probability) ? code : null
  }

  /** A step that may fail as the disk does; then what was appended before is all that there is. */
  async #tryStep(): Promise<void> {
    try {
      await this.#step()
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error
      this.faults += 1
    }
  }

  async #closeFailed(): Promise<void> {
    const closed = await this.world.until(
      this.#store.close().then(
        () => true,
        () => false,
      ),
    )
    this.#expect(!closed, 'was closed as if nothing had failed')
    this.machine.crash()
    this.#isDoubtful = false
  }

  async #open(platform: Platform): Promise<void> {
    const opened = openFileStore(platform, { directory: '/data', flush: this.#mode, nodeId: 1 })
    this.#store = await this.world.until(opened)
    this.#log = await this.world.until(this.#store.open(id, () => this.#config))
  }

  async #step(): Promise<void> {
    const what = this.dice.between(1, 100)
    if (what <= 60) this.#append()
    else if (what <= 85) this.#flush()
    else if (what <= 89) await this.#truncate()
    else if (what <= 92) this.#advance()
    else if (what <= 94) this.#log.snapshots.write(this.#log.end, this.#snapshotAt(this.#log.end)).catch(() => {})
    else if (what <= 96) this.#epoch += 1
    else if (what <= 97) await this.world.until(this.#log.flush(this.#log.end))
    if (this.dice.chance(0.3)) await this.world.runFor(this.dice.within([0, 6]))
    if (this.dice.chance(0.02)) await this.world.runFor(61_000)
  }

  #append(): void {
    const timestamps = Array.from({ length: this.dice.between(1, 4) }, () => t0 + this.dice.between(0, 1000))
    const bytes = makeBatch({ timestamps, valueBytes: this.dice.between(0, 1200), fill: this.dice.between(0, 255) })
    const lent = Buffer.from(bytes)
    let isKept = false
    const keep = () => {
      isKept = true
      return () => void lent.fill(0xee)
    }
    const { first, last } = this.#log.append(lent, {
      leaderEpoch: this.#epoch,
      keep: this.dice.chance(0.6) ? keep : undefined,
    })
    lent.copy(bytes)
    if (!isKept) lent.fill(0xee)
    // What a full disk made the log take back is gone.
    this.#batches = this.#cut(first)
    this.#batches.push({ base: first, last, bytes, epoch: this.#epoch })
  }

  #flush(): void {
    const upTo = this.#log.end
    this.#log.flush(upTo).then(
      () => {
        if (this.#mode === 'group') this.#durable = Math.max(this.#durable, Math.min(upTo, this.#ceiling))
      },
      () => {},
    )
  }

  /** Where the log ends when it is cut at an offset. */
  #cut(end: number): Entry[] {
    return this.#batches.filter(batch => batch.last < end)
  }

  async #truncate(): Promise<void> {
    const end = this.dice.between(this.#log.start, this.#log.end)
    const kept = this.#cut(end)
    const isCut = end < this.#log.end
    // Flushes that are on their way must not promise what is being cut.
    await this.world.until(this.#log.flush(this.#log.end))
    await this.world.until(this.#log.truncateTo(end)).catch(error => {
      this.#promiseNoMoreThan(end)
      throw error
    })
    // Where nothing was cut, what is below a start that was raised may still come back after a crash.
    this.#batches = isCut && this.#log.start === this.#log.end ? [] : kept
    if (this.#batches.length === 0) this.#startPromised = this.#log.start
    this.#durable = Math.min(this.#durable, this.#log.end)
    this.#durable = Math.max(this.#durable, this.#log.flushed)
  }

  /** The power goes while a log is being cut: it may be as it was, or cut, but nothing else. */
  #cutAndLoseInterest(): void {
    const end = this.dice.between(this.#log.start, this.#log.end)
    this.#promiseNoMoreThan(end)
    this.#log.truncateTo(end).catch(() => {})
  }

  #promiseNoMoreThan(end: number): void {
    this.#ceiling = Math.min(this.#ceiling, this.#cut(end).at(-1)?.last ?? 0)
    this.#startPromised = Math.min(this.#startPromised, end)
    // When nothing is left that can be seen the log begins anew, and old segments go in any order.
    this.#startAsked = Infinity
    this.#durable = Math.min(this.#durable, this.#ceiling)
  }

  #advance(): void {
    const start = this.dice.between(this.#log.start, this.#log.end)
    this.#startAsked = Math.max(this.#startAsked, start)
    this.#log.advanceStart(start).then(
      () => {
        this.#startPromised = Math.max(this.#startPromised, Math.min(start, this.#durable))
      },
      () => {},
    )
  }

  #snapshotAt(offset: number): Buffer {
    return Buffer.from(`${this.seed}/${offset}`)
  }

  /** Holds what is there to what may be there, and takes it as the new truth. */
  #check(): void {
    const log = this.#log
    const found: Entry[] = []
    log.forEachBatch(0, (buffer, at) => {
      const base = Number(buffer.readBigInt64BE(at))
      const bytes = Buffer.from(buffer.subarray(at, at + buffer.readInt32BE(at + 8) + 12))
      found.push({ base, last: base + bytes.readInt32BE(23), bytes, epoch: bytes.readInt32BE(12) })
    })
    this.#expect(log.end >= this.#durable, `ends at ${log.end}, below ${this.#durable} which was flushed`)
    const known = log.start === log.end ? [] : this.#cut(log.end).filter(batch => batch.last >= log.start)
    const isWhole = log.start === log.end || log.end === this.#cut(log.end).at(-1)!.last + 1
    this.#expect(isWhole, `ends at ${log.end}, inside of a batch`)
    this.#expect(found.length === known.length, `has ${found.length} batches where there were ${known.length}`)
    for (const [i, batch] of found.entries()) {
      this.#expect(batch.bytes.equals(known[i]!.bytes), `holds something else at ${batch.base}`)
      const epoch = log.epochs.at(Math.max(batch.base, log.start))
      this.#expect(epoch === batch.epoch, `has epoch ${epoch} at ${batch.base}, not ${batch.epoch}`)
    }
    const { start } = log
    const startAtMost = Math.max(this.#startAsked, this.#startPromised)
    this.#expect(
      start >= Math.min(this.#startPromised, log.end) && start <= startAtMost,
      `starts at ${start}, promised ${this.#startPromised}, asked ${this.#startAsked}, end ${log.end}`,
    )
    for (const offset of log.snapshots.offsets()) {
      const { bytes } = log.snapshots.latest(offset)!
      this.#expect(offset <= log.end && bytes.equals(this.#snapshotAt(offset)), `has a bad snapshot at ${offset}`)
    }
    this.#checkReads(found)
    this.#batches = log.start === log.end ? [] : this.#cut(log.end)
    this.#durable = this.#isDoubtful ? 0 : log.end
    this.#ceiling = Infinity
    this.#startPromised = start
    this.#startAsked = start
    this.#expect(log.flushed === log.end, 'a log that was opened is durable')
    this.#epoch = Math.max(this.#epoch, log.epochs.latest)
  }

  #checkReads(found: readonly Entry[]): void {
    const { end, start } = this.#log
    for (let i = 0; i < 5 && end > start; i += 1) {
      const from = this.dice.between(start, end - 1)
      const budget = { maxBytes: this.dice.between(0, 5000), upTo: Number.MAX_SAFE_INTEGER }
      const first = Buffer.concat(this.#log.read(from, budget).buffers)
      const expected = found.find(batch => batch.last >= from)!
      this.#expect(first.subarray(0, expected.bytes.length).equals(expected.bytes), `reads something else at ${from}`)
    }
  }

  #expect(holds: boolean, says: string): void {
    if (!holds) throw new Error(`seed ${this.seed}: the log ${says}`)
  }
}
