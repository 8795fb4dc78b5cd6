/**
 * The `.timeindex` file. An entry (a timestamp of 64 bits, a relative offset of 32) says: no record up to and including
 * that offset is later than that time. The last one of a segment that is complete tells its largest timestamp.
 */
import { EntryFile } from './entry-file'
import type { Handle } from './handles'

const entryBytes = 12

export class TimeIndex {
  readonly entries: EntryFile
  readonly #baseOffset: number

  constructor(handle: Handle, baseOffset: number) {
    this.entries = new EntryFile(handle, entryBytes)
    this.#baseOffset = baseOffset
  }

  /** -1 when there is none. */
  get lastTimestampMs(): number {
    return this.entries.count === 0 ? -1 : this.timestampOf(this.entries.count - 1)
  }

  /** The base offset when there is none. */
  get lastOffset(): number {
    return this.entries.count === 0 ? this.#baseOffset : this.offsetOf(this.entries.count - 1)
  }

  /** One entry is kept free for the one that completes the segment. */
  isFull(maxBytes: number): boolean {
    return this.entries.count >= Math.floor(maxBytes / entryBytes) - 1
  }

  timestampOf(index: number): number {
    const at = this.entries.seek(index)
    const { view } = this.entries
    return view.getInt32(at) * 0x1_0000_0000 + view.getUint32(at + 4)
  }

  offsetOf(index: number): number {
    const at = this.entries.seek(index)
    return this.#baseOffset + this.entries.view.getInt32(at + 8)
  }

  /** Adds an entry if it is later than all before. */
  maybeAppend(timestampMs: number, offset: number): void {
    if (timestampMs <= this.lastTimestampMs) return
    const at = this.entries.extend()
    const { view } = this.entries
    view.setInt32(at, Math.floor(timestampMs / 0x1_0000_0000))
    view.setUint32(at + 4, timestampMs % 0x1_0000_0000)
    view.setInt32(at + 8, offset - this.#baseOffset)
  }

  /** The last known offset up to which no record is later than `timestampMs`; the base offset when none is known. */
  lookup(timestampMs: number): number {
    let low = 0
    let high = this.entries.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.timestampOf(middle) > timestampMs) high = middle
      else low = middle + 1
    }
    return low === 0 ? this.#baseOffset : this.offsetOf(low - 1)
  }

  /** Drops entries at `offset` and above. */
  truncateTo(offset: number): void {
    let count = this.entries.count
    while (count > 0 && this.offsetOf(count - 1) >= offset) count -= 1
    this.entries.cut(count)
  }

  /** How many entries ascend; what comes after them is damage. */
  soundCount(): number {
    let timestampMs = -1
    let offset = -1
    for (let index = 0; index < this.entries.count; index += 1) {
      const nextMs = this.timestampOf(index)
      const nextOffset = this.offsetOf(index) - this.#baseOffset
      if (nextMs <= timestampMs || nextOffset < offset || nextOffset < 0) return index
      timestampMs = nextMs
      offset = nextOffset
    }
    return this.entries.count
  }
}
