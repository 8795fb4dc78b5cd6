/** The leader epochs of a log, and the file that remembers them. */
import { EpochEntries } from '../epoch-entries'
import { names, pathOf } from './layout'
import type { LogSetting } from './log-setting'
import { SmallFile } from './small-file'
import { encodeEpochs } from './texts'

export class SavedEpochs {
  readonly entries: EpochEntries
  readonly #file: SmallFile
  readonly #setting: LogSetting
  #closed = false

  constructor(setting: LogSetting, entries: EpochEntries) {
    this.#setting = setting
    this.entries = entries
    this.#file = new SmallFile(setting.files, pathOf(setting.directory, names.leaderEpochs))
  }

  /** The file follows when a change has been made. */
  saveIf(changed: boolean): void {
    // A log that was dropped has no directory any more.
    if (!changed || this.#closed) return
    const saved = this.#file.save(() => encodeEpochs(this.entries.all()))
    saved.catch(error => this.#setting.health.fail(names.leaderEpochs, error))
  }

  /** Resolves when the file is as the entries are. */
  settled(): Promise<void> {
    return this.#file.settled()
  }

  /** Nothing is written any more. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#file.settled().catch(() => {})
  }
}
