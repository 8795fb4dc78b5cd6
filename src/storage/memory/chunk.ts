/** A piece of memory that whole batches are copied into, one after the other, and that is never written twice. */
import { lastOffsetAt } from '../../protocol/records/batch'

export class Chunk {
  readonly bytes: Buffer
  /** Where each batch begins. */
  readonly starts: number[] = []
  #used = 0

  // Not from Node's shared pool: a slice that somebody holds keeps this chunk alive and nothing else.
  constructor(capacityBytes: number, bytes: Buffer = Buffer.allocUnsafeSlow(capacityBytes)) {
    this.bytes = bytes
  }

  /** The same batches in the same memory, with room for no more: what this one is given later is not seen there. */
  sealed(): Chunk {
    const sealed = new Chunk(this.#used, this.bytes.subarray(0, this.#used))
    sealed.starts.push(...this.starts)
    sealed.#used = this.#used
    return sealed
  }

  get usedBytes(): number {
    return this.#used
  }

  get freeBytes(): number {
    return this.bytes.length - this.#used
  }

  get last(): number {
    return lastOffsetAt(this.bytes, this.starts.at(-1)!)
  }

  /** Copies the batch in `source[from, to)`, which must fit. */
  add(source: Buffer, from: number, to: number): void {
    source.copy(this.bytes, this.#used, from, to)
    this.starts.push(this.#used)
    this.#used += to - from
  }

  /** Index of the first batch that holds `offset` or comes after it; the number of batches when all end below. */
  indexOf(offset: number): number {
    let low = 0
    let high = this.starts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (lastOffsetAt(this.bytes, this.starts[middle]!) < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Index of the first batch that ends above `position`; the number of batches when all end at or below it. */
  indexBeyond(position: number): number {
    let low = 0
    let high = this.starts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.startOf(middle + 1) <= position) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Where a batch begins, which is where the one before it ends. */
  startOf(index: number): number {
    return this.starts[index] ?? this.#used
  }

  /**
   * A copy of the batches that end below `offset`. A copy, since readers may hold slices of this one and its tail must
   * not be written again.
   */
  before(offset: number): Chunk | null {
    const count = this.indexOf(offset)
    if (count === 0) return null
    const kept = new Chunk(this.startOf(count))
    for (let i = 0; i < count; i += 1) kept.add(this.bytes, this.startOf(i), this.startOf(i + 1))
    return kept
  }
}
