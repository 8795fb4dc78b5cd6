/**
 * A file of entries of one size, which is what every index is. That of an active segment is held in memory and written
 * now and then, since it can be rebuilt; that of any other is read where it lies.
 */
import type { Handle } from './handles'

const firstBytes = 1024
const pageBytes = 4096

export class EntryFile {
  readonly entryBytes: number
  readonly handle: Handle
  #count = 0
  #writtenCount = 0
  /** The file has bytes that no entry stands for. */
  #overlong = false
  /** All entries, or null when they are read from the file. */
  #held: DataView | null = null
  #page: DataView | null = null
  #pageFirst = -1

  constructor(handle: Handle, entryBytes: number) {
    this.handle = handle
    this.entryBytes = entryBytes
  }

  /** Whether all entries are in memory. */
  get isHeld(): boolean {
    return this.#held !== null
  }

  /** The file is not a whole number of entries long. */
  get isUneven(): boolean {
    return this.#overlong
  }

  get count(): number {
    return this.#count
  }

  get sizeBytes(): number {
    return this.#count * this.entryBytes
  }

  /** An index that is not there yet. Any file of its name is overwritten when this is saved. */
  begin(): void {
    this.#held = new DataView(new ArrayBuffer(firstBytes))
    this.#count = 0
    this.#writtenCount = 0
    this.#overlong = true
  }

  /** Reads entries where they lie. `sizeBytes` is the length of the file. */
  attach(sizeBytes: number): void {
    this.#held = null
    this.#page = null
    this.#pageFirst = -1
    this.#count = Math.floor(sizeBytes / this.entryBytes)
    this.#writtenCount = this.#count
    this.#overlong = sizeBytes % this.entryBytes !== 0
  }

  /** Takes all entries into memory, so that more can be added. */
  hold(): void {
    if (this.#held) return
    const bytes = Buffer.alloc(Math.max(firstBytes, this.#count * this.entryBytes))
    if (this.#count > 0) this.handle.file().readSync(bytes.subarray(0, this.#count * this.entryBytes), 0)
    this.#held = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** Writes what is missing in the file and lets go of the memory. */
  release(): void {
    this.save()
    this.attach(this.#count * this.entryBytes)
  }

  /** Where entry `index` stands in `view`, which is valid until the next call. */
  seek(index: number): number {
    if (this.#held) return index * this.entryBytes
    const perPage = Math.floor(pageBytes / this.entryBytes)
    const first = index - (index % perPage)
    if (first !== this.#pageFirst) {
      const bytes = Buffer.alloc(Math.min(perPage, this.#count - first) * this.entryBytes)
      this.handle.file().readSync(bytes, first * this.entryBytes)
      this.#page = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      this.#pageFirst = first
    }
    return (index - first) * this.entryBytes
  }

  get view(): DataView {
    return this.#held ?? this.#page!
  }

  /** Room for one more entry: where it has to be written in `view`, which must be done before anything else. */
  extend(): number {
    this.hold()
    const at = this.#count * this.entryBytes
    if (at + this.entryBytes > this.#held!.byteLength) {
      const larger = new Uint8Array(this.#held!.byteLength * 2)
      larger.set(new Uint8Array(this.#held!.buffer, this.#held!.byteOffset, at))
      this.#held = new DataView(larger.buffer)
    }
    this.#count += 1
    return at
  }

  /** Keeps the first `count` entries. */
  cut(count: number): void {
    if (count >= this.#count) return
    this.hold()
    this.#count = count
    if (count < this.#writtenCount) {
      this.#writtenCount = count
      this.#overlong = true
    }
  }

  /** Writes entries that the file lacks, and cuts off what it has too much. Creates the file. */
  save(): void {
    const file = this.handle.file(true)
    if (this.#overlong) file.truncateSync(this.#writtenCount * this.entryBytes)
    this.#overlong = false
    if (this.#writtenCount === this.#count) return
    const from = this.#writtenCount * this.entryBytes
    const length = (this.#count - this.#writtenCount) * this.entryBytes
    const { buffer, byteOffset } = this.#held!
    file.writeSync([new Uint8Array(buffer, byteOffset + from, length)], from)
    this.#writtenCount = this.#count
  }
}
