/** A stretch of a memory log that retention removes as a whole, as it does the files of a log on disk. */
import { batchBytesAt, maxTimestampAt } from '../../protocol/records/batch'
import type { BatchVisitor } from '../log'
import { Chunk } from './chunk'

const firstChunkBytes = 4096
const chunkBytesMax = 1024 * 1024

export class MemorySegment {
  readonly baseOffset: number
  readonly createdMs: number
  readonly jitterMs: number
  readonly indexesFull = false
  #chunks: Chunk[] = []
  #sizeBytes = 0
  #maxTimestampMs = -1

  constructor(baseOffset: number, createdMs: number, jitterMs: number) {
    this.baseOffset = baseOffset
    this.createdMs = createdMs
    this.jitterMs = jitterMs
  }

  /** One of its own with the same batches, which stay where they are in memory. */
  copy(): MemorySegment {
    const copy = new MemorySegment(this.baseOffset, this.createdMs, this.jitterMs)
    // Only the last chunk is still written to.
    copy.#chunks = this.#chunks.map((chunk, index) => (index === this.#chunks.length - 1 ? chunk.sealed() : chunk))
    copy.#sizeBytes = this.#sizeBytes
    copy.#maxTimestampMs = this.#maxTimestampMs
    return copy
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** First offset after its batches. */
  get nextOffset(): number {
    const tail = this.#chunks.at(-1)
    return tail ? tail.last + 1 : this.baseOffset
  }

  get maxTimestampMs(): number {
    return this.#maxTimestampMs
  }

  get firstTimestampMs(): number {
    const first = this.#chunks[0]
    return first ? maxTimestampAt(first.bytes, 0) : -1
  }

  append(batches: Buffer): void {
    let at = 0
    let tail = this.#chunks.at(-1)
    while (at < batches.length) {
      const to = at + batchBytesAt(batches, at)
      if (!tail || tail.freeBytes < to - at) {
        // Small at first, so that thousands of idle partitions cost little; then as much again as there is.
        const wanted = Math.max(firstChunkBytes, Math.min(this.#sizeBytes, chunkBytesMax))
        tail = new Chunk(Math.max(wanted, to - at))
        this.#chunks.push(tail)
      }
      this.#maxTimestampMs = Math.max(this.#maxTimestampMs, maxTimestampAt(batches, at))
      tail.add(batches, at, to)
      this.#sizeBytes += to - at
      at = to
    }
  }

  /**
   * Adds slices of whole batches to `into`, from the one that holds `from` to the last below `upTo` that fits into
   * `maxBytes`; the first of all fits always when `force` is set. Returns bytes added; `more` is false when it stopped
   * for a reason other than the end of the segment.
   */
  collect(
    from: number,
    upTo: number,
    maxBytes: number,
    force: boolean,
    into: Buffer[],
  ): { bytes: number; more: boolean } {
    let bytes = 0
    for (let i = this.#chunkOf(from); i < this.#chunks.length; i += 1) {
      const chunk = this.#chunks[i]!
      const index = chunk.indexOf(from)
      const begin = chunk.startOf(index)
      const allowed = chunk.indexOf(upTo)
      let next = Math.min(allowed, chunk.indexBeyond(begin + maxBytes - bytes))
      if (force && bytes === 0 && allowed > index) next = Math.max(next, index + 1)
      if (next > index) {
        const to = chunk.startOf(next)
        into.push(chunk.bytes.subarray(begin, to))
        bytes += to - begin
      }
      if (next < chunk.starts.length) return { bytes, more: false }
    }
    return { bytes, more: true }
  }

  /** False when `visit` asked to stop. */
  forEachBatch(from: number, visit: BatchVisitor): boolean {
    for (let i = this.#chunkOf(from); i < this.#chunks.length; i += 1) {
      const chunk = this.#chunks[i]!
      for (let index = chunk.indexOf(from); index < chunk.starts.length; index += 1) {
        if (visit(chunk.bytes, chunk.starts[index]!) === false) return false
      }
    }
    return true
  }

  /** Drops batches that reach `end` or above. */
  truncateTo(end: number): void {
    const whole = this.#chunks.filter(chunk => chunk.last < end)
    const partial = this.#chunks[whole.length]?.before(end)
    this.#chunks = partial ? [...whole, partial] : whole
    this.#sizeBytes = this.#chunks.reduce((sum, chunk) => sum + chunk.usedBytes, 0)
    this.#maxTimestampMs = -1
    this.forEachBatch(0, (buffer, at) => {
      this.#maxTimestampMs = Math.max(this.#maxTimestampMs, maxTimestampAt(buffer, at))
    })
  }

  /** Index of the first chunk that holds `offset` or anything after it. */
  #chunkOf(offset: number): number {
    let low = 0
    let high = this.#chunks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#chunks[middle]!.last < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}
