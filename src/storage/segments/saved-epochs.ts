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
  #saved: Promise<void> = Promise.resolve()
  /** There was no room for the file. */
  #isBehind = false
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
    this.#save()
  }

  #save(): void {
    this.#isBehind = false
    this.#saved = this.#file
      .save(() => encodeEpochs(this.entries.all()))
      .catch((error: unknown) => {
        // A full disk fails nothing by that: who needs the file has it written then.
        this.#isBehind = true
        throw this.#setting.health.writeFailed(names.leaderEpochs, error)
      })
    this.#saved.catch(() => {})
  }

  /** Resolves when the file is as the entries are. Rejects with StorageFault, and may be asked again when that passes. */
  settled(): Promise<void> {
    if (this.#isBehind && !this.#closed) this.#save()
    return this.#saved
  }

  /** Nothing is written any more. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#saved.catch(() => {})
  }
}
