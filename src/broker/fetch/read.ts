/** Reads what a fetch wants within its budget of bytes, and tells whether the reply must go out at once. */
import { errors, Refusal } from '../../protocol/errors'
import { batchBytesAt, lastOffsetAt } from '../../protocol/records/batch'
import type { Partition } from '../../partition/partition'
import type { BrokerPartitions } from '../../partition/broker-partitions'
import { OffsetOutOfRange } from '../../storage/fault'
import { type AbortedTransaction, noSlices, type Slices } from '../../storage/log'
import type { Wanted } from './wanted'

export interface FetchBudget {
  readonly maxBytes: number
  readonly readCommitted: boolean
  /** Before v3 a first batch longer than the budget is not sent whole. */
  readonly minOneBatch: boolean
  /** Whether replicas that follow may be read (KIP-392). */
  readonly mayFollow: boolean
  /** Topics are asked for by their ids (KIP-516): one of the same name that was made since is another. */
  readonly byId: boolean
}

export interface Read {
  readonly wanted: Wanted
  readonly partition: Partition | null
  readonly errorCode: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  readonly records: Slices
  readonly diverging: { readonly epoch: number; readonly endOffset: number } | null
  /** Of the records, those of these transactions are to be left out by who reads what is committed. */
  readonly aborted: readonly AbortedTransaction[]
  /** There is no such topic or partition, or none to be told of: found out before anything was read, and told after all the others. */
  readonly isUnknown: boolean
}

export interface ReadAll {
  readonly reads: readonly Read[]
  readonly sizeBytes: number
  /** An error or a divergence, which no waiting will mend. */
  readonly urgent: boolean
}

/** `check` throws Refusal where nothing is to be read. */
export function readAll(
  partitions: BrokerPartitions,
  check: (wanted: Wanted) => void,
  wanted: readonly Wanted[],
  budget: FetchBudget,
): ReadAll {
  let leftBytes = budget.maxBytes
  let minOneBatch = budget.minOneBatch
  let sizeBytes = 0
  let urgent = false
  const reads = wanted.map(one => {
    const read = readOne(partitions, check, one, { ...budget, maxBytes: leftBytes, minOneBatch })
    leftBytes = Math.max(0, leftBytes - read.records.sizeBytes)
    if (read.records.sizeBytes > 0) {
      minOneBatch = false
      sizeBytes += read.records.sizeBytes
    }
    if (read.errorCode !== 0 || read.diverging) urgent = true
    return read
  })
  return { reads, sizeBytes, urgent }
}

function readOne(
  partitions: BrokerPartitions,
  check: (wanted: Wanted) => void,
  wanted: Wanted,
  { maxBytes: leftBytes, minOneBatch, readCommitted, mayFollow, byId }: FetchBudget,
): Read {
  try {
    check(wanted)
    const { topic, topicId, index, currentLeaderEpoch } = wanted
    const partition = mayFollow
      ? partitions.replica(topic, index, currentLeaderEpoch)
      : partitions.led(topic, index, currentLeaderEpoch)
    if (byId && partition.topicId !== topicId) throw new Refusal('INCONSISTENT_TOPIC_ID')
    const facts = {
      wanted,
      partition,
      errorCode: 0,
      highWatermark: partition.highWatermark,
      lastStableOffset: partition.lastStableOffset,
      logStartOffset: partition.start,
      isUnknown: false,
    }
    const diverging = divergenceOf(partition, wanted)
    if (diverging) return { ...facts, records: noSlices, diverging, aborted: [] }
    const upTo = readCommitted ? partition.lastStableOffset : partition.highWatermark
    if (wanted.fetchOffset < partition.start || wanted.fetchOffset > partition.end) throw new OffsetOutOfRange('')
    const maxBytes = Math.min(leftBytes, wanted.maxBytes)
    if (maxBytes < 0 && wanted.fetchOffset < upTo) throw new Refusal('UNKNOWN_SERVER_ERROR')
    const isEmpty = wanted.fetchOffset >= upTo || (maxBytes <= 0 && !minOneBatch)
    const records = isEmpty ? noSlices : partition.read(wanted.fetchOffset, { maxBytes, upTo, minOneBatch })
    const aborted = readCommitted ? abortedIn(partition, wanted.fetchOffset, records) : []
    return { ...facts, records, diverging: null, aborted }
  } catch (error) {
    return failed(wanted, codeOf(error))
  }
}

/** Aborted transactions that may have records among those that were read, by their markers' order. */
function abortedIn(partition: Partition, from: number, { buffers }: Slices): readonly AbortedTransaction[] {
  if (buffers.length === 0) return []
  const { aborted } = partition.log
  const found = aborted.between(from, partition.lastStableOffset)
  if (found.length === 0) return found
  let end = from
  for (const buffer of buffers) {
    for (let at = 0; at < buffer.length; at += batchBytesAt(buffer, at)) end = lastOffsetAt(buffer, at) + 1
  }
  return found.filter(({ firstOffset }) => firstOffset < end)
}

/** KIP-595: a reader whose log went another way is told where the two part, instead of being given records. */
function divergenceOf(partition: Partition, { lastFetchedEpoch, fetchOffset }: Wanted): Read['diverging'] {
  if (lastFetchedEpoch < 0) return null
  const { epoch, endOffset } = partition.epochs.endOf(lastFetchedEpoch)
  if (epoch < 0 || endOffset < 0) throw new OffsetOutOfRange('')
  return epoch < lastFetchedEpoch || endOffset < fetchOffset ? { epoch, endOffset } : null
}

function codeOf(error: unknown): number {
  if (error instanceof Refusal) return error.code
  if (error instanceof OffsetOutOfRange) return errors.OFFSET_OUT_OF_RANGE.code
  throw error
}

const unknownCodes: readonly number[] = [
  errors.UNKNOWN_TOPIC_ID.code,
  errors.UNKNOWN_TOPIC_OR_PARTITION.code,
  errors.TOPIC_AUTHORIZATION_FAILED.code,
]

function failed(wanted: Wanted, errorCode: number): Read {
  return {
    isUnknown: unknownCodes.includes(errorCode),
    wanted,
    partition: null,
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    records: noSlices,
    diverging: null,
    aborted: [],
  }
}
