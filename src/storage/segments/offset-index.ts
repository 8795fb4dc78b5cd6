/**
 * The `.index` file: where in the segment an offset is, for one batch in every `index.interval.bytes`. Each entry has the
 * last offset of a batch, relative to the first of the segment, and the position of that batch, both of 32 bits.
 */
import { EntryFile } from './entry-file'
import type { Handle } from './handles'

const entryBytes = 8

export class OffsetIndex {
  readonly entries: EntryFile
  readonly #baseOffset: number

  constructor(handle: Handle, baseOffset: number) {
    this.entries = new EntryFile(handle, entryBytes)
    this.#baseOffset = baseOffset
  }

  get lastOffset(): number {
    return this.entries.count === 0 ? this.#baseOffset : this.offsetOf(this.entries.count - 1)
  }

  get lastPosition(): number {
    return this.entries.count === 0 ? 0 : this.positionOf(this.entries.count - 1)
  }

  isFull(maxBytes: number): boolean {
    return this.entries.count >= Math.floor(maxBytes / entryBytes)
  }

  offsetOf(index: number): number {
    const at = this.entries.seek(index)
    return this.#baseOffset + this.entries.view.getInt32(at)
  }

  positionOf(index: number): number {
    const at = this.entries.seek(index)
    return this.entries.view.getInt32(at + 4)
  }

  append(lastOffset: number, position: number): void {
    const at = this.entries.extend()
    this.entries.view.setInt32(at, lastOffset - this.#baseOffset)
    this.entries.view.setInt32(at + 4, position)
  }

  /** Where to begin looking for `offset`: no batch before that position reaches it. */
  lookup(offset: number): number {
    const count = this.#countUntil(index => this.offsetOf(index) > offset)
    return count === 0 ? 0 : this.positionOf(count - 1)
  }

  /** The last known beginning of a batch at or below `position`. */
  boundaryBelow(position: number): number {
    const count = this.#countUntil(index => this.positionOf(index) > position)
    return count === 0 ? 0 : this.positionOf(count - 1)
  }

  /** Drops entries at `offset` and above. */
  truncateTo(offset: number): void {
    this.entries.cut(this.#countUntil(index => this.offsetOf(index) >= offset))
  }

  /** How many entries ascend and point into a file of so many bytes; what comes after them is damage. */
  soundCount(fileBytes: number): number {
    let offset = -1
    // The first batch of a segment has no entry.
    let position = 0
    for (let index = 0; index < this.entries.count; index += 1) {
      const nextOffset = this.offsetOf(index) - this.#baseOffset
      const nextPosition = this.positionOf(index)
      if (nextOffset <= offset || nextPosition <= position || nextPosition >= fileBytes) return index
      offset = nextOffset
      position = nextPosition
    }
    return this.entries.count
  }

  /** Number of entries before the first for which `isBeyond` holds; it holds for all after it. */
  #countUntil(isBeyond: (index: number) => boolean): number {
    let low = 0
    let high = this.entries.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBeyond(middle)) high = middle
      else low = middle + 1
    }
    return low
  }
}
