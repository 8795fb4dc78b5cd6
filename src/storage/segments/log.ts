/** A log in files: a list of segments behind the storage port. */
import { assert } from '../../platform/assert'
import { type BatchFacts, checkBatches, learnEpochs, stampBatches } from '../batches'
import type { EpochEntries } from '../epoch-entries'
import { OffsetOutOfRange, StorageFault } from '../fault'
import {
  type Appended,
  type AppendStamp,
  type BatchVisitor,
  type Compacted,
  type CompactionPolicy,
  type CompactionWork,
  type Dirt,
  type Keep,
  type Log,
  type LogId,
  noSlices,
  type ReadBudget,
  type Slices,
  type SweepPolicy,
  type TimestampedOffset,
} from '../log'
import { Busy } from './busy'
import { Compaction } from './compaction'
import { Flusher } from './flush'
import { Growth } from './growth'
import { LogMarks } from './log-marks'
import type { LogSetting } from './log-setting'
import { Output } from './output'
import { Removal } from './removal'
import { countDeletable } from './retention'
import { rollOffset, shouldRoll } from './roll'
import type { Segment } from './segment'
import type { SegmentList } from './segment-list'
import { SegmentedAborted } from './segmented-aborted'
import { SavedEpochs } from './saved-epochs'
import type { FileSnapshots } from './snapshots'

export class SegmentLog implements Log {
  readonly id: LogId
  readonly epochs: EpochEntries
  readonly snapshots: FileSnapshots
  readonly aborted: SegmentedAborted
  readonly #setting: LogSetting
  readonly #flusher: Flusher
  readonly #removal: Removal
  readonly #output: Output
  readonly #epochs: SavedEpochs
  readonly #marks: LogMarks
  readonly #segments: SegmentList
  readonly #growth: Growth
  readonly #compaction: Compaction
  #start: number
  #end: number
  #sizeBytes: number
  /** The log is being cut: nothing may be appended until that is done. */
  #cutting = false
  /** Segments below the start whose files stay for now: there was no room to save where the log starts. */
  readonly #kept: Segment[] = []
  readonly #busy = new Busy()
  #closed = false

  /** Everything in the segments is durable. */
  constructor(setting: LogSetting, segments: SegmentList, epochs: SavedEpochs, snapshots: FileSnapshots) {
    this.#setting = setting
    this.id = setting.id
    this.#segments = segments
    this.#start = Math.max(setting.mark.start, segments.oldest.baseOffset)
    this.#end = segments.active.nextOffset
    this.#sizeBytes = segments.sizeBytes
    this.epochs = epochs.entries
    this.snapshots = snapshots
    this.aborted = new SegmentedAborted(setting.health, segments, () => this.#growth.namesChanged())
    this.#epochs = epochs
    this.#marks = new LogMarks(setting)
    this.#flusher = new Flusher(setting.timers, setting.health, this.#end, () => this.#sync())
    this.#removal = new Removal(setting)
    this.#output = new Output(setting, {
      segments,
      end: () => this.#end,
      isClosed: () => this.#closed,
      takenBack: fault => this.#takenBack(fault),
    })
    this.#growth = new Growth(setting, segments, {
      writeStaged: () => this.#output.mustWriteStaged(),
      writeOut: () => this.#output.mustWriteOut(),
      flush: () => this.#flusher.flush(this.#end),
    })
    this.#compaction = new Compaction(setting, {
      segments,
      aborted: this.aborted,
      marks: this.#marks,
      removal: this.#removal,
      start: () => this.#start,
      isWhole: () => !this.#closed && !this.#cutting,
      flush: upTo => this.#flusher.flush(upTo),
      resized: () => {
        this.#sizeBytes = segments.sizeBytes
      },
    })
  }

  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#end
  }

  get flushed(): number {
    return this.#flusher.flushed
  }

  get settled(): number {
    return this.#setting.flush === 'group' ? this.#flusher.flushed : this.#output.written.offset
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get savedWatermark(): number {
    return Math.min(Math.max(this.#marks.watermark, this.#start), this.#end)
  }

  saveWatermark(offset: number): void {
    this.#marks.watermark = offset
  }

  append(batches: Buffer, { leaderEpoch, keep }: AppendStamp): Appended {
    this.#ready(batches.length, keep)
    const facts = stampBatches(batches, this.#end, leaderEpoch)
    const rolled = this.#store(batches, facts, keep)
    if (leaderEpoch >= 0 && leaderEpoch !== this.epochs.latest) this.assignEpoch(leaderEpoch, facts.first)
    return { first: facts.first, last: facts.last, rolled }
  }

  appendAsIs(batches: Buffer): Appended {
    this.#ready(batches.length)
    const facts = checkBatches(batches, this.#end)
    const rolled = this.#store(batches, facts)
    this.#epochs.saveIf(learnEpochs(this.epochs, batches))
    return { first: facts.first, last: facts.last, rolled }
  }

  read(from: number, budget: ReadBudget): Slices {
    if (from < this.#start || from > this.#end) {
      throw new OffsetOutOfRange(`offset ${from} is outside of ${this.#start}..${this.#end}`)
    }
    // What a failed disk has not confirmed may be gone already.
    let upTo = this.#setting.health.failure ? Math.min(budget.upTo, this.flushed) : budget.upTo
    if (upTo > this.#output.written.offset && this.#output.writeOut())
      upTo = Math.min(upTo, this.#output.written.offset)
    return from < upTo ? this.#setting.health.reading(() => this.#segments.read(from, upTo, budget)) : noSlices
  }

  forEachBatch(from: number, visit: BatchVisitor): void {
    this.#reading(() => this.#segments.forEachBatch(Math.max(from, this.#start), visit))
  }

  flush(upTo: number): Promise<void> {
    const { flush, config, directory } = this.#setting
    if (upTo > this.#end) return Promise.reject(new StorageFault(`${directory} had no room`, { passes: true }))
    const syncs = flush === 'group' || this.#end - this.flushed >= (config().flushMessages ?? Infinity)
    return syncs ? this.#flusher.flush(upTo) : this.#output.written.wait(upTo)
  }

  /** The log ends where its file does. */
  #takenBack(fault: StorageFault): void {
    this.#end = this.#segments.active.nextOffset
    this.#sizeBytes = this.#segments.sizeBytes
    this.#epochs.saveIf(this.epochs.truncateFromEnd(this.#end))
    this.#flusher.refuseWaiting(fault)
  }

  /** Looks into the files, which have to hold everything for it. */
  #reading<T>(look: () => T): T {
    this.#output.mustBeWhole()
    return this.#setting.health.reading(look)
  }

  async truncateTo(end: number): Promise<void> {
    assert(end >= 0, 'a log cannot be cut below zero')
    this.#output.writeOut()
    this.#check()
    if (end >= this.#end) {
      this.#epochs.saveIf(this.epochs.truncateFromEnd(end))
      return
    }
    if (end <= this.#start || this.#reading(() => this.#segments.holding(end).boundary(end)) < this.#start) {
      return this.restartAt(Math.min(this.#start, end))
    }
    await this.#cut(end, () => {
      const last = this.#segments.holding(end)
      const later = this.#segments.splitAfter(end)
      last.truncateTo(end)
      this.#end = last.nextOffset
      this.#output.written.reachedAll(this.#end)
      return later
    })
  }

  async restartAt(offset: number): Promise<void> {
    assert(offset >= 0, 'a log cannot begin below zero')
    this.#output.writeOut()
    this.#check()
    await this.#cut(0, () => {
      const old = this.#segments.all
      const reused = old.find(segment => segment.baseOffset === offset)
      reused?.truncateTo(offset)
      this.#segments.replaceAll(reused ?? this.#growth.begin(offset))
      this.#start = offset
      this.#end = offset
      this.#output.written.reachedAll(offset)
      this.epochs.clear()
      this.#epochs.saveIf(true)
      this.#marks.saveStart(offset)
      return old.filter(segment => segment !== reused)
    })
    this.#flusher.reached(offset)
  }

  async advanceStart(start: number): Promise<void> {
    if (start > this.#end) throw new OffsetOutOfRange(`start ${start} is above the end ${this.#end}`)
    // One that went before may still be on its way to the disk.
    if (start <= this.#start) return this.#marks.startSaved
    this.#check()
    this.#raiseStart(start)
    await this.#busy.track(this.#dropOldest())
  }

  findByTime(timestampMs: number, from: number): TimestampedOffset | null {
    return this.#reading(() => this.#segments.findByTime(timestampMs, Math.max(from, this.#start)))
  }

  maxTimestamp(): TimestampedOffset | null {
    return this.#reading(() => this.#segments.maxTimestamp(this.#start))
  }

  assignEpoch(epoch: number, startOffset: number): void {
    this.#epochs.saveIf(this.epochs.assign(epoch, startOffset))
  }

  async sweep(policy: SweepPolicy, nowMs: number): Promise<number> {
    if (this.#cutting) return 0
    this.#check()
    const facts = this.#reading(() => this.#segments.facts())
    const count = countDeletable(facts, this.#start, policy, nowMs)
    if (count === 0 && this.#kept.length === 0) return 0
    if (count === facts.length) this.#growth.roll(this.#end)
    const before = this.#sizeBytes
    this.#raiseStart(Math.max(this.#start, this.#segments.all[count]!.baseOffset))
    await this.#busy.track(this.#dropOldest())
    return before - this.#sizeBytes
  }

  dirt(policy: CompactionPolicy, nowMs: number): Dirt {
    return this.#reading(() => this.#compaction.dirt(policy, nowMs))
  }

  async compact(work: CompactionWork): Promise<Compacted> {
    this.#check()
    return this.#busy.track(this.#compaction.run(work))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    const { health } = this.#setting
    try {
      if (!health.failure) await health.guard(`close of ${this.#setting.directory}`, () => this.#settle())
    } finally {
      await this.abandon()
    }
  }

  /** Makes everything durable, indexes and marks included. */
  async #settle(): Promise<void> {
    this.#output.mustWriteOut()
    this.#segments.active.complete()
    await this.#flusher.flush(this.#end)
    // The flush does nothing when all records are durable; the indexes may still not be.
    await this.#sync()
    await this.#marks.saveAll({ start: this.#start, recovery: this.flushed, watermark: this.savedWatermark })
  }

  /** Lets go of all files without making anything durable. */
  async abandon(): Promise<void> {
    this.#closed = true
    const fault = new StorageFault(`${this.#setting.directory} is closed`)
    this.#output.written.failed(this.#end, fault)
    await this.#busy.settled()
    await this.#flusher.stop(fault)
    await this.snapshots.settled()
    await this.#epochs.close()
    this.#removal.stop()
    await Promise.all([...this.#kept, ...this.#segments.all].map(segment => segment.close()))
    this.#setting.closed()
  }

  #check(): void {
    this.#setting.health.check()
    assert(!this.#cutting, 'the log is being cut')
    if (this.#closed) throw new StorageFault(`${this.#setting.directory} is closed`)
  }

  #ready(bytes: number, keep?: Keep): void {
    this.#output.makeRoom(bytes, keep)
    this.#check()
  }

  #store(batches: Buffer, facts: BatchFacts, keep?: Keep): boolean {
    const rolls = shouldRoll(this.#segments.active, facts, this.#setting.config(), this.#setting.clock.now())
    if (rolls) this.#growth.roll(rollOffset(this.#end, facts))
    this.#epochs.appending()
    this.#output.put(batches, facts, keep)
    this.#end = facts.last + 1
    this.#sizeBytes += facts.sizeBytes
    this.#marks.appended(facts.sizeBytes)
    this.#growth.appended(facts.sizeBytes)
    return rolls
  }

  /** Makes everything appended so far durable. */
  async #sync(): Promise<number> {
    this.#output.mustWriteStaged()
    const end = this.#end
    const { unmarkedBytes } = this.#marks
    if (this.#output.isFlying) await this.#output.writtenTo(end)
    // Segments below the start are not synced any more, so it has to be known where the log starts.
    const syncs = [...this.#segments.syncs(), ...this.aborted.syncs(), this.#growth.syncNames()]
    await Promise.all([this.#epochs.settled(), this.#marks.startSaved, ...syncs])
    this.#marks.reached(end, unmarkedBytes)
    return end
  }

  /**
   * Cuts the log. What is remembered as durable is lowered first, below the segment that holds `from`, so that a crash in
   * the middle leaves nothing that looks like a loss; then `change` changes the files, and returns segments to remove;
   * then the disk is waited for.
   */
  #cut(from: number, change: () => readonly Segment[]): Promise<void> {
    this.#cutting = true
    return this.#busy.track(this.#cutFrom(from, change))
  }

  async #cutFrom(from: number, change: () => readonly Segment[]): Promise<void> {
    try {
      await this.#flusher.idle()
      await this.#compaction.swap
      // A late write would bring back what is cut.
      await Promise.all(this.#segments.all.map(segment => segment.tail.idle()))
      await this.#marks.lowerRecovery(Math.min(from, this.#segments.holding(from).baseOffset))
      await this.#cutNow(change)
    } finally {
      this.#cutting = false
    }
  }

  async #cutNow(change: () => readonly Segment[]): Promise<void> {
    try {
      const removed = change()
      this.#flusher.cutTo(this.#end)
      this.#sizeBytes = this.#segments.sizeBytes
      this.#epochs.saveIf(this.epochs.truncateFromEnd(this.#end))
      await this.snapshots.removeAll(at => at > this.#end || at < this.#segments.oldest.baseOffset)
      await this.#removal.now(removed)
      this.#growth.namesChanged()
      await this.#sync()
    } catch (error) {
      // What was cut might come back after a crash, beside of what would be appended now.
      throw this.#setting.health.fail(`cut of ${this.#setting.directory}`, error)
    }
  }

  #raiseStart(start: number): void {
    this.#start = start
    this.#epochs.saveIf(this.epochs.truncateFromStart(start))
  }

  /** Removes segments below the start, which is made durable first: a crash must not leave a hole. */
  async #dropOldest(): Promise<void> {
    if (this.#compaction.swap) await this.#compaction.swap
    const count = this.#segments.countBelow(this.#start)
    const dropped = [...this.#kept.splice(0), ...this.#segments.dropOldest(count)]
    this.#sizeBytes = this.#segments.sizeBytes
    try {
      await this.#marks.saveStart(this.#start)
    } catch (error) {
      this.#kept.push(...dropped)
      throw error
    }
    if (dropped.length === 0) return
    const base = this.#segments.oldest.baseOffset
    await this.snapshots.removeAll(at => at < base)
    await this.#setting.health.guard(`removal in ${this.#setting.directory}`, () => this.#removal.later(dropped))
  }
}
