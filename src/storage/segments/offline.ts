/** A data directory without a broker: its logs looked through, and mended. */
import type { Platform } from '../../platform/platform'
import { DirectoryRefused } from '../fault'
import { type CheckedLog, checkLog, goneLog } from './damage'
import { codeOf, saying } from './health'
import { logDirectoryName, names, parseLogDirectoryName, pathOf, segmentFileName } from './layout'
import { endOf, type Mark, Marks } from './marks'
import { mendLog } from './mend'

export type OfflinePlatform = Pick<Platform, 'files' | 'timers' | 'logger'>

/** Logs of a directory that nobody else uses meanwhile. */
export class OfflineLogs {
  /** Names of the logs, such as `orders-0`, in order. */
  readonly all: readonly string[]
  readonly #platform: OfflinePlatform
  readonly #path: string
  readonly #marks: Marks
  readonly #release: () => Promise<void>

  private constructor(platform: OfflinePlatform, path: string, release: () => Promise<void>) {
    this.#platform = platform
    this.#path = path
    this.#release = release
    const { files, timers, logger } = platform
    this.#marks = Marks.load(files, timers, logger, path)
    const logs = files
      .list(path)
      .filter(name => parseLogDirectoryName(name) && files.stat(pathOf(path, name))?.isDirectory)
    const gone = this.#marks.all().filter(mark => this.#isGone(mark))
    this.all = [...logs, ...gone.map(({ topic, partition }) => logDirectoryName(topic, partition))].sort()
  }

  /** Rejects with DirectoryRefused, and has then changed nothing. */
  static async open(platform: OfflinePlatform, path: string): Promise<OfflineLogs> {
    const { files } = platform
    try {
      if (!files.stat(path)) throw new DirectoryRefused(path, 'not there', 'is not there')
      if (!files.stat(pathOf(path, names.metaProperties)))
        throw new DirectoryRefused(path, 'no identity', 'has no meta.properties, and so is no data directory')
      const lock = await files.lock(pathOf(path, names.lock))
      if (!lock) throw new DirectoryRefused(path, 'locked', 'is in use by another process')
      return new OfflineLogs(platform, path, () => lock.release())
    } catch (error) {
      if (codeOf(error) === '') throw error
      throw new DirectoryRefused(path, 'unusable', saying(error), error)
    }
  }

  /** A log that had records, of which nothing is there. */
  #isGone(mark: Mark): boolean {
    const { topic, partition } = mark
    return endOf(mark) > 0 && !this.#platform.files.stat(pathOf(this.#path, logDirectoryName(topic, partition)))
  }

  async check(name: string): Promise<CheckedLog> {
    const { files, timers } = this.#platform
    const { topic, partition } = parseLogDirectoryName(name)!
    const known = this.#marks.of(topic, partition)
    if (this.#isGone(known)) return goneLog(known.start, endOf(known))
    const { recovery: mark, start, cleaned } = known
    return checkLog(files, pathOf(this.#path, name), {
      mark,
      start,
      wasCompacted: cleaned > 0,
      pause: () => new Promise(resolve => void timers.after(0, resolve)),
    })
  }

  /**
   * Takes what `check` has found out of a log, and returns the paths of the copies that it has made of damaged files, and of
   * those that it has put aside. Changes nothing where it cannot be told which of two files is right. The next start checks the directory as it does after a crash, and makes indexes and the memory of producers anew.
   */
  async mend(name: string, checked: CheckedLog): Promise<readonly string[]> {
    const { files } = this.#platform
    if (checked.isGone) return this.#beginAnew(name, checked.endOffset)
    if (checked.damages.length === 0 && checked.strays.length === 0) return []
    if (checked.strays.some(({ reachesFurther }) => reachesFurther)) return []
    await files.remove(pathOf(this.#path, names.cleanShutdown))
    await files.syncDir(this.#path)
    return mendLog(files, pathOf(this.#path, name), checked)
  }

  /** An empty log where the one ended that is gone: no offset is given out a second time. */
  async #beginAnew(name: string, end: number): Promise<[]> {
    const { files } = this.#platform
    const directory = pathOf(this.#path, name)
    await files.remove(pathOf(this.#path, names.cleanShutdown))
    files.makeDir(directory)
    await files.open(pathOf(directory, segmentFileName(end, 'log')), { create: true }).close()
    await files.syncDir(directory)
    await files.syncDir(this.#path)
    return []
  }

  close(): Promise<void> {
    this.#marks.stop()
    return this.#release()
  }
}
