/** The segments of a log, the oldest first and the active one last, and what is asked of them together. */
import { assert } from '../../platform/assert'
import { bufferPool } from '../../platform/buffer-pool'
import { noTimestamp } from '../../protocol/records/batch'
import type { CleanableFacts } from '../compaction/eligible'
import { type BatchVisitor, noSlices, type ReadBudget, type Slices, type TimestampedOffset } from '../log'
import type { Segment } from './segment'

export class SegmentList {
  #segments: Segment[]
  #cuts = 0

  constructor(segments: readonly Segment[]) {
    assert(segments.length > 0, 'a log has a segment')
    this.#segments = [...segments]
  }

  get all(): readonly Segment[] {
    return this.#segments
  }

  get oldest(): Segment {
    return this.#segments[0]!
  }

  get active(): Segment {
    return this.#segments.at(-1)!
  }

  get sizeBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.sizeBytes, 0)
  }

  /** How many times segments were taken away or cut: who works on some of them over a while looks whether it changed. */
  get cuts(): number {
    return this.#cuts
  }

  /** The last segment that begins at or below `offset`; the oldest when none does. */
  holding(offset: number): Segment {
    return this.#segments[this.#indexOf(offset)]!
  }

  /** Puts a new active segment at the end; one without batches makes room for it. */
  push(segment: Segment): void {
    if (this.active.sizeBytes === 0) this.#segments.pop()
    this.#segments.push(segment)
  }

  /** Takes away all segments after the one that holds `offset`, and returns them. */
  splitAfter(offset: number): readonly Segment[] {
    this.#cuts += 1
    return this.#segments.splice(this.#indexOf(offset) + 1)
  }

  /** Takes away the `count` oldest, and returns them. */
  dropOldest(count: number): readonly Segment[] {
    assert(count < this.#segments.length, 'the active segment stays')
    this.#cuts += 1
    return this.#segments.splice(0, count)
  }

  /** Puts one segment in the place of neighbours, none of them the active one. */
  replace(group: readonly Segment[], segment: Segment): void {
    const first = this.#segments.indexOf(group[0]!)
    assert(first >= 0 && this.#segments[first + group.length - 1] === group.at(-1), 'neighbours of this log')
    assert(group.at(-1) !== this.active, 'the active segment stays')
    this.#segments.splice(first, group.length, segment)
  }

  replaceAll(segment: Segment): void {
    this.#cuts += 1
    this.#segments = [segment]
  }

  /** How many of the oldest end at or below `start`. */
  countBelow(start: number): number {
    return this.#segments.findIndex((_, i) => (this.#segments[i + 1]?.baseOffset ?? Infinity) > start)
  }

  read(from: number, upTo: number, budget: ReadBudget): Slices {
    const buffers: Buffer[] = []
    const owners: Buffer[] = []
    let sizeBytes = 0
    for (let i = this.#indexOf(from); i < this.#segments.length; i += 1) {
      const force = (budget.minOneBatch ?? true) && sizeBytes === 0
      const { bytes, owner, more } = this.#segments[i]!.read(from, upTo, budget.maxBytes - sizeBytes, force)
      if (bytes) buffers.push(bytes)
      if (owner) owners.push(owner)
      sizeBytes += bytes?.length ?? 0
      if (!more) break
    }
    return sizeBytes === 0 ? noSlices : { buffers, sizeBytes, release: releaseOnce(owners) }
  }

  forEachBatch(from: number, visit: BatchVisitor): void {
    for (const segment of this.#segments.slice(this.#indexOf(from))) if (!segment.forEachBatch(from, visit)) return
  }

  findByTime(timestampMs: number, from: number): TimestampedOffset | null {
    for (const segment of this.#segments.slice(this.#indexOf(from))) {
      const found = segment.findByTime(timestampMs, from)
      if (found) return found
    }
    return null
  }

  /** The first of the latest records at `from` or above; where none has a time, the first of all. */
  maxTimestamp(from: number): TimestampedOffset | null {
    const latest = this.#segments.reduce((a, b) => (b.maxTimestampMs > a.maxTimestampMs ? b : a))
    let best = latest.findByTime(latest.maxTimestampMs, from)
    if (best) return best
    // The latest of all is below the start: climb from one record to the next later one.
    for (let next = this.findByTime(noTimestamp, from); next; next = this.findByTime(next.timestampMs + 1, from))
      best = next
    return best
  }

  /** Begins syncs of what is dirty, of the newest segments back to the first complete one that is not. */
  syncs(): Promise<void>[] {
    const syncs: Promise<void>[] = []
    for (const segment of this.#segments.toReversed()) {
      if (segment.dirty) syncs.push(segment.sync())
      else if (segment !== this.active) break
    }
    return syncs
  }

  facts(): CleanableFacts[] {
    return this.#segments.map(segment => ({
      baseOffset: segment.baseOffset,
      nextOffset: segment.nextOffset,
      sizeBytes: segment.sizeBytes,
      // Asked only of few, since it is in the file.
      get firstTimestampMs() {
        return segment.firstTimestampMs
      },
      largestTimestampMs: segment.maxTimestampMs >= 0 ? segment.maxTimestampMs : segment.createdMs,
    }))
  }

  #indexOf(offset: number): number {
    let low = 0
    let high = this.#segments.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#segments[middle]!.baseOffset <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}

function releaseOnce(owners: Buffer[]): () => void {
  return () => {
    for (let owner = owners.pop(); owner; owner = owners.pop()) bufferPool.give(owner)
  }
}
