/** A data directory without a broker: its logs looked through, and mended. */
import type { Platform } from '../../platform/platform'
import { DirectoryRefused } from '../fault'
import { type CheckedLog, checkLog } from './damage'
import { codeOf, saying } from './health'
import { names, parseLogDirectoryName, pathOf } from './layout'
import { Marks } from './marks'
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
    this.all = logs.sort()
  }

  /** Rejects with DirectoryRefused, and has then changed nothing. */
  static async open(platform: OfflinePlatform, path: string): Promise<OfflineLogs> {
    const { files } = platform
    try {
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

  check(name: string): Promise<CheckedLog> {
    const { files, timers } = this.#platform
    const { topic, partition } = parseLogDirectoryName(name)!
    const { recovery: mark, start, cleaned } = this.#marks.of(topic, partition)
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
    if (checked.damages.length === 0 && checked.strays.length === 0) return []
    if (checked.strays.some(({ reachesFurther }) => reachesFurther)) return []
    await files.remove(pathOf(this.#path, names.cleanShutdown))
    await files.syncDir(this.#path)
    return mendLog(files, pathOf(this.#path, name), checked)
  }

  close(): Promise<void> {
    this.#marks.stop()
    return this.#release()
  }
}
