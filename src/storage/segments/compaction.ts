/** Compaction of a log in files: writes what is left of some segments into a new one, and puts that in their place. */
import { checkBatches } from '../batches'
import { Cleaner, RoundStopped, type SourceSegment } from '../compaction/cleaner'
import { cleanable, type Cleanable, grouped } from '../compaction/eligible'
import type { AbortedTransactions, Compacted, CompactionPolicy, CompactionWork, Dirt } from '../log'
import { names, pathOf, segmentFileName } from './layout'
import type { LogMarks } from './log-marks'
import type { LogSetting } from './log-setting'
import type { Removal } from './removal'
import { segmentBytesOf } from './roll'
import { Segment } from './segment'
import type { SegmentList } from './segment-list'
import { removeCleaned } from './swaps'

/** What compaction needs of its log. */
export interface CompactedLog {
  readonly segments: SegmentList
  readonly aborted: AbortedTransactions
  readonly marks: LogMarks
  readonly removal: Removal
  start(): number
  /** False when the log is closed or being cut. */
  isWhole(): boolean
  /** Resolves when everything below an offset is on the disk. */
  flush(upTo: number): Promise<void>
  /** Segments have another size than before. */
  resized(): void
}

export class Compaction {
  readonly #setting: LogSetting
  readonly #log: CompactedLog
  #isRunning = false
  #swap: Promise<void> | null = null

  constructor(setting: LogSetting, log: CompactedLog) {
    this.#setting = setting
    this.#log = log
  }

  /** Not null while segments are being replaced, when none may be taken away; resolves when that is over. */
  get swap(): Promise<void> | null {
    return this.#swap
  }

  dirt(policy: CompactionPolicy, nowMs: number): Dirt {
    return this.#cleanable(policy, nowMs)
  }

  #cleanable(policy: CompactionPolicy, nowMs: number): Cleanable {
    const { segments, marks, start } = this.#log
    return cleanable({ segments: segments.facts(), start: start(), cleaned: marks.cleaned }, policy, nowMs)
  }

  /** Rejects with StorageFault. */
  async run(work: CompactionWork): Promise<Compacted> {
    const range = this.#cleanable(work.policy, work.nowMs)
    const nothing = { from: range.from, end: range.from, readBytes: 0, beforeBytes: 0, afterBytes: 0 }
    if (this.#isRunning || range.cleanableBytes === 0) return nothing
    this.#isRunning = true
    const { health, files, directory } = this.#setting
    try {
      return await health.guard(`compaction of ${directory}`, () => this.#round(work, range))
    } catch (error) {
      // What was being written is removed before the next round as well, if the disk does not let go of it now.
      if (!health.failure) await removeCleaned(files, directory).catch(() => {})
      if (error instanceof RoundStopped) return nothing
      throw error
    } finally {
      this.#isRunning = false
    }
  }

  async #round(work: CompactionWork, range: Cleanable): Promise<Compacted> {
    const { segments, aborted, marks, flush } = this.#log
    const { files, directory, config } = this.#setting
    const { cuts } = segments
    const cleaner = new Cleaner({ work, cleanable: range, aborted: (from, upTo) => aborted.between(from, upTo) })
    await removeCleaned(files, directory)
    const present = segments.all.filter(({ baseOffset }) => baseOffset < range.end)
    await cleaner.map(present.map(segment => this.#source(segment, cuts)))
    const { end } = cleaner
    if (end <= range.from) throw new RoundStopped()
    // What makes older records superfluous must not be lost when they are gone.
    await flush(end)
    await marks.saveRecovery()
    const concerned = present.filter(({ baseOffset }) => baseOffset < end)
    const facts = concerned.map(segment => ({
      segment,
      baseOffset: segment.baseOffset,
      nextOffset: segment.nextOffset,
      sizeBytes: segment.sizeBytes,
      largestTimestampMs: segment.maxTimestampMs,
      offsetIndexBytes: segment.offsetIndex.entries.sizeBytes,
      timeIndexBytes: segment.timeIndex.entries.sizeBytes,
    }))
    const beforeBytes = concerned.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    let afterBytes = 0
    const { segmentIndexBytes } = config()
    for (const group of grouped(facts, { segmentBytes: segmentBytesOf(config()), segmentIndexBytes })) {
      afterBytes += await this.#cleanGroup(
        cleaner,
        group.map(({ segment }) => segment),
        cuts,
      )
    }
    await marks.saveCleaned(end)
    return { from: range.from, end, readBytes: cleaner.readBytes, beforeBytes, afterBytes }
  }

  #source(segment: Segment, cuts: number): SourceSegment {
    const { baseOffset, nextOffset } = segment
    return {
      path: segment.log.path,
      baseOffset,
      nextOffset,
      forEachBatch: (from, visit) => {
        this.#check(cuts)
        return this.#setting.health.reading(() => segment.forEachBatch(from, visit))
      },
    }
  }

  /** Throws when segments that this round works on may be gone. */
  #check(cuts: number): void {
    this.#setting.health.check()
    if (!this.#log.isWhole() || this.#log.segments.cuts !== cuts) throw new RoundStopped()
  }

  /** Returns the bytes that are left. */
  async #cleanGroup(cleaner: Cleaner, group: readonly Segment[], cuts: number): Promise<number> {
    const [head, last] = [group[0]!, group.at(-1)!]
    const setting = { ...this.#setting, suffix: names.cleanedSuffix, nowMs: () => last.createdMs }
    const writing = Segment.begin(setting, head.baseOffset, 0)
    try {
      for (const segment of group) {
        await cleaner.clean(
          this.#source(segment, cuts),
          batches => writing.append(batches, checkBatches(batches, writing.nextOffset), null),
          transaction => writing.transactions.add(transaction),
        )
      }
      // One that is empty takes the place of the old one.
      if (writing.transactions.isEmpty && !head.transactions.isEmpty) writing.transactions.handle.file(true)
      writing.complete()
      await writing.sync()
      this.#check(cuts)
    } catch (error) {
      await writing.close()
      throw error
    }
    writing.endAt(last.nextOffset)
    await this.#swapIn(group, writing)
    return writing.sizeBytes
  }

  async #swapIn(group: readonly Segment[], segment: Segment): Promise<void> {
    const { health, directory } = this.#setting
    this.#swap = this.#swapNow(group, segment)
      .catch(error => {
        // Neither the old segments nor the new one are there for sure, before the directory is opened anew.
        throw health.fail(`swap in ${directory}`, error)
      })
      .finally(() => {
        this.#swap = null
      })
    await this.#swap
  }

  async #swapNow(group: readonly Segment[], segment: Segment): Promise<void> {
    const { directory, files } = this.#setting
    const { removal, segments, resized } = this.#log
    const { log, transactions } = segment
    const indexes = [segment.offsetIndex.entries.handle, segment.timeIndex.entries.handle]
    const [head, ...others] = group
    const hasFile = !transactions.isEmpty || !head!.transactions.isEmpty
    const marked = hasFile ? [...indexes, transactions.handle] : indexes
    await files.syncDir(directory)
    for (const handle of marked) await handle.move(withSuffix(handle.path, names.swapSuffix), files)
    await files.syncDir(directory)
    await log.move(withSuffix(log.path, names.swapSuffix), files)
    await files.syncDir(directory)
    segments.replace(group, segment)
    resized()
    await head!.close()
    if (others.length > 0) await removal.later(others)
    await files.syncDir(directory)
    for (const handle of indexes) await handle.move(withSuffix(handle.path, ''), files)
    await log.move(withSuffix(log.path, ''), files)
    await files.syncDir(directory)
    if (hasFile) await transactions.handle.move(withSuffix(transactions.handle.path, ''), files)
    if (transactions.isEmpty) {
      await transactions.handle.close()
      await files.remove(withSuffix(transactions.handle.path, ''))
    }
    transactions.handle.path = pathOf(directory, segmentFileName(segment.baseOffset, 'txnindex'))
    await files.syncDir(directory)
  }
}

/** The path with another suffix than `.cleaned` or `.swap`. */
const withSuffix = (path: string, suffix: string): string => path.replace(/\.(cleaned|swap)$/, '') + suffix
