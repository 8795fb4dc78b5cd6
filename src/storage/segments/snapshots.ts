/** Snapshots beside a log: files named by offset. */
import type { Files } from '../../platform/files'
import { StorageFault } from '../fault'
import type { Snapshots } from '../log'
import { saying } from './health'
import { pathOf, segmentFileName } from './layout'

export class FileSnapshots implements Snapshots {
  readonly #files: Files
  readonly #directory: string
  /** The last work on each offset that is known, so that a write and a removal do not overtake each other. */
  readonly #work = new Map<number, Promise<void>>()
  readonly #offsets: Set<number>
  /** What is being written, to be read meanwhile. */
  readonly #pending = new Map<number, Buffer>()

  constructor(files: Files, directory: string, offsets: readonly number[]) {
    this.#files = files
    this.#directory = directory
    this.#offsets = new Set(offsets)
  }

  /** Rejects with StorageFault. */
  write(offset: number, bytes: Buffer): Promise<void> {
    const copy = Buffer.from(bytes)
    this.#offsets.add(offset)
    this.#pending.set(offset, copy)
    return this.#after(offset, async path => {
      await this.#files.replaceFile(path, copy)
      if (this.#pending.get(offset) === copy) this.#pending.delete(offset)
    })
  }

  /** Throws StorageFault. */
  latest(atOrBelow: number): { offset: number; bytes: Buffer } | null {
    const offset = this.offsets().findLast(at => at <= atOrBelow)
    if (offset === undefined) return null
    const pending = this.#pending.get(offset)
    if (pending) return { offset, bytes: pending }
    try {
      return { offset, bytes: this.#files.readFile(this.#path(offset)) }
    } catch (error) {
      throw new StorageFault(`read of ${this.#path(offset)}: ${saying(error)}`, { cause: error })
    }
  }

  offsets(): readonly number[] {
    return [...this.#offsets].sort((a, b) => a - b)
  }

  remove(offset: number): Promise<void> {
    if (!this.#offsets.delete(offset)) return Promise.resolve()
    this.#pending.delete(offset)
    return this.#after(offset, path => this.#files.remove(path))
  }

  async removeAll(goes: (offset: number) => boolean): Promise<void> {
    await Promise.all(
      this.offsets()
        .filter(goes)
        .map(offset => this.remove(offset)),
    )
  }

  /** Resolves when all work that was asked for is done, or failed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#work.values())
  }

  #path(offset: number): string {
    return pathOf(this.#directory, segmentFileName(offset, 'snapshot'))
  }

  async #after(offset: number, work: (path: string) => Promise<void>): Promise<void> {
    const path = this.#path(offset)
    const before = this.#work.get(offset) ?? Promise.resolve()
    const mine = before.catch(() => {}).then(() => work(path))
    this.#work.set(offset, mine)
    try {
      await mine
    } catch (error) {
      throw new StorageFault(`work on ${path}: ${saying(error)}`, { cause: error })
    } finally {
      if (this.#work.get(offset) === mine) this.#work.delete(offset)
    }
  }
}
