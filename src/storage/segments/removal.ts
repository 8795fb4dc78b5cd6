/** Removing the files of segments: renamed at once, and removed some time later, since a reader may be in them. */
import type { Cancel } from '../../platform/clock'
import { saying } from './health'
import { names } from './layout'
import type { LogSetting } from './log-setting'
import type { Segment } from './segment'

export class Removal {
  readonly #setting: LogSetting
  readonly #waiting = new Set<Cancel>()

  constructor(setting: LogSetting) {
    this.#setting = setting
  }

  /** Resolves when the names are gone, from the newest on: what a crash leaves of them then has no hole before its end. */
  async now(segments: readonly Segment[]): Promise<void> {
    for (const segment of segments.toReversed()) {
      await segment.close()
      for (const handle of segment.handles()) await this.#setting.files.remove(handle.path)
    }
  }

  /** Resolves when the files have other names. They are removed after `file.delete.delay.ms`. */
  async later(segments: readonly Segment[]): Promise<void> {
    const { files, timers, config } = this.#setting
    const renamed: string[] = []
    for (const segment of segments) {
      await segment.close()
      for (const { path } of segment.handles()) {
        if (!files.stat(path)) continue
        await files.rename(path, path + names.deletedSuffix)
        renamed.push(path + names.deletedSuffix)
      }
    }
    const cancel = timers.after(config().fileDeleteDelayMs, () => {
      this.#waiting.delete(cancel)
      this.#remove(renamed).catch(error => {
        this.#setting.logger.warn('storage.remove_failed', { path: this.#setting.directory, error: saying(error) })
      })
    })
    this.#waiting.add(cancel)
  }

  /** What waits is removed when the log is opened next. */
  stop(): void {
    for (const cancel of this.#waiting) cancel()
    this.#waiting.clear()
  }

  async #remove(paths: readonly string[]): Promise<void> {
    for (const path of paths) await this.#setting.files.remove(path)
  }
}
