/**
 * One round of compaction over the segments of a log, whatever they are kept in: first the map of the last offset of each
 * key in what is dirty, then every segment once more through it. In slices, so that others get their turn.
 */
import { AtMost, eachInPieces } from '../../platform/pieces'
import {
  baseOffsetAt,
  batchBytesAt,
  crcAt,
  isControlAt,
  lastOffsetAt,
  recordCountAt,
} from '../../protocol/records/batch'
import { decompressedBytesMax } from '../../protocol/records/compression'
import { CorruptRecord } from '../../protocol/records/corrupt'
import { crc32c } from '../../protocol/records/crc32c'
import { KeyReader } from '../../protocol/records/keys'
import { type Means, openedBody, recordCostBytes } from '../../protocol/records/long-batches'
import { type Body, bodyOf } from '../../protocol/records/records'
import { CorruptLog } from '../fault'
import type { AbortedTransaction, BatchVisitor, CompactionWork } from '../log'
import { type BatchRules, cleanBatch, cleanLongBatch } from './clean-batch'
import { CleanedTransactions } from './cleaned-transactions'
import type { Cleanable } from './eligible'
import { OffsetMap } from './offset-map'

/** What is done before others get their turn: so much takes a few milliseconds. */
const sliceBytes = 96 * 1024
/** A batch that becomes longer when it is opened is not opened at once. */
const openedBytesMax = 256 * 1024

export interface SourceSegment {
  /** Names it in faults. */
  readonly path: string
  readonly baseOffset: number
  /** First offset of the next one. */
  readonly nextOffset: number
  forEachBatch(from: number, visit: BatchVisitor): boolean
}

export interface Round {
  readonly work: CompactionWork
  readonly cleanable: Cleanable
  aborted(from: number, upTo: number): readonly AbortedTransaction[]
}

/** Ends a round early: the log was cut or closed meanwhile. */
export class RoundStopped extends Error {
  override readonly name = 'RoundStopped'
}

export class Cleaner {
  readonly #round: Round
  readonly #map: OffsetMap
  readonly #transactions: CleanedTransactions
  readonly #means: Means
  #readBytes = 0
  #onRetained: (transaction: AbortedTransaction) => void = () => {}

  constructor(round: Round) {
    this.#round = round
    this.#map = new OffsetMap(round.work.mapBytes, round.work.mapLoadFactor)
    this.#transactions = new CleanedTransactions(transaction => this.#onRetained(transaction))
    const { codecs, pace } = round.work
    const doPiece = async (piece: () => number): Promise<void> => {
      piece()
      await pace(0)
    }
    this.#means = { codecs, pieces: { pieceCost: sliceBytes, do: doPiece }, opened: new AtMost(1) }
  }

  /** First offset that this round does not look at; known when the map is built. */
  get end(): number {
    return this.#map.latest + 1
  }

  get readBytes(): number {
    return this.#readBytes
  }

  /** Builds the map of the dirty segments, or of as many as there is room for. Rejects with CorruptLog. */
  async map(segments: readonly SourceSegment[]): Promise<void> {
    const { from, end } = this.#round.cleanable
    const transactions = new CleanedTransactions()
    transactions.add(this.#round.aborted(from, end))
    for (const segment of segments) {
      if (segment.nextOffset <= from || segment.baseOffset >= end) continue
      const isWhole = await this.#each(segment, Math.max(from, segment.baseOffset), {
        visit: (buffer, at) => this.#mapBatch(buffer, at, transactions),
        visitLong: batch => this.#mapLongBatch(batch, transactions),
      })
      if (!isWhole) return
    }
  }

  /** Cost of the batch; null when the map is full. */
  #mapBatch(buffer: Buffer, at: number, transactions: CleanedTransactions): number | null {
    const count = recordCountAt(buffer, at)
    let openedBytes = 0
    if (isControlAt(buffer, at)) transactions.endsNothing(buffer, at)
    else if (!transactions.isAborted(buffer, at)) {
      const body = bodyOf(buffer, at, openedBytesMax)
      openedBytes = body.to - body.from
      const keys = new KeyReader(body, count)
      while (keys.next()) if (!this.#mapKey(keys, body, baseOffsetAt(buffer, at))) return null
    }
    this.#map.seen(lastOffsetAt(buffer, at))
    return openedBytes + count * recordCostBytes + this.#map.takeMovedBytes()
  }

  /** False when the map is full. */
  async #mapLongBatch(batch: Buffer, transactions: CleanedTransactions): Promise<boolean> {
    if (transactions.isAborted(batch, 0)) {
      this.#map.seen(lastOffsetAt(batch, 0))
      return true
    }
    const body = await openedBody(this.#means.codecs, batch, 0, decompressedBytesMax)
    const keys = new KeyReader(body, recordCountAt(batch, 0))
    let hasRoom = true
    await eachInPieces(this.#means.pieces, () => {
      if (!hasRoom || !keys.next()) return null
      hasRoom = this.#mapKey(keys, body, baseOffsetAt(batch, 0))
      return recordCostBytes + this.#map.takeMovedBytes()
    })
    if (hasRoom) this.#map.seen(lastOffsetAt(batch, 0))
    return hasRoom
  }

  /** False when there is no room for it. */
  #mapKey(keys: KeyReader, body: Body, base: number): boolean {
    const offset = base + keys.offsetDelta
    if (keys.keyBytes < 0 || offset < this.#round.cleanable.from) return true
    return this.#map.put(keys.keyOf(body), offset)
  }

  /**
   * Hands what is left of a segment to `keep`, some whole batches at a time, and to `retain` the aborted transactions
   * whose markers are left in it. Segments have to come in order. Rejects with CorruptLog.
   */
  async clean(
    segment: SourceSegment,
    keep: (batches: Buffer) => void,
    retain: (transaction: AbortedTransaction) => void,
  ): Promise<void> {
    const { work, aborted } = this.#round
    const rules: BatchRules = {
      map: this.#map,
      nowMs: work.nowMs,
      deleteRetentionMs: work.deleteRetentionMs,
      keepsHeader: work.keepsHeader,
    }
    this.#onRetained = retain
    this.#transactions.add(aborted(segment.baseOffset, segment.nextOffset))
    let kept: Buffer[] = []
    await this.#each(segment, segment.baseOffset, {
      visit: (buffer, at) => {
        const { bytes, openedBytes, isRebuilt } = cleanBatch(buffer, at, rules, this.#transactions, openedBytesMax)
        // A view is valid during the visit only.
        if (bytes) kept.push(bytes.buffer === buffer.buffer ? Buffer.from(bytes) : bytes)
        // One that is built anew is looked at twice, and written.
        return openedBytes + recordCountAt(buffer, at) * recordCostBytes * (isRebuilt ? 3 : 1)
      },
      visitLong: async batch => {
        const bytes = await cleanLongBatch(batch, rules, this.#transactions, this.#means)
        if (bytes) kept.push(bytes)
        return true
      },
      sliceDone: () => {
        if (kept.length > 0) keep(kept.length === 1 ? kept[0]! : Buffer.concat(kept))
        kept = []
      },
    })
  }

  /** Shows all batches of a segment, slice by slice. False when a visitor stopped it. */
  async #each(segment: SourceSegment, begin: number, visitor: Visitor): Promise<boolean> {
    let from = begin
    for (let isWhole = false; !isWhole; ) {
      let costBytes = 0
      let readBytes = 0
      let isStopped = false
      let long: Buffer | null = null
      isWhole = segment.forEachBatch(from, (buffer, at) => {
        const sizeBytes = batchBytesAt(buffer, at)
        const leastCost = sizeBytes + recordCountAt(buffer, at) * recordCostBytes
        const isLong = leastCost > sliceBytes
        // A long one has a slice of its own.
        if (costBytes > 0 && costBytes + leastCost > sliceBytes) return false
        const batchCost = this.#sound(segment, buffer, at, () => (isLong ? 'long' : visitedAtOnce(visitor, buffer, at)))
        if (batchCost === 'long') long = Buffer.from(buffer.subarray(at, at + sizeBytes))
        isStopped = batchCost === null
        from = lastOffsetAt(buffer, at) + 1
        readBytes += sizeBytes
        costBytes += sizeBytes + (typeof batchCost === 'number' ? batchCost : 0)
        return long === null && !isStopped && costBytes < sliceBytes
      })
      if (long !== null) isStopped = !(await this.#soundLong(segment, long, visitor))
      visitor.sliceDone?.()
      this.#readBytes += readBytes
      await this.#round.work.pace(readBytes)
      if (isStopped) return false
    }
    return true
  }

  async #soundLong(segment: SourceSegment, batch: Buffer, visitor: Visitor): Promise<boolean> {
    // It was only looked at from outside so far.
    await this.#round.work.pace(0)
    try {
      return await visitor.visitLong(batch)
    } catch (error) {
      return damaged(segment, batch, 0, error)
    }
  }

  /** Damage must not get a new checksum, nor decide which records go. */
  #sound<T>(segment: SourceSegment, buffer: Buffer, at: number, look: () => T): T {
    if (crc32c(buffer, at + 21, at + batchBytesAt(buffer, at)) !== crcAt(buffer, at)) {
      throw new CorruptLog(segment.path, `the batch at offset ${baseOffsetAt(buffer, at)} fails its CRC`)
    }
    try {
      return look()
    } catch (error) {
      return damaged(segment, buffer, at, error)
    }
  }
}

function damaged(segment: SourceSegment, buffer: Buffer, at: number, error: unknown): never {
  if (!(error instanceof CorruptRecord)) throw error
  throw new CorruptLog(segment.path, `the batch at offset ${baseOffsetAt(buffer, at)}: ${error.message}`)
}

/** What the batch has cost, or null to stop; `long` for one that becomes too long when it is opened. */
function visitedAtOnce(visitor: Visitor, buffer: Buffer, at: number): number | null | 'long' {
  try {
    return visitor.visit(buffer, at)
  } catch (error) {
    if (error instanceof CorruptRecord && error.tooLarge) return 'long'
    throw error
  }
}

/** Whoever goes through a segment. */
interface Visitor {
  /** What the batch has cost, or null to stop. A batch that throws CorruptRecord for it is too long comes again. */
  visit(buffer: Buffer, at: number): number | null
  /** A batch that takes longer than a slice, as a copy; false to stop. */
  visitLong(batch: Buffer): Promise<boolean>
  sliceDone?(): void
}
