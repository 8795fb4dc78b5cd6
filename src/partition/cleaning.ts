/** The log cleaner: compacts the partitions that have it, the dirtiest first (KIP-58). Logs do the work; this one chooses. */
import type { Cancel, Clock } from '../platform/clock'
import { isControlAt, lastOffsetAt, producerEpochAt, producerIdAt } from '../protocol/records/batch'
import { codecsOf } from '../protocol/records/compression'
import { StorageFault } from '../storage/fault'
import type { CompactionWork } from '../storage/log'
import type { PartitionDirectory } from './directory'
import type { Partition } from './partition'
import type { Producers } from './producers'
import { retain, type RetentionOptions } from './retention'

/** How a topic is compacted. */
export interface TopicCompaction {
  readonly minLagMs: number
  readonly maxLagMs: number
  readonly minDirtyRatio: number
  readonly deleteRetentionMs: number
}

export interface CleanerSettings {
  readonly isEnabled: boolean
  /** How long it rests when there is nothing to do. */
  readonly backoffMs: number
  readonly mapBytes: number
  readonly mapLoadFactor: number
  readonly bytesPerSecond: number
}

export interface CleaningOptions extends RetentionOptions {
  readonly directory: PartitionDirectory
  readonly clock: Clock
  readonly hasThreads: boolean
  /** Read anew for every round. */
  settings(): CleanerSettings
  /** Null for a topic that is not compacted. */
  compaction(topic: string): TopicCompaction | null
}

/** Begins the rounds; the result stops them and waits for the one under way. */
export function startCleaning(options: CleaningOptions): () => Promise<void> {
  const cleaning = new Cleaning(options)
  cleaning.arm(0)
  return () => cleaning.stop()
}

interface Candidate {
  readonly partition: Partition
  readonly compaction: TopicCompaction
  readonly ratio: number
}

class Cleaning {
  readonly #options: CleaningOptions
  /** Their logs are damaged, and will not be looked at again. */
  readonly #uncleanable = new WeakSet<Partition>()
  #cancel: Cancel = () => {}
  #isStopped = false
  #running = Promise.resolve()

  constructor(options: CleaningOptions) {
    this.#options = options
  }

  arm(delayMs: number): void {
    this.#cancel = this.#options.timers.after(delayMs, () => {
      this.#running = this.#round().then(progressed => {
        if (!this.#isStopped) this.arm(progressed ? 0 : Math.max(1, this.#options.settings().backoffMs))
      })
    })
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancel()
    await this.#running
  }

  /** Cleans, then has retention done where a topic is compacted; tells whether the cleaning has changed anything. */
  async #round(): Promise<boolean> {
    const settings = this.#options.settings()
    if (!settings.isEnabled) return false
    const progressed = await this.#cleanAll(settings)
    await retain(this.#options, this.#compacted(), this.#options.clock.now(), () => this.#isStopped)
    return progressed
  }

  /** Goes through all that are dirty enough. */
  async #cleanAll(settings: CleanerSettings): Promise<boolean> {
    let progressed = false
    for (const candidate of this.#candidates()) {
      if (this.#isStopped) return false
      progressed = (await this.#clean(candidate, settings)) || progressed
    }
    return progressed
  }

  /** Those that are damaged are left alone altogether. */
  #compacted(): Partition[] {
    const { directory, compaction } = this.#options
    return [...directory.all()].filter(
      partition => compaction(partition.topic) !== null && !partition.isClosed && !this.#uncleanable.has(partition),
    )
  }

  #candidates(): Candidate[] {
    const { compaction, clock } = this.#options
    const found: Candidate[] = []
    for (const partition of this.#compacted()) {
      const config = compaction(partition.topic)!
      const ratio = this.#guarded(partition, () => dirtyRatio(partition, config, clock.now()))
      if (ratio !== null) found.push({ partition, compaction: config, ratio })
    }
    return found.sort((a, b) => b.ratio - a.ratio)
  }

  async #clean({ partition, compaction }: Candidate, settings: CleanerSettings): Promise<boolean> {
    const { clock, logger } = this.#options
    const nowMs = clock.now()
    const work: CompactionWork = {
      policy: { upTo: partition.lastStableOffset, minLagMs: compaction.minLagMs, maxLagMs: compaction.maxLagMs },
      nowMs,
      deleteRetentionMs: compaction.deleteRetentionMs,
      mapBytes: settings.mapBytes,
      mapLoadFactor: settings.mapLoadFactor,
      keepsHeader: (buffer, at) => isLastOfProducer(partition.producers, buffer, at),
      pace: this.#pace(partition, settings.bytesPerSecond),
      codecs: codecsOf(this.#options),
    }
    try {
      const { from, end, beforeBytes, afterBytes } = await partition.log.compact(work)
      if (end === from) return false
      logger.info('compacted', { partition: partition.name, from, end, beforeBytes, afterBytes })
      return true
    } catch (error) {
      this.#failed(partition, error)
      return false
    }
  }

  #guarded<T>(partition: Partition, look: () => T): T | null {
    try {
      return look()
    } catch (error) {
      this.#failed(partition, error)
      return null
    }
  }

  /** A full disk may have room later; damage does not mend itself. */
  #failed(partition: Partition, error: unknown): void {
    if (!(error instanceof StorageFault)) throw error
    if (partition.isClosed) return
    if (!error.passes) this.#uncleanable.add(partition)
    this.#options.logger.error('compaction-failed', { partition: partition.name, why: error.message })
  }

  /** Every slice ends the turn; one that comes too early for the rate waits longer. */
  #pace(partition: Partition, bytesPerSecond: number): (bytes: number) => Promise<void> {
    const { clock, timers } = this.#options
    const beganMs = clock.monotonic()
    let readBytes = 0
    const pause = (delayMs: number) => new Promise<void>(resolve => timers.after(delayMs, resolve))
    return async bytes => {
      readBytes += bytes
      await new Promise<void>(resolve => timers.endOfTurn(resolve))
      for (;;) {
        const earlyMs = (readBytes / bytesPerSecond) * 1000 - (clock.monotonic() - beganMs)
        if (earlyMs < 1 || this.#isStopped || partition.isClosed) return
        await pause(Math.min(earlyMs, pausedMsMax))
      }
    }
  }
}

/** Whoever stops the cleaner, or drops a log, waits no longer than this. */
const pausedMsMax = 100

/** Null when there is nothing to do, or not enough of it. */
function dirtyRatio(partition: Partition, compaction: TopicCompaction, nowMs: number): number | null {
  const { minLagMs, maxLagMs, minDirtyRatio } = compaction
  const policy = { upTo: partition.lastStableOffset, minLagMs, maxLagMs }
  const { cleanBytes, cleanableBytes, isOverdue } = partition.log.dirt(policy, nowMs)
  if (cleanableBytes === 0) return null
  const ratio = cleanableBytes / (cleanBytes + cleanableBytes)
  return isOverdue || ratio > minDirtyRatio ? ratio : null
}

/** Whether a batch is the last of a producer that is remembered: with it, its sequence would be forgotten after a restart. */
function isLastOfProducer(producers: Producers, buffer: Buffer, at: number): boolean {
  const entry = producers.entry(producerIdAt(buffer, at))
  if (entry === null) return false
  const last = entry.batches.at(-1)
  if (last) return last.lastOffset === lastOffsetAt(buffer, at)
  return isControlAt(buffer, at) && producerEpochAt(buffer, at) === entry.epoch
}
