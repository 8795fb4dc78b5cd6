/**
 * What a data directory remembers of each log in it, in one file a kind: below which offset the log is on the disk (where
 * recovery begins), where it starts, its high watermark, and how far it was compacted. Written some time after a change, all logs at once.
 */
import type { Cancel, Timers } from '../../platform/clock'
import type { Files } from '../../platform/files'
import type { Logger } from '../../platform/logger'
import { CorruptLog } from '../fault'
import { codeOf, saying } from './health'
import { logDirectoryName, names, pathOf } from './layout'
import { SmallFile } from './small-file'
import { decodeOffsets, encodeOffsets, type PartitionOffset } from './texts'

const kinds = {
  recovery: names.recoveryPoints,
  start: names.startOffsets,
  watermark: names.watermarks,
  cleaned: names.cleanerOffsets,
} as const
type MarkKind = keyof typeof kinds
const allKinds = Object.keys(kinds) as MarkKind[]

/** How long a change may wait, as in Kafka (`log.flush.offset.checkpoint.interval.ms` and its like). */
const delayMs: Record<MarkKind, number> = { recovery: 60_000, start: 60_000, watermark: 5_000, cleaned: 60_000 }

export interface Mark {
  readonly topic: string
  readonly partition: number
  recovery: number
  start: number
  watermark: number
  cleaned: number
}

/** The offset up to which a log is known to have been, 0 where nothing is known of records. */
export const endOf = ({ recovery, watermark, start }: Mark): number => Math.max(recovery, watermark, start)

export class Marks {
  readonly #timers: Timers
  readonly #logger: Logger
  readonly #files: Record<MarkKind, SmallFile>
  readonly #marks = new Map<string, Mark>()
  readonly #waiting = new Map<MarkKind, Cancel>()

  private constructor(timers: Timers, logger: Logger, files: Record<MarkKind, SmallFile>) {
    this.#timers = timers
    this.#logger = logger
    this.#files = files
  }

  /** Reads the files. One that is damaged is as good as none, as in Kafka: that costs a longer recovery. */
  static load(files: Files, timers: Timers, logger: Logger, directory: string): Marks {
    const file = (kind: MarkKind) => new SmallFile(files, pathOf(directory, kinds[kind]))
    const marks = new Marks(timers, logger, {
      recovery: file('recovery'),
      start: file('start'),
      watermark: file('watermark'),
      cleaned: file('cleaned'),
    })
    for (const kind of allKinds) marks.#read(files, pathOf(directory, kinds[kind]), kind)
    return marks
  }

  /** The mark of a log; one that was not known has zeroes. */
  of(topic: string, partition: number): Mark {
    const name = logDirectoryName(topic, partition)
    const known = this.#marks.get(name)
    if (known) return known
    const mark = { topic, partition, recovery: 0, start: 0, watermark: 0, cleaned: 0 }
    this.#marks.set(name, mark)
    return mark
  }

  /** The same where a log is known, and null where not. */
  known(topic: string, partition: number): Mark | null {
    return this.#marks.get(logDirectoryName(topic, partition)) ?? null
  }

  all(): Mark[] {
    return [...this.#marks.values()]
  }

  /** Forgets a log, durably: another of its name must not inherit what was said of it. Does nothing when it is not known. */
  async forget(topic: string, partition: number): Promise<void> {
    if (this.#marks.delete(logDirectoryName(topic, partition))) await this.saveAll()
  }

  /** A mark was changed; the file follows some time later. */
  changed(kind: MarkKind): void {
    if (this.#waiting.has(kind)) return
    const cancel = this.#timers.after(delayMs[kind], () => {
      this.save(kind).catch(error => this.#logger.error('storage.checkpoint_failed', { kind, error: saying(error) }))
    })
    this.#waiting.set(kind, cancel)
  }

  /** Resolves when the marks of one kind are durable as they are now. */
  save(kind: MarkKind): Promise<void> {
    this.#waiting.get(kind)?.()
    this.#waiting.delete(kind)
    return this.#files[kind].save(() => encodeOffsets(this.#offsets(kind)))
  }

  async saveAll(): Promise<void> {
    await Promise.all(allKinds.map(kind => this.save(kind)))
  }

  /** Stops waiting; what was not saved is not. */
  stop(): void {
    for (const cancel of this.#waiting.values()) cancel()
    this.#waiting.clear()
  }

  #offsets(kind: MarkKind): PartitionOffset[] {
    const marks = [...this.#marks.values()]
    // A log that starts at its beginning, or was never compacted, needs no line, as in Kafka.
    const told = kind === 'start' || kind === 'cleaned' ? marks.filter(mark => mark[kind] > 0) : marks
    return told.map(mark => ({ topic: mark.topic, partition: mark.partition, offset: mark[kind] }))
  }

  #read(files: Files, path: string, kind: MarkKind): void {
    try {
      for (const { topic, partition, offset } of decodeOffsets(path, files.readFile(path).toString('utf8'))) {
        this.of(topic, partition)[kind] = offset
      }
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return
      if (!(error instanceof CorruptLog)) throw error
      this.#logger.warn('storage.checkpoint_damaged', { path, error: error.message })
    }
  }
}
