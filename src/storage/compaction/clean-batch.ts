/**
 * One batch through the cleaner: what is left of it, by the rules of Apache Kafka. The last record of a key stays.
 * Tombstones and markers whose transaction is gone stay until their time is up, which begins when the cleaner sees them
 * first and is written into the batch (KIP-534). Records of aborted transactions go.
 */
import { eachInPieces } from '../../platform/pieces'
import {
  baseOffsetAt,
  baseSequenceAt,
  batchBytesAt,
  compressionAt,
  deleteHorizonAt,
  emptiedBatch,
  isControlAt,
  isLogAppendTimeAt,
  isTransactionalAt,
  lastOffsetDeltaAt,
  leaderEpochAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  recordCountAt,
} from '../../protocol/records/batch'
import { decompressedBytesMax } from '../../protocol/records/compression'
import { KeyReader } from '../../protocol/records/keys'
import { buildLongBatch, type Means, openedBody, recordCostBytes } from '../../protocol/records/long-batches'
import {
  type Body,
  bodyOf,
  buildBatch,
  type NewBatch,
  type NewRecord,
  RecordReader,
  recordsIn,
  type StoredRecord,
} from '../../protocol/records/records'
import type { CleanedTransactions } from './cleaned-transactions'
import type { OffsetMap } from './offset-map'

export interface BatchRules {
  readonly map: OffsetMap
  readonly nowMs: number
  readonly deleteRetentionMs: number
  /** Whether a batch has to stay for what its header says of its producer, though it may be emptied. */
  keepsHeader(buffer: Buffer, at: number): boolean
}

export interface CleanedBatch {
  /** What is left: the batch itself (null: nothing). */
  readonly bytes: Buffer | null
  /** Bytes that were looked at, decompressed. */
  readonly openedBytes: number
  /** Whether it was built anew of some of its records. */
  readonly isRebuilt?: true
}

/**
 * Cleans the batch at `at`; what is returned may be a view of `buffer`. Throws CorruptRecord, one that is `tooLarge` where it
 * becomes more than `openedBytesMax`: then it may be shown again.
 */
export function cleanBatch(
  buffer: Buffer,
  at: number,
  rules: BatchRules,
  transactions: CleanedTransactions,
  openedBytesMax: number,
): CleanedBatch {
  const fate = fateOf(buffer, at, rules, transactions)
  if (fate.isDropped) return { bytes: withoutRecords(buffer, at, rules), openedBytes: 0 }
  const body = bodyOf(buffer, at, openedBytesMax)
  const openedBytes = body.to - body.from
  const choice = new Choice(body, buffer, at, rules, fate)
  while (choice.next()) continue
  if (choice.isAll(fate)) return { bytes: buffer.subarray(at, at + batchBytesAt(buffer, at)), openedBytes }
  if (choice.deltas.size === 0) return { bytes: withoutRecords(buffer, at, rules), openedBytes }
  const records = recordsIn(body, buffer, at)
    .map(record => withDelta(record, buffer, at))
    .filter(({ offsetDelta }) => choice.deltas.has(offsetDelta))
  return {
    bytes: buildBatch(rebuilt(records, buffer, at, choice.horizonMs(fate, rules))),
    openedBytes,
    isRebuilt: true,
  }
}

/** As `cleanBatch` of a batch that is too long to be cleaned at once. Rejects with CorruptRecord. */
export async function cleanLongBatch(
  batch: Buffer,
  rules: BatchRules,
  transactions: CleanedTransactions,
  means: Means,
): Promise<Buffer | null> {
  const fate = fateOf(batch, 0, rules, transactions)
  if (fate.isDropped) return withoutRecords(batch, 0, rules)
  const body = await openedBody(means.codecs, batch, 0, decompressedBytesMax)
  const choice = new Choice(body, batch, 0, rules, fate)
  await eachInPieces(means.pieces, () => (choice.next() ? recordCostBytes : null))
  if (choice.isAll(fate)) return batch
  if (choice.deltas.size === 0) return withoutRecords(batch, 0, rules)
  const reader = new RecordReader(body, batch, 0)
  const records: NewRecord[] = []
  await eachInPieces(means.pieces, () => {
    const record = reader.next()
    if (record === null) return null
    const moved = withDelta(record, batch, 0)
    if (choice.deltas.has(moved.offsetDelta)) records.push(moved)
    return recordCostBytes
  })
  return buildLongBatch(rebuilt(records, batch, 0, choice.horizonMs(fate, rules)), means)
}

/** What becomes of a batch by its header, and by the transaction that it is of. */
interface Fate {
  readonly isControl: boolean
  /** Its transaction was aborted, or there is nothing left that its marker ends. */
  readonly hasNoUse: boolean
  readonly horizonMs: number | null
  readonly isDropped: boolean
}

function fateOf(buffer: Buffer, at: number, { nowMs }: BatchRules, transactions: CleanedTransactions): Fate {
  const isControl = isControlAt(buffer, at)
  const hasNoUse = isControl ? transactions.endsNothing(buffer, at) : transactions.isAborted(buffer, at)
  const horizonMs = deleteHorizonAt(buffer, at)
  const isDropped = hasNoUse && (!isControl || (horizonMs !== null && horizonMs <= nowMs))
  return { isControl, hasNoUse, horizonMs, isDropped }
}

function withoutRecords(buffer: Buffer, at: number, rules: BatchRules): Buffer | null {
  return producerIdAt(buffer, at) >= 0 && rules.keepsHeader(buffer, at) ? emptiedBatch(buffer, at) : null
}

/** Which records of a batch stay; looked at one by one. */
class Choice {
  /** Distances from the base offset of those that stay. */
  readonly deltas = new Set<number>()
  readonly #body: Body
  readonly #keys: KeyReader
  readonly #base: number
  readonly #count: number
  readonly #map: OffsetMap
  readonly #keepsAll: boolean
  readonly #keepsTombstones: boolean
  #hasTombstones = false

  constructor(body: Body, buffer: Buffer, at: number, { map, nowMs }: BatchRules, { isControl, horizonMs }: Fate) {
    this.#body = body
    this.#base = baseOffsetAt(buffer, at)
    this.#count = recordCountAt(buffer, at)
    this.#keys = new KeyReader(body, this.#count)
    this.#map = map
    this.#keepsAll = isControl
    this.#keepsTombstones = horizonMs === null || nowMs < horizonMs
  }

  /** False when there are no more. Throws CorruptRecord. */
  next(): boolean {
    const keys = this.#keys
    if (!keys.next()) return false
    if (!this.#stays()) return true
    this.deltas.add(keys.offsetDelta)
    if (!keys.hasValue && !this.#keepsAll) this.#hasTombstones = true
    return true
  }

  #stays(): boolean {
    const { offsetDelta, keyBytes, hasValue } = this.#keys
    const offset = this.#base + offsetDelta
    if (this.#keepsAll || offset > this.#map.latest) return true
    // A record without a key is there only if the topic was not always compacted.
    if (keyBytes < 0 || (!hasValue && !this.#keepsTombstones)) return false
    return offset >= this.#map.get(this.#keys.keyOf(this.#body))
  }

  /** Whether the batch stays as it is. */
  isAll(fate: Fate): boolean {
    return this.deltas.size > 0 && this.deltas.size === this.#count && !this.#setsHorizon(fate)
  }

  #setsHorizon({ horizonMs, isControl, hasNoUse }: Fate): boolean {
    return horizonMs === null && (this.#hasTombstones || (isControl && hasNoUse))
  }

  /** When what stays of it may go. */
  horizonMs(fate: Fate, { nowMs, deleteRetentionMs }: BatchRules): number | null {
    return this.#setsHorizon(fate) ? nowMs + deleteRetentionMs : fate.horizonMs
  }
}

const withDelta = (record: StoredRecord, buffer: Buffer, at: number) => ({
  ...record,
  offsetDelta: record.offset - baseOffsetAt(buffer, at),
})

/** The batch with these records of it. */
const rebuilt = (records: readonly NewRecord[], buffer: Buffer, at: number, horizonMs: number | null): NewBatch => ({
  records,
  baseOffset: baseOffsetAt(buffer, at),
  lastOffsetDelta: lastOffsetDeltaAt(buffer, at),
  leaderEpoch: leaderEpochAt(buffer, at),
  compression: compressionAt(buffer, at),
  producerId: producerIdAt(buffer, at),
  producerEpoch: producerEpochAt(buffer, at),
  baseSequence: baseSequenceAt(buffer, at),
  transactional: isTransactionalAt(buffer, at),
  control: isControlAt(buffer, at),
  ...(isLogAppendTimeAt(buffer, at) ? { logAppendTimeMs: maxTimestampAt(buffer, at) } : {}),
  ...(horizonMs === null ? {} : { deleteHorizonMs: horizonMs }),
})
