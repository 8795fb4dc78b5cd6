/** The leader epochs of a log, and the file that remembers them. */
import { EpochEntries } from '../epoch-entries'
import { names, pathOf } from './layout'
import type { LogSetting } from './log-setting'
import { SmallFile } from './small-file'
import { encodeEpochs } from './texts'

const noEpochs = encodeEpochs([])

export class SavedEpochs {
  readonly entries: EpochEntries
  readonly #file: SmallFile
  readonly #setting: LogSetting
  #saved: Promise<void> = Promise.resolve()
  /** What is in the file; null as soon as it is written anew. */
  #inFile: string | null
  /** The file is not as the entries are: there was no room for it, or nobody needed it so far. */
  #isBehind: boolean
  #closed = false

  /** `inFile` is what the file says by now. It may have more at its end than the entries, until something is appended. */
  constructor(setting: LogSetting, entries: EpochEntries, inFile: string) {
    this.#setting = setting
    this.entries = entries
    this.#inFile = inFile
    this.#isBehind = inFile !== encodeEpochs(entries.all())
    this.#file = new SmallFile(setting.files, pathOf(setting.directory, names.leaderEpochs))
  }

  /** The file follows when a change has been made. */
  saveIf(changed: boolean): void {
    // A log that was dropped has no directory any more.
    if (!changed || this.#closed) return
    // As at each start of a log without records, whose epoch goes as one that holds nothing, and comes again.
    if (this.#inFile !== null && this.#inFile === encodeEpochs(this.entries.all())) this.#isBehind = false
    else if (this.#isNeedless) this.#isBehind = true
    else this.#save()
  }

  /**
   * A log that never had a record needs no file: a start would drop the epochs that it has, and without it thousands of new
   * logs are there sooner.
   */
  get #isNeedless(): boolean {
    return this.#inFile === noEpochs && this.entries.areEmpty
  }

  /** What is appended now must not be taken for one of an epoch that only the file has. */
  appending(): void {
    if (this.#isBehind && !this.#closed) this.#save()
  }

  #save(): void {
    this.#isBehind = false
    this.#inFile = null
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
    if (this.#isBehind && !this.#closed && !this.#isNeedless) this.#save()
    return this.#saved
  }

  /** Nothing is written any more. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#saved.catch(() => {})
  }
}
