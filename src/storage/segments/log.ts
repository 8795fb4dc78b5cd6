/** A log in files: a list of segments behind the storage port. */
import { assert } from '../../platform/assert'
import { type BatchFacts, checkBatches, learnEpochs, stampBatches } from '../batches'
import type { EpochEntries } from '../epoch-entries'
import { OffsetOutOfRange, StorageFault } from '../fault'
import {
  type Appended,
  type AppendStamp,
  type BatchVisitor,
  type Log,
  type LogId,
  noSlices,
  type ReadBudget,
  type Slices,
  type SweepPolicy,
  type TimestampedOffset,
} from '../log'
import { Flusher } from './flush'
import { saying } from './health'
import { names, pathOf } from './layout'
import type { LogSetting } from './log-setting'
import { Removal } from './removal'
import { countDeletable } from './retention'
import { rollJitterMs, rollOffset, shouldRoll } from './roll'
import { Segment } from './segment'
import type { SegmentList } from './segment-list'
import { SegmentedAborted } from './segmented-aborted'
import { SmallFile } from './small-file'
import type { FileSnapshots } from './snapshots'
import { encodeEpochs } from './texts'

const done = Promise.resolve()

/** After so many bytes the indexes are saved, and the recovery mark: that bounds what a recovery reads. */
const savedEveryBytes = 64 * 1024 * 1024

export class SegmentLog implements Log {
  readonly id: LogId
  readonly epochs: EpochEntries
  readonly snapshots: FileSnapshots
  readonly aborted: SegmentedAborted
  readonly #setting: LogSetting
  readonly #flusher: Flusher
  readonly #removal: Removal
  readonly #epochFile: SmallFile
  readonly #segments: SegmentList
  #start: number
  #end: number
  #sizeBytes: number
  #unsavedBytes = 0
  #unmarkedBytes = 0
  /** The last change of the start, on its way to the disk. */
  #startSaved: Promise<void> = done
  /** The log is being cut: nothing may be appended until that is done. */
  #cutting = false
  /** Work on files, which has to end before they are let go. */
  readonly #busy = new Set<Promise<void>>()
  #closed = false
  /** Files were made since the directory was synced last. */
  #newNames = false

  /** Everything in the segments is durable. */
  constructor(setting: LogSetting, segments: SegmentList, epochs: EpochEntries, snapshots: FileSnapshots) {
    this.#setting = setting
    this.id = setting.id
    this.#segments = segments
    this.#start = Math.max(setting.mark.start, segments.oldest.baseOffset)
    this.#end = segments.active.nextOffset
    this.#sizeBytes = segments.sizeBytes
    this.epochs = epochs
    this.snapshots = snapshots
    this.aborted = new SegmentedAborted(setting.health, () => this.#segments.all)
    this.#epochFile = new SmallFile(setting.files, pathOf(setting.directory, names.leaderEpochs))
    this.#flusher = new Flusher(setting.timers, setting.health, this.#end, () => this.#sync())
    this.#removal = new Removal(setting)
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

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get savedWatermark(): number {
    return Math.min(Math.max(this.#setting.mark.watermark, this.#start), this.#end)
  }

  saveWatermark(offset: number): void {
    this.#setting.mark.watermark = offset
    this.#setting.marks.changed('watermark')
  }

  append(batches: Buffer, stamp: AppendStamp): Appended {
    this.#check()
    const facts = stampBatches(batches, this.#end, stamp.leaderEpoch)
    const rolled = this.#store(batches, facts)
    const { leaderEpoch } = stamp
    if (leaderEpoch >= 0 && leaderEpoch !== this.epochs.latest) this.assignEpoch(leaderEpoch, facts.first)
    return { first: facts.first, last: facts.last, rolled }
  }

  appendAsIs(batches: Buffer): Appended {
    this.#check()
    const facts = checkBatches(batches, this.#end)
    const rolled = this.#store(batches, facts)
    if (learnEpochs(this.epochs, batches)) this.#saveEpochs()
    return { first: facts.first, last: facts.last, rolled }
  }

  read(from: number, budget: ReadBudget): Slices {
    if (from < this.#start || from > this.#end) {
      throw new OffsetOutOfRange(`offset ${from} is outside of ${this.#start}..${this.#end}`)
    }
    // What a failed disk has not confirmed may be gone already.
    const upTo = this.#setting.health.failure ? Math.min(budget.upTo, this.flushed) : budget.upTo
    return from < upTo ? this.#setting.health.reading(() => this.#segments.read(from, upTo, budget)) : noSlices
  }

  forEachBatch(from: number, visit: BatchVisitor): void {
    this.#setting.health.reading(() => this.#segments.forEachBatch(Math.max(from, this.#start), visit))
  }

  flush(upTo: number): Promise<void> {
    const { flush, config } = this.#setting
    const syncs = flush === 'group' || this.#end - this.flushed >= (config().flushMessages ?? Infinity)
    return syncs ? this.#flusher.flush(Math.min(upTo, this.#end)) : done
  }

  async truncateTo(end: number): Promise<void> {
    assert(end >= 0, 'a log cannot be cut below zero')
    this.#check()
    if (end >= this.#end) {
      if (this.epochs.truncateFromEnd(end)) this.#saveEpochs()
      return
    }
    const last = this.#segments.holding(end)
    if (end <= this.#start || this.#setting.health.reading(() => last.boundary(end)) < this.#start) {
      return this.restartAt(Math.min(this.#start, end))
    }
    await this.#cut(last.baseOffset, () => {
      const later = this.#segments.splitAfter(end)
      last.truncateTo(end)
      this.#end = last.nextOffset
      return later
    })
  }

  async restartAt(offset: number): Promise<void> {
    assert(offset >= 0, 'a log cannot begin below zero')
    this.#check()
    await this.#cut(0, () => {
      const old = this.#segments.all
      const reused = old.find(segment => segment.baseOffset === offset)
      reused?.truncateTo(offset)
      this.#segments.replaceAll(reused ?? this.#begin(offset))
      this.#start = offset
      this.#end = offset
      this.epochs.clear()
      this.#saveEpochs()
      this.#saveStart()
      return old.filter(segment => segment !== reused)
    })
    this.#flusher.reached(offset)
  }

  async advanceStart(start: number): Promise<void> {
    if (start > this.#end) throw new OffsetOutOfRange(`start ${start} is above the end ${this.#end}`)
    // One that went before may still be on its way to the disk.
    if (start <= this.#start) return this.#startSaved
    this.#check()
    this.#raiseStart(start)
    await this.#track(this.#dropOldest(this.#segments.countBelow(start)))
  }

  findByTime(timestampMs: number, from: number): TimestampedOffset | null {
    return this.#setting.health.reading(() => this.#segments.findByTime(timestampMs, Math.max(from, this.#start)))
  }

  maxTimestamp(): TimestampedOffset | null {
    return this.#setting.health.reading(() => this.#segments.maxTimestamp(this.#start))
  }

  assignEpoch(epoch: number, startOffset: number): void {
    if (this.epochs.assign(epoch, startOffset)) this.#saveEpochs()
  }

  async sweep(policy: SweepPolicy, nowMs: number): Promise<number> {
    if (this.#cutting) return 0
    this.#check()
    const facts = this.#setting.health.reading(() => this.#segments.facts())
    const count = countDeletable(facts, this.#start, policy, nowMs)
    if (count === 0) return 0
    if (count === facts.length) this.#roll(this.#end)
    const before = this.#sizeBytes
    this.#raiseStart(Math.max(this.#start, this.#segments.all[count]!.baseOffset))
    await this.#track(this.#dropOldest(count))
    return before - this.#sizeBytes
  }

  async close(): Promise<void> {
    if (this.#closed) return
    const { health, directory } = this.#setting
    try {
      if (!health.failure) await health.guard(`close of ${directory}`, () => this.#settle())
    } finally {
      await this.abandon()
    }
  }

  /** Makes everything durable, indexes and marks included. */
  async #settle(): Promise<void> {
    this.#segments.active.complete()
    await this.#flusher.flush(this.#end)
    // The flush does nothing when all records are durable; the indexes may still not be.
    await this.#sync()
    this.#mark()
    await this.#setting.marks.saveAll()
  }

  /** Lets go of all files without making anything durable. */
  async abandon(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#busy)
    await this.#flusher.stop(new StorageFault(`${this.#setting.directory} is closed`))
    await this.snapshots.settled()
    await this.#epochFile.settled().catch(() => {})
    this.#removal.stop()
    await Promise.all(this.#segments.all.map(segment => segment.close()))
    this.#setting.closed()
  }

  #check(): void {
    this.#setting.health.check()
    assert(!this.#cutting, 'the log is being cut')
    if (this.#closed) throw new StorageFault(`${this.#setting.directory} is closed`)
  }

  #store(batches: Buffer, facts: BatchFacts): boolean {
    const rolls = shouldRoll(this.#segments.active, facts, this.#setting.config(), this.#setting.clock.now())
    if (rolls) this.#roll(rollOffset(this.#end, facts))
    this.#segments.active.append(batches, facts)
    this.#end = facts.last + 1
    this.#sizeBytes += facts.sizeBytes
    this.#unsavedBytes += facts.sizeBytes
    this.#unmarkedBytes += facts.sizeBytes
    if (this.#unsavedBytes > savedEveryBytes) this.#saveIndexes()
    return rolls
  }

  #roll(baseOffset: number): void {
    try {
      this.#segments.active.complete()
      this.#segments.push(this.#begin(baseOffset))
    } catch (error) {
      throw this.#setting.health.writeFailed(`new segment in ${this.#setting.directory}`, error)
    }
    this.#unsavedBytes = 0
    // What is complete is not waited for, but reaches the disk early, as in Kafka.
    if (this.#setting.flush === 'os') this.#flusher.flush(this.#end).catch(() => {})
  }

  #begin(baseOffset: number): Segment {
    const { config, random } = this.#setting
    this.#newNames = true
    return Segment.begin(this.#setting, baseOffset, rollJitterMs(config(), random.next()))
  }

  #saveIndexes(): void {
    this.#unsavedBytes = 0
    try {
      this.#segments.active.saveIndexes()
    } catch (error) {
      const fault = this.#setting.health.writeFailed(`indexes in ${this.#setting.directory}`, error)
      this.#setting.logger.warn('storage.index_not_saved', { error: saying(fault) })
    }
  }

  /** Makes everything appended so far durable. */
  async #sync(): Promise<number> {
    const end = this.#end
    const unmarkedBytes = this.#unmarkedBytes
    // Segments below the start are not synced any more, so it has to be known where the log starts.
    const syncs: Promise<void>[] = [this.#epochFile.settled(), this.#startSaved]
    for (const segment of this.#segments.all.toReversed()) {
      if (segment.dirty) syncs.push(segment.sync())
      else if (segment !== this.#segments.active) break
    }
    if (this.#newNames) syncs.push(this.#setting.files.syncDir(this.#setting.directory))
    this.#newNames = false
    await Promise.all(syncs)
    this.#reached(end, unmarkedBytes)
    return end
  }

  #reached(end: number, bytes: number): void {
    const { mark, marks, logger } = this.#setting
    if (mark.recovery >= end) return
    mark.recovery = end
    marks.changed('recovery')
    if (bytes < savedEveryBytes) return
    this.#unmarkedBytes -= bytes
    marks.save('recovery').catch(error => logger.error('storage.checkpoint_failed', { error: saying(error) }))
  }

  /**
   * Cuts the log. What is remembered as durable is lowered first, to `mark`, so that a crash in the middle leaves nothing
   * that looks like a loss; then `change` changes the files, and returns segments to remove; then the disk is waited for.
   */
  #cut(mark: number, change: () => readonly Segment[]): Promise<void> {
    this.#cutting = true
    return this.#track(this.#cutFrom(mark, change))
  }

  async #cutFrom(mark: number, change: () => readonly Segment[]): Promise<void> {
    const { health, marks, directory } = this.#setting
    try {
      await this.#flusher.idle()
      this.#setting.mark.recovery = Math.min(this.#setting.mark.recovery, mark)
      await health.guard(`cut of ${directory}`, () => marks.save('recovery'))
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
      if (this.epochs.truncateFromEnd(this.#end)) this.#saveEpochs()
      await this.snapshots.removeAll(at => at > this.#end || at < this.#segments.oldest.baseOffset)
      await this.#removal.now(removed)
      this.#newNames = true
      await this.#sync()
    } catch (error) {
      // What was cut might come back after a crash, beside of what would be appended now.
      throw this.#setting.health.fail(`cut of ${this.#setting.directory}`, error)
    }
  }

  #saveStart(): Promise<void> {
    this.#setting.mark.start = this.#start
    const saved = this.#setting.marks.save('start').catch(error => {
      throw this.#setting.health.fail(names.startOffsets, error)
    })
    saved.catch(() => {})
    this.#startSaved = saved
    return saved
  }

  #raiseStart(start: number): void {
    this.#start = start
    if (this.epochs.truncateFromStart(start)) this.#saveEpochs()
  }

  /** Removes segments below the start, which is made durable first: a crash must not leave a hole. */
  async #dropOldest(count: number): Promise<void> {
    const dropped = this.#segments.dropOldest(count)
    this.#sizeBytes = this.#segments.sizeBytes
    await this.#saveStart()
    if (count === 0) return
    const base = this.#segments.oldest.baseOffset
    await this.snapshots.removeAll(at => at < base)
    await this.#setting.health.guard(`removal in ${this.#setting.directory}`, () => this.#removal.later(dropped))
  }

  #mark(): void {
    const { mark } = this.#setting
    mark.start = this.#start
    mark.recovery = this.flushed
    mark.watermark = this.savedWatermark
  }

  async #track(work: Promise<void>): Promise<void> {
    this.#busy.add(work)
    try {
      await work
    } finally {
      this.#busy.delete(work)
    }
  }

  #saveEpochs(): void {
    // A log that was dropped has no directory any more.
    if (this.#closed) return
    const saved = this.#epochFile.save(() => encodeEpochs(this.epochs.all()))
    saved.catch(error => this.#setting.health.fail(names.leaderEpochs, error))
  }
}
