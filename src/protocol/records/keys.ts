/** The keys of a batch and where they stand, without making anything of its records: what compaction looks at. */
import { corrupt } from './corrupt'
import type { Body } from './records'
import { VarintCursor } from './varint'

/** Goes from record to record of a batch's body; what it tells is of the one that `next` came to last. */
export class KeyReader {
  offsetDelta = 0
  /** Where the key begins in the body, and its length: -1 where there is none. */
  keyFrom = 0
  keyBytes = -1
  hasValue = false
  readonly #cursor: VarintCursor
  readonly #to: number
  readonly #count: number
  #read = 0

  constructor({ bytes, from, to }: Body, count: number) {
    this.#cursor = new VarintCursor(bytes, from)
    this.#to = to
    this.#count = count
  }

  /** False when there are no more. Throws CorruptRecord. */
  next(): boolean {
    if (this.#read >= this.#count) return false
    const cursor = this.#cursor
    const sizeBytes = cursor.varint()
    const end = cursor.at + sizeBytes
    if (sizeBytes < 0 || end > this.#to) corrupt(`record ${this.#read} is longer than what is left of its batch`)
    cursor.at += 1
    cursor.varlong()
    this.offsetDelta = cursor.varint()
    this.keyBytes = cursor.varint()
    this.keyFrom = cursor.at
    if (this.keyBytes > 0) cursor.at += this.keyBytes
    this.hasValue = cursor.varint() >= 0
    if (cursor.at > end) corrupt(`record ${this.#read} is longer than it says`)
    cursor.at = end
    this.#read += 1
    return true
  }

  /** The key, as a view of the body. */
  keyOf({ bytes }: Body): Buffer {
    return bytes.subarray(this.keyFrom, this.keyFrom + this.keyBytes)
  }
}
