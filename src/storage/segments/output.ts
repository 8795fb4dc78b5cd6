/**
 * How appends of a log reach its files, and who waits for that: staged with others, by a thread, or at once. Says so when
 * the disk has no room for some of them, which the log then takes back with all that came after.
 */
import type { BatchFacts } from '../batches'
import { StorageFault } from '../fault'
import type { Keep } from '../log'
import type { LogSetting } from './log-setting'
import type { Segment } from './segment'
import type { SegmentList } from './segment-list'
import type { Staged } from './stage'
import type { Sender } from './tail'
import { Written } from './written'

/** What this needs of its log. */
export interface OutputLog {
  readonly segments: SegmentList
  end(): number
  isClosed(): boolean
  /** What was not written is not in the segments any more. */
  takenBack(fault: StorageFault): void
}

export class Output implements Staged, Sender {
  readonly written: Written
  readonly #setting: LogSetting
  readonly #log: OutputLog

  constructor(setting: LogSetting, log: OutputLog) {
    this.#setting = setting
    this.#log = log
    this.written = new Written(log.segments.active.nextOffset)
  }

  get isFlying(): boolean {
    return this.#log.segments.active.tail.isFlying
  }

  /** Before an append of so many bytes, since it may take back what was appended before. Throws StorageFault. */
  makeRoom(sizeBytes: number, keep: Keep | undefined): void {
    this.#setting.stage.makeRoom(sizeBytes, this, keep)
  }

  /** Throws StorageFault, and then nothing of the batches is in the segment. */
  put(batches: Buffer, facts: BatchFacts, keep: Keep | undefined): void {
    const { stage } = this.#setting
    const { active } = this.#log.segments
    const piece = stage.piece(batches, this, keep)
    if (piece) return active.send(piece, facts, this)
    active.append(batches, facts, stage.copy(batches, this))
    if (!active.tail.isBehind) this.written.reachedAll(facts.last + 1)
  }

  writeStaged(): StorageFault | null {
    return this.#writing(active => active.writeStaged())
  }

  writeOut(): StorageFault | null {
    return this.writeStaged() ?? this.#writing(active => active.overtake())
  }

  mustWriteStaged(): void {
    must(this.writeStaged())
  }

  mustWriteOut(): void {
    must(this.writeOut())
  }

  /** For who looks into the files: what was taken back is not missed, what a thread has still to write would be. */
  mustBeWhole(): void {
    const fault = this.writeOut()
    if (fault && this.isFlying) throw fault
  }

  /** Resolves when everything below `end` is written. That a log is closed meanwhile is not the disk's fault. */
  async writtenTo(end: number): Promise<void> {
    try {
      await this.written.wait(end)
    } catch (error) {
      if (!this.#log.isClosed()) throw error
      throw new StorageFault(`${this.#setting.directory} is closed`, { passes: true })
    }
  }

  begun(end: number): void {
    this.written.begun(end)
  }

  landed(end: number): void {
    if (!this.#log.isClosed()) this.written.reached(end)
  }

  failed(fault: StorageFault): void {
    if (this.#log.isClosed()) return
    this.#log.takenBack(fault)
    this.written.failed(this.#log.end(), fault)
  }

  #writing(write: (active: Segment) => void): StorageFault | null {
    const { active } = this.#log.segments
    if (!active.tail.isBehind) return null
    try {
      write(active)
      if (!active.tail.isBehind) this.written.reachedAll(this.#log.end())
      return null
    } catch (error) {
      const fault = error instanceof StorageFault ? error : this.#setting.health.fail('write', error)
      if (!active.tail.isBehind) this.failed(fault)
      return fault
    }
  }
}

function must(fault: StorageFault | null): void {
  if (fault) throw fault
}
