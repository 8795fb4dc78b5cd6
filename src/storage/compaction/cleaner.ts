/**
 * One round of compaction over the segments of a log, whatever they are kept in: first the map of the last offset of each
 * key in what is dirty, then every segment once more through it. In slices, so that others get their turn.
 */
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
import { forEachKey } from '../../protocol/records/keys'
import { bodyOf } from '../../protocol/records/records'
import { CorruptLog } from '../fault'
import type { AbortedTransaction, BatchVisitor, CompactionWork } from '../log'
import { type BatchRules, cleanBatch } from './clean-batch'
import { CleanedTransactions } from './cleaned-transactions'
import type { Cleanable } from './eligible'
import { OffsetMap } from './offset-map'

/** What is done before others get their turn: so much takes a few milliseconds. */
const sliceBytes = 96 * 1024
/** A record costs about as much as so many bytes, whatever is in it. */
const recordCostBytes = 64

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
  #readBytes = 0
  #onRetained: (transaction: AbortedTransaction) => void = () => {}

  constructor(round: Round) {
    this.#round = round
    this.#map = new OffsetMap(round.work.mapBytes, round.work.mapLoadFactor)
    this.#transactions = new CleanedTransactions(transaction => this.#onRetained(transaction))
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
      let isFull = false
      await this.#each(segment, Math.max(from, segment.baseOffset), (buffer, at) => {
        const costBytes = this.#mapBatch(buffer, at, transactions)
        isFull = costBytes === null
        return costBytes
      })
      if (isFull) return
    }
  }

  /** Cost of the batch; null when the map is full. */
  #mapBatch(buffer: Buffer, at: number, transactions: CleanedTransactions): number | null {
    const { from } = this.#round.cleanable
    const base = baseOffsetAt(buffer, at)
    const count = recordCountAt(buffer, at)
    let openedBytes = 0
    let hasRoom = true
    if (isControlAt(buffer, at)) transactions.endsNothing(buffer, at)
    else if (!transactions.isAborted(buffer, at)) {
      const body = bodyOf(buffer, at, decompressedBytesMax)
      openedBytes = body.to - body.from
      forEachKey(body, count, (delta, keyFrom, keyBytes) => {
        if (keyBytes < 0 || base + delta < from) return true
        hasRoom = this.#map.put(body.bytes.subarray(keyFrom, keyFrom + keyBytes), base + delta)
        return hasRoom
      })
    }
    if (!hasRoom) return null
    this.#map.seen(lastOffsetAt(buffer, at))
    return openedBytes + count * recordCostBytes
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
    const handOver = () => {
      if (kept.length > 0) keep(Buffer.concat(kept))
      kept = []
    }
    await this.#each(
      segment,
      segment.baseOffset,
      (buffer, at, sizeBytes) => {
        const { bytes, openedBytes } = cleanBatch(buffer, at, sizeBytes, rules, this.#transactions)
        // A view is valid during the visit only.
        if (bytes) kept.push(bytes.buffer === buffer.buffer ? Buffer.from(bytes) : bytes)
        return openedBytes + recordCountAt(buffer, at) * recordCostBytes
      },
      handOver,
    )
  }

  /** Shows all batches of a segment, slice by slice. `visit` tells what a batch has cost, or null to stop. */
  async #each(
    segment: SourceSegment,
    begin: number,
    visit: (buffer: Buffer, at: number, sizeBytes: number) => number | null,
    sliceDone: () => void = () => {},
  ): Promise<void> {
    let from = begin
    for (let isWhole = false; !isWhole; ) {
      let costBytes = 0
      let readBytes = 0
      let isStopped = false
      isWhole = segment.forEachBatch(from, (buffer, at) => {
        const sizeBytes = batchBytesAt(buffer, at)
        const batchCost = this.#sound(segment, buffer, at, () => visit(buffer, at, sizeBytes))
        from = lastOffsetAt(buffer, at) + 1
        isStopped = batchCost === null
        readBytes += sizeBytes
        costBytes += sizeBytes + (batchCost ?? 0)
        return !isStopped && costBytes < sliceBytes
      })
      sliceDone()
      this.#readBytes += readBytes
      await this.#round.work.pace(readBytes)
      if (isStopped) return
    }
  }

  /** Damage must not get a new checksum, nor decide which records go. */
  #sound<T>(segment: SourceSegment, buffer: Buffer, at: number, look: () => T): T {
    const where = `batch at offset ${baseOffsetAt(buffer, at)}`
    if (crc32c(buffer, at + 21, at + batchBytesAt(buffer, at)) !== crcAt(buffer, at)) {
      throw new CorruptLog(segment.path, `the ${where} fails its CRC`)
    }
    try {
      return look()
    } catch (error) {
      if (error instanceof CorruptRecord) throw new CorruptLog(segment.path, `the ${where}: ${error.message}`)
      throw error
    }
  }
}
