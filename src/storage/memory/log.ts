/** A log in memory: for tests, for development, and for topics that need not outlive the process. */
import { assert } from '../../platform/assert'
import type { Clock } from '../../platform/clock'
import type { Random } from '../../platform/random'
import { baseOffsetAt, maxTimestampAt, noTimestamp } from '../../protocol/records/batch'
import { AbortedList } from '../aborted-list'
import { type BatchFacts, checkBatches, learnEpochs, stampBatches } from '../batches'
import { EpochEntries } from '../epoch-entries'
import { RoundStopped } from '../compaction/cleaner'
import { cleanable, type Cleanable } from '../compaction/eligible'
import { OffsetOutOfRange, StorageFault } from '../fault'
import {
  type AbortedTransaction,
  type Appended,
  type AppendStamp,
  type BatchVisitor,
  type Compacted,
  type CompactionPolicy,
  type CompactionWork,
  type Dirt,
  type Log,
  type LogConfig,
  type LogId,
  noSlices,
  type ReadBudget,
  type Slices,
  type SweepPolicy,
  type TimestampedOffset,
} from '../log'
import { firstRecordSince } from '../record-times'
import { countDeletable } from '../segments/retention'
import { rollJitterMs, rollOffset, shouldRoll } from '../segments/roll'
import { type CompactedSegment, compactMemory } from './compaction'
import { MemorySegment } from './segment'
import { MemorySnapshots } from './snapshots'

const done = Promise.resolve()

export class MemoryLog implements Log {
  readonly id: LogId
  readonly epochs: EpochEntries
  readonly snapshots = new MemorySnapshots()
  readonly aborted = new AbortedList()
  readonly #clock: Clock
  readonly #random: Random
  readonly #config: () => LogConfig
  readonly #hasRoom: () => boolean
  #segments: MemorySegment[]
  #start = 0
  #end = 0
  #sizeBytes = 0
  #savedWatermark = 0
  /** An earlier round of compaction ended here. */
  #cleaned = 0
  #isCompacting = false

  constructor(clock: Clock, random: Random, id: LogId, config: () => LogConfig, hasRoom = () => true) {
    this.#clock = clock
    this.#random = random
    this.id = id
    this.#config = config
    this.#hasRoom = hasRoom
    this.epochs = new EpochEntries(() => this.#end)
    this.#segments = [this.#newSegment(0)]
  }

  /** A log of its own with the same batches. They share the memory of what is there; what comes later each has alone. */
  copy(config: () => LogConfig, hasRoom?: () => boolean): MemoryLog {
    const copy = new MemoryLog(this.#clock, this.#random, this.id, config, hasRoom)
    copy.#segments = this.#segments.map(segment => segment.copy())
    copy.#start = this.#start
    copy.#end = this.#end
    copy.#sizeBytes = this.#sizeBytes
    copy.#savedWatermark = this.#savedWatermark
    copy.#cleaned = this.#cleaned
    for (const { epoch, startOffset } of this.epochs.all()) copy.epochs.assign(epoch, startOffset)
    for (const transaction of this.aborted.all()) copy.aborted.add(transaction)
    this.snapshots.copyTo(copy.snapshots)
    return copy
  }

  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#end
  }

  get flushed(): number {
    return this.#end
  }

  get settled(): number {
    return this.#end
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get savedWatermark(): number {
    return Math.max(this.#savedWatermark, this.#start)
  }

  saveWatermark(offset: number): void {
    this.#savedWatermark = offset
  }

  append(batches: Buffer, stamp: AppendStamp): Appended {
    this.#mustHaveRoom()
    const facts = stampBatches(batches, this.#end, stamp.leaderEpoch)
    const rolled = this.#store(batches, facts)
    if (stamp.leaderEpoch >= 0) this.epochs.assign(stamp.leaderEpoch, facts.first)
    return { first: facts.first, last: facts.last, rolled }
  }

  appendAsIs(batches: Buffer): Appended {
    this.#mustHaveRoom()
    const facts = checkBatches(batches, this.#end)
    const rolled = this.#store(batches, facts)
    learnEpochs(this.epochs, batches)
    return { first: facts.first, last: facts.last, rolled }
  }

  read(from: number, budget: ReadBudget): Slices {
    this.#within(from)
    const force = budget.minOneBatch ?? true
    const buffers: Buffer[] = []
    let sizeBytes = 0
    for (let i = this.#segmentOf(from); i < this.#segments.length; i += 1) {
      const room = budget.maxBytes - sizeBytes
      const got = this.#segments[i]!.collect(from, budget.upTo, room, force && sizeBytes === 0, buffers)
      sizeBytes += got.bytes
      if (!got.more) break
    }
    return sizeBytes === 0 ? noSlices : { buffers, sizeBytes }
  }

  forEachBatch(from: number, visit: BatchVisitor): void {
    const begin = Math.max(from, this.#start)
    for (let i = this.#segmentOf(begin); i < this.#segments.length; i += 1) {
      if (!this.#segments[i]!.forEachBatch(begin, visit)) return
    }
  }

  flush(_upTo: number): Promise<void> {
    return done
  }

  async truncateTo(end: number): Promise<void> {
    assert(end >= 0, 'a log cannot be cut below zero')
    if (end >= this.#end) {
      this.epochs.truncateFromEnd(end)
      return
    }
    if (end <= this.#start || this.#boundary(end) < this.#start) return this.restartAt(Math.min(this.#start, end))
    const kept = this.#segmentOf(end) + 1
    this.#segments.length = kept
    const last = this.#segments[kept - 1]!
    last.truncateTo(end)
    this.#cutTo(last.nextOffset)
  }

  async restartAt(offset: number): Promise<void> {
    this.#segments = [this.#newSegment(offset)]
    this.#start = offset
    this.#cutTo(offset)
    this.epochs.clear()
    this.snapshots.dropBelow(offset)
    this.aborted.clear()
  }

  async advanceStart(start: number): Promise<void> {
    if (start > this.#end) throw new OffsetOutOfRange(`start ${start} is above the end ${this.#end}`)
    if (start <= this.#start) return
    this.#raiseStart(start)
    const count = this.#segments.findIndex((_, i) => (this.#segments[i + 1]?.baseOffset ?? Infinity) > start)
    this.#dropOldest(count)
  }

  findByTime(timestampMs: number, from: number): TimestampedOffset | null {
    const begin = Math.max(from, this.#start)
    let found: TimestampedOffset | null = null
    for (const segment of this.#segments.slice(this.#segmentOf(begin))) {
      if (segment.maxTimestampMs < timestampMs) continue
      segment.forEachBatch(begin, (buffer, at) => {
        found = firstRecordSince(buffer, at, timestampMs, begin)
        return found === null
      })
      if (found) break
    }
    return found
  }

  maxTimestamp(): TimestampedOffset | null {
    const start = this.#start
    const ofSegments = Math.max(...this.#segments.map(segment => segment.maxTimestampMs))
    const found = this.findByTime(ofSegments, start)
    if (found) return found
    // The largest of all is in the oldest segment, below the start.
    let largestMs: number = noTimestamp
    this.forEachBatch(start, (buffer, at) => {
      largestMs = Math.max(largestMs, maxTimestampAt(buffer, at))
    })
    return this.findByTime(largestMs, start)
  }

  assignEpoch(epoch: number, startOffset: number): void {
    this.epochs.assign(epoch, startOffset)
  }

  async sweep(policy: SweepPolicy, nowMs: number): Promise<number> {
    const count = countDeletable(this.#facts(), this.#start, policy, nowMs)
    if (count === 0) return 0
    if (count === this.#segments.length) this.#segments.push(this.#newSegment(this.#end))
    const before = this.#sizeBytes
    this.#raiseStart(Math.max(this.#start, this.#segments[count]!.baseOffset))
    this.#dropOldest(count)
    return before - this.#sizeBytes
  }

  dirt(policy: CompactionPolicy, nowMs: number): Dirt {
    return this.#cleanable(policy, nowMs)
  }

  #cleanable(policy: CompactionPolicy, nowMs: number): Cleanable {
    return cleanable({ segments: this.#facts(), start: this.#start, cleaned: this.#cleaned }, policy, nowMs)
  }

  async compact(work: CompactionWork): Promise<Compacted> {
    const range = this.#cleanable(work.policy, work.nowMs)
    const nothing = { from: range.from, end: range.from, readBytes: 0, beforeBytes: 0, afterBytes: 0 }
    if (this.#isCompacting || range.cleanableBytes === 0) return nothing
    this.#isCompacting = true
    const segments = this.#facts().filter(({ baseOffset }) => baseOffset < range.end)
    try {
      const aborted = (from: number, upTo: number) => this.aborted.between(from, upTo)
      const done = await compactMemory({ work, cleanable: range, aborted }, segments, {
        // One that was cut is the active one now.
        isPresent: segment => this.#segments.includes(segment) && segment !== this.#segments.at(-1),
        replace: (group, segment, retained) => this.#replace(group, segment, retained),
        config: this.#config,
      })
      this.#cleaned = done.end
      return done
    } catch (error) {
      if (error instanceof RoundStopped) return nothing
      throw error
    } finally {
      this.#isCompacting = false
    }
  }

  #replace(group: readonly MemorySegment[], segment: MemorySegment, retained: readonly AbortedTransaction[]): void {
    const first = this.#segments.indexOf(group[0]!)
    const next = this.#segments[first + group.length]!.baseOffset
    this.#segments.splice(first, group.length, segment)
    this.aborted.replaceWithin(segment.baseOffset, next, retained)
    this.#sizeBytes = this.#segments.reduce((sum, each) => sum + each.sizeBytes, 0)
  }

  #facts(): CompactedSegment[] {
    return this.#segments.map((segment, i) => ({
      segment,
      baseOffset: segment.baseOffset,
      nextOffset: this.#segments[i + 1]?.baseOffset ?? this.#end,
      sizeBytes: segment.sizeBytes,
      largestTimestampMs: segment.maxTimestampMs >= 0 ? segment.maxTimestampMs : segment.createdMs,
      firstTimestampMs: segment.firstTimestampMs,
    }))
  }

  /** A memory log stays as it is, since opening it again must find it. */
  async close(): Promise<void> {}

  #mustHaveRoom(): void {
    if (this.#hasRoom()) return
    throw new StorageFault(`${this.id.topic}-${this.id.partition} has no room`, { passes: true })
  }

  #store(batches: Buffer, facts: BatchFacts): boolean {
    let active = this.#segments.at(-1)!
    const rolled = shouldRoll(active, facts, this.#config(), this.#clock.now())
    if (rolled) {
      active = this.#newSegment(rollOffset(this.#end, facts))
      // A segment without batches would share its base offset with the new one.
      if (this.#segments.at(-1)!.sizeBytes === 0) this.#segments.pop()
      this.#segments.push(active)
    }
    active.append(batches)
    this.#end = facts.last + 1
    this.#sizeBytes += facts.sizeBytes
    return rolled
  }

  #newSegment(baseOffset: number): MemorySegment {
    return new MemorySegment(baseOffset, this.#clock.now(), rollJitterMs(this.#config(), this.#random.next()))
  }

  #within(from: number): void {
    if (from < this.#start || from > this.#end) {
      throw new OffsetOutOfRange(`offset ${from} is outside of ${this.#start}..${this.#end}`)
    }
  }

  /** Index of the last segment that begins at or below `offset`. */
  #segmentOf(offset: number): number {
    let low = 0
    let high = this.#segments.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#segments[middle]!.baseOffset <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  /** First offset of the batch that reaches `offset` first. */
  #boundary(offset: number): number {
    let base = this.#end
    this.forEachBatch(offset, (buffer, at) => {
      base = baseOffsetAt(buffer, at)
      return false
    })
    return base
  }

  #cutTo(end: number): void {
    this.#end = end
    this.#sizeBytes = this.#segments.reduce((sum, segment) => sum + segment.sizeBytes, 0)
    this.epochs.truncateFromEnd(end)
    this.snapshots.dropAbove(end)
    this.aborted.truncateTo(end)
    this.#savedWatermark = Math.min(this.#savedWatermark, end)
    this.#cleaned = Math.min(this.#cleaned, end)
  }

  #raiseStart(start: number): void {
    this.#start = start
    this.epochs.truncateFromStart(start)
  }

  #dropOldest(count: number): void {
    if (count === 0) return
    for (const segment of this.#segments.splice(0, count)) this.#sizeBytes -= segment.sizeBytes
    const base = this.#segments[0]!.baseOffset
    this.snapshots.dropBelow(base)
    this.aborted.dropBelow(base)
  }
}
