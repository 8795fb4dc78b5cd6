/** What the data directory remembers of one log: where it starts, what of it is on the disk, its high watermark. */
import { type Health, saying } from './health'
import { names } from './layout'
import type { LogSetting } from './log-setting'

/** After so many bytes the recovery mark is saved: that bounds what a recovery reads. */
export const savedEveryBytes = 64 * 1024 * 1024

const done = Promise.resolve()

export class LogMarks {
  readonly #setting: LogSetting
  readonly #health: Health
  #unmarkedBytes = 0
  #startSaved: Promise<void> = done
  /** There was no room to save the start. */
  #isStartBehind = false

  constructor(setting: LogSetting) {
    this.#setting = setting
    this.#health = setting.health
  }

  get watermark(): number {
    return this.#setting.mark.watermark
  }

  set watermark(offset: number) {
    this.#setting.mark.watermark = offset
    this.#setting.marks.changed('watermark')
  }

  /** The log was compacted up to here. */
  get cleaned(): number {
    return this.#setting.mark.cleaned
  }

  async saveCleaned(end: number): Promise<void> {
    this.#setting.mark.cleaned = end
    await this.#setting.marks.save('cleaned')
  }

  /** Resolves when it is remembered on the disk what is on the disk. */
  saveRecovery(): Promise<void> {
    return this.#setting.marks.save('recovery')
  }

  /** Resolves when the start that was told last is on the disk. Rejects with StorageFault, and may be asked again when that passes. */
  get startSaved(): Promise<void> {
    return this.#isStartBehind ? this.saveStart(this.#setting.mark.start) : this.#startSaved
  }

  /** Whoever does not wait for it finds out by the health of the directory, or by `startSaved`. */
  saveStart(start: number): Promise<void> {
    this.#setting.mark.start = start
    this.#isStartBehind = false
    const saved = this.#setting.marks.save('start').catch(error => {
      this.#isStartBehind = true
      throw this.#health.writeFailed(names.startOffsets, error)
    })
    saved.catch(() => {})
    this.#startSaved = saved
    return saved
  }

  appended(bytes: number): void {
    this.#unmarkedBytes += bytes
  }

  /** Bytes appended since the mark of recovery was saved; hand them to `reached` when they are on the disk. */
  get unmarkedBytes(): number {
    return this.#unmarkedBytes
  }

  /** Everything below `end` is on the disk. */
  reached(end: number, bytes: number): void {
    const { mark, marks, logger } = this.#setting
    if (mark.recovery >= end) return
    mark.recovery = end
    marks.changed('recovery')
    if (bytes < savedEveryBytes) return
    this.#unmarkedBytes -= bytes
    marks.save('recovery').catch(error => logger.error('storage.checkpoint_failed', { error: saying(error) }))
  }

  /** Resolves when it is remembered that nothing at `end` and above counts as being on the disk. */
  async lowerRecovery(end: number): Promise<void> {
    const { mark, marks, directory } = this.#setting
    mark.recovery = Math.min(mark.recovery, end)
    mark.cleaned = Math.min(mark.cleaned, end)
    marks.changed('cleaned')
    await this.#health.guard(`cut of ${directory}`, () => marks.save('recovery'))
  }

  /** Saves the marks of a log that is closed, and those of its neighbours. */
  saveAll(mark: { readonly start: number; readonly recovery: number; readonly watermark: number }): Promise<void> {
    Object.assign(this.#setting.mark, mark)
    return this.#setting.marks.saveAll()
  }
}
