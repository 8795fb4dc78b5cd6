/** The end of a log in files: where new segments are begun, and the indexes of the active one are saved now and then. */
import { StorageFault } from '../fault'
import { savedEveryBytes } from './log-marks'
import type { LogSetting } from './log-setting'
import { rollJitterMs } from './roll'
import { Segment } from './segment'
import type { SegmentList } from './segment-list'

export interface GrowingLog {
  /** Hands what is staged to the system. Throws StorageFault. */
  writeStaged(): void
  /** The same for everything. Throws StorageFault. */
  writeOut(): void
  /** Makes everything durable. */
  flush(): Promise<void>
}

export class Growth {
  readonly #setting: LogSetting
  readonly #segments: SegmentList
  readonly #log: GrowingLog
  #unsavedBytes = 0
  #hasUnsyncedNames = false

  constructor(setting: LogSetting, segments: SegmentList, log: GrowingLog) {
    this.#setting = setting
    this.#segments = segments
    this.#log = log
  }

  /** Ends the active segment and begins another. Throws StorageFault. */
  roll(baseOffset: number): void {
    this.#log.writeOut()
    try {
      this.#segments.active.complete()
      this.#segments.push(this.begin(baseOffset))
    } catch (error) {
      throw this.#setting.health.writeFailed(`new segment in ${this.#setting.directory}`, error)
    }
    this.#unsavedBytes = 0
    // What is complete is not waited for, but reaches the disk early, as in Kafka.
    if (this.#setting.flush === 'os') this.#log.flush().catch(() => {})
  }

  begin(baseOffset: number): Segment {
    const { config, random } = this.#setting
    this.#hasUnsyncedNames = true
    return Segment.begin(this.#setting, baseOffset, rollJitterMs(config(), random.next()))
  }

  appended(bytes: number): void {
    this.#unsavedBytes += bytes
    if (this.#unsavedBytes > savedEveryBytes) this.#saveIndexes()
  }

  /** Names in the directory were changed. */
  namesChanged(): void {
    this.#hasUnsyncedNames = true
  }

  /** Resolves when names that were changed are durable. */
  async syncNames(): Promise<void> {
    if (!this.#hasUnsyncedNames) return
    this.#hasUnsyncedNames = false
    await this.#setting.files.syncDir(this.#setting.directory)
  }

  #saveIndexes(): void {
    this.#unsavedBytes = 0
    try {
      this.#log.writeStaged()
      this.#segments.active.saveIndexes()
    } catch (error) {
      const fault =
        error instanceof StorageFault
          ? error
          : this.#setting.health.writeFailed(`indexes in ${this.#setting.directory}`, error)
      this.#setting.logger.warn('storage.index_not_saved', { error: fault.message })
    }
  }
}
