/**
 * The storage port. A log is a sequence of record batches; nothing above batches (topics, producers, groups, leaders)
 * crosses it. Every backend passes `test/conformance/log.ts`, which is the specification in detail.
 *
 * Appends are synchronous: offsets are given out and the bytes are readable when `append` returns, so callers need no
 * locks. Whether they survive is a separate question, which `flush` answers.
 */

import type { Codecs } from '../protocol/records/compression'
import type { Slices } from '../protocol/wire/slices'

export interface Log {
  readonly id: LogId
  /** First offset that can be read (the log start offset). */
  readonly start: number
  /** The offset the next record will get (the log end offset). */
  readonly end: number
  /** Everything below has been made durable by `flush`, as far as this process knows. Equals `end` where nothing is. */
  readonly flushed: number
  /**
   * Everything below is as safe as `flush` makes it, so it may be shown to others. That is `flushed` where a flush means
   * the disk, and otherwise what the system has been given.
   */
  readonly settled: number
  readonly sizeBytes: number

  /**
   * Appends whole batches of format v2 that stand back to back in `batches`, whose CRCs the caller has checked. Base
   * offsets and leader epoch are patched into the headers in place. Nothing of the buffer is kept when the call has
   * returned, and it may be used again, unless `stamp.keep` was called. Throws StorageFault when the disk fails; nothing is appended then, and if it `passes`, as when
   * the disk is full, the same may succeed later. A disk may also say so only when the log is flushed.
   */
  append(batches: Buffer, stamp: AppendStamp): Appended
  /**
   * Appends batches that already have their offsets and epochs (followers, imports). Offsets ascend, and gaps are kept.
   * Throws OffsetOutOfRange, and appends nothing, when the first is below `end`.
   */
  appendAsIs(batches: Buffer): Appended
  /**
   * Whole batches, the first of which holds `from` (or is the next one after it), up to but not including any batch that
   * reaches `upTo`. At most `maxBytes`, except that the first batch is returned whole however long it is, unless
   * `minOneBatch` is false. Empty when there is nothing. Throws OffsetOutOfRange below `start` or above `end`.
   */
  read(from: number, budget: ReadBudget): Slices
  /**
   * Shows every batch that holds `from` or anything above, ascending, until `visit` returns false. `buffer` holds the
   * whole batch at `at`, and is only valid during the call. Synchronous: who must not block for long stops after some
   * bytes and comes back for the rest. Below `start` it begins at `start`.
   */
  forEachBatch(from: number, visit: BatchVisitor): void
  /**
   * Resolves when everything below `upTo` is settled. One disk operation serves all that wait for it, and they share the
   * promise. Rejects with StorageFault; if that `passes`, what was not settled is no longer in the log.
   */
  flush(upTo: number): Promise<void>
  /**
   * Drops every batch that reaches `end` or above. Afterwards the log ends where its last batch does: below what was
   * asked when that is inside of a batch. When nothing at `start` or above is left, the log is empty, and starts and ends
   * at the lower of `start` and `end`. Does nothing at or above the present end. Until it resolves nothing but reads may be asked of the log.
   */
  truncateTo(end: number): Promise<void>
  /** Drops everything; the log is empty, and both its start and its end are `offset`. Again only reads meanwhile. */
  restartAt(offset: number): Promise<void>
  /** Raises `start`; frees whole segments below it. Does nothing when `start` is already there or higher. */
  advanceStart(start: number): Promise<void>
  /** The first record at or after `timestampMs`, at offset `from` or above. Null when there is none. */
  findByTime(timestampMs: number, from: number): TimestampedOffset | null
  /** The record with the largest timestamp (the first of them when many share it, as when none has any). Null when there is no record. */
  maxTimestamp(): TimestampedOffset | null
  /** Leader epochs seen in batches or told by `assignEpoch`: each with the offset of its first record, ascending. */
  readonly epochs: EpochHistory
  /** A leader begins `epoch` at `startOffset`, before it has appended anything (KIP-101). */
  assignEpoch(epoch: number, startOffset: number): void
  /** Removes what retention says may go, per `policy`; returns how many bytes went. */
  sweep(policy: SweepPolicy, nowMs: number): Promise<number>
  /** How much of the log could be compacted now. */
  dirt(policy: CompactionPolicy, nowMs: number): Dirt
  /**
   * Keeps the last record of each key, in one round (KIP-58, KIP-534). Offsets stay what they are; the active segment is
   * left alone. Everything else may be asked of the log meanwhile; a round that this makes useless ends early. Rejects
   * with StorageFault and CorruptLog, and then what was there before, or what is left of it, can be read.
   */
  compact(work: CompactionWork): Promise<Compacted>
  /** Small values kept beside the log, by offset: producer snapshots. Those at offsets that are dropped go with them. */
  readonly snapshots: Snapshots
  /** Transactions that were aborted; kept with the segments that hold their markers. */
  readonly aborted: AbortedTransactions
  /** The high watermark that was last told with `saveWatermark`; `start` when none was. */
  readonly savedWatermark: number
  /** Remembers the high watermark. Written with the next checkpoint, so a crash may bring back an older one. */
  saveWatermark(offset: number): void
  /** Makes what is not yet durable so, and lets go of files. Closing twice does nothing. */
  close(): Promise<void>
}

export interface AppendStamp {
  readonly leaderEpoch: number
  /** Where the batches may be kept for a while: a log that does so calls it, and need not copy or wait. */
  readonly keep?: Keep | undefined
}

/** From the call on a buffer stays as it is, until what the call returned is called, once. */
export type Keep = () => () => void

export interface Appended {
  readonly first: number
  readonly last: number
  /**
   * A new segment was begun, and these are the first batches in it. A good moment for a snapshot, at `first`, of what is
   * known of the batches below it, as Kafka takes one of its producers.
   */
  readonly rolled: boolean
}

export type BatchVisitor = (buffer: Buffer, at: number) => boolean | void

export interface ReadBudget {
  readonly maxBytes: number
  /** Batches that reach this offset are left out: the high watermark, or the last stable offset. */
  readonly upTo: number
  /** Whether a first batch longer than `maxBytes` is still returned. Default true. */
  readonly minOneBatch?: boolean
}

/** Stored bytes, ready for a socket. Valid for as long as anyone holds them and nobody has released them. */
export type { Slices } from '../protocol/wire/slices'

export const noSlices: Slices = { buffers: [], sizeBytes: 0 }

export interface TimestampedOffset {
  readonly offset: number
  readonly timestampMs: number
  readonly leaderEpoch: number
}

export interface EpochEntry {
  readonly epoch: number
  readonly startOffset: number
}

export interface EpochHistory {
  /** The newest epoch, or -1 for an empty history. */
  readonly latest: number
  /**
   * Where an epoch ended: the largest epoch at or below the asked one, and the first offset of the next epoch (the end
   * of the log for the newest). `{ epoch: -1, endOffset: -1 }` when it is unknown (KIP-101, KIP-279).
   */
  endOf(epoch: number): { readonly epoch: number; readonly endOffset: number }
  /** The epoch of the record at an offset, -1 when unknown. */
  at(offset: number): number
  all(): readonly EpochEntry[]
}

export interface Snapshots {
  /** Resolves when the snapshot is durable; it may be read as soon as the call returns. */
  write(offset: number, bytes: Buffer): Promise<void>
  /** The newest snapshot at or below an offset. */
  latest(atOrBelow: number): { readonly offset: number; readonly bytes: Buffer } | null
  /** Offsets at which there are snapshots, ascending. */
  offsets(): readonly number[]
  remove(offset: number): Promise<void>
}

/** Offsets are of records: the first one of the transaction, its marker, and the last stable offset once it ended. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  readonly lastOffset: number
  readonly lastStableOffset: number
}

export interface AbortedTransactions {
  /**
   * Remembers one, in the order of their markers. One whose `lastOffset` is not above the newest that is known already
   * is ignored, so that who replays batches may tell it again.
   */
  add(transaction: AbortedTransaction): void
  /** Those that may have records in `[from, upTo)`, by their markers' order. */
  between(from: number, upTo: number): readonly AbortedTransaction[]
}

/** How a log is kept; read anew at every append and sweep, so that a change of config takes effect. */
export interface LogConfig {
  readonly segmentBytes: number
  /** Counts in the place of `segmentBytes` where it is set (`internal.segment.bytes`). */
  readonly internalSegmentBytes?: number | null
  readonly segmentMs: number
  readonly segmentJitterMs: number
  readonly indexIntervalBytes: number
  readonly segmentIndexBytes: number
  readonly fileDeleteDelayMs: number
  /** Without `flush=group`: an append makes a sync when so many records wait for one. Off by default, as in Kafka. */
  readonly flushMessages?: number
  /** Of a log that is compacted, offsets may be missing anywhere. */
  readonly cleanupPolicy?: readonly string[]
  /** The active segment of a log that is compacted must not keep records from it for longer. */
  readonly maxCompactionLagMs?: number
}

/** Apache Kafka's defaults, for logs that have no topic config. */
export const defaultLogConfig: LogConfig = {
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: 7 * 24 * 3600 * 1000,
  segmentJitterMs: 0,
  indexIntervalBytes: 4096,
  segmentIndexBytes: 10 * 1024 * 1024,
  fileDeleteDelayMs: 60_000,
}

export interface SweepPolicy {
  /** -1 keeps for ever. */
  readonly retentionMs: number
  /** -1 keeps whatever the size. */
  readonly retentionBytes: number
  /** Whether segments may be deleted by time and size at all (`cleanup.policy` names delete). */
  readonly deletes: boolean
  /** Never remove what reaches this offset (the high watermark). */
  readonly upTo: number
}

/** Which part of a log may be compacted. */
export interface CompactionPolicy {
  /** Nothing that reaches this offset is looked at: the last stable offset. */
  readonly upTo: number
  /** Segments with younger records are left alone. */
  readonly minLagMs: number
  /** Records that are older make a round overdue. */
  readonly maxLagMs: number
}

export interface Dirt {
  /** Bytes that an earlier round has been through. */
  readonly cleanBytes: number
  readonly cleanableBytes: number
  /** There is something that has waited for too long. */
  readonly isOverdue: boolean
}

export interface CompactionWork {
  readonly policy: CompactionPolicy
  readonly nowMs: number
  /** How long tombstones, and markers of transactions that are gone, stay after a round has seen them first. */
  readonly deleteRetentionMs: number
  /** Memory for the map of keys, and the part of it that may be filled. */
  readonly mapBytes: number
  readonly mapLoadFactor: number
  /** Whether a batch has to stay, though maybe without records, for what its header says of its producer. */
  keepsHeader(buffer: Buffer, at: number): boolean
  /** Asked again and again, when so many bytes have been read: resolves in a later turn of the event loop. */
  pace(bytes: number): Promise<void>
  /** For batches that are too long to be opened and compressed at once. */
  readonly codecs: Codecs
}

export interface Compacted {
  /** The round went from here to here; the same offset twice when there was nothing to do, or something came between. */
  readonly from: number
  readonly end: number
  readonly readBytes: number
  /** Bytes of the segments concerned, before and after. */
  readonly beforeBytes: number
  readonly afterBytes: number
}

/** Names a log within a store: `orders-3` is partition 3 of topic orders. */
export interface LogId {
  readonly topic: string
  readonly partition: number
  /** 32 hex digits. */
  readonly topicId: string
}

/** A log that was put aside. Its name may be cut, so the topic is known by its id alone. */
export interface LogAside {
  readonly topicId: string
  readonly partition: number
  readonly directory: string
}

/** Where a store is, and the bytes there: -1 where that cannot be told. */
export interface Space {
  readonly path: string
  readonly totalBytes: number
  readonly usableBytes: number
  /** Nothing more can be written. */
  readonly isFailed: boolean
}

export interface LogStore {
  readonly supports: { readonly flush: boolean; readonly compaction: boolean; readonly sharedByNodes: boolean }
  /**
   * Opens or creates; a log that is open already is returned again. `config` is asked whenever it is needed. Rejects with
   * StorageFault (also when the log that is there belongs to another topic id) or CorruptLog.
   */
  open(id: LogId, config: () => LogConfig): Promise<Log>
  /** Logs that are there, open or not. The topic id is empty where none was recorded. */
  list(): Promise<readonly LogId[]>
  /** Closes and removes for good. Does nothing when there is none. */
  drop(id: LogId): Promise<void>
  /**
   * Takes a log away that nobody may serve, without a look at what is in it, and keeps it. Returns where its files are now; null
   * when there was none, or nothing is kept for longer than this process.
   */
  setAside(id: LogId): Promise<string | null>
  /** Logs that were put aside, by us or by a Kafka, with where they are; those whose topic id is not recorded are left out. */
  aside(): Promise<readonly LogAside[]>
  /** Gives a log that was put aside its own name again. Does nothing where another log has it. Resolves to whether that was done. */
  putBack(id: LogId, directory: string): Promise<boolean>
  /** A log that is not there is not to be begun anew by `open`: it rejects with CorruptLog, and `why`, for as long as this process runs. */
  expect(id: LogId, why: string): void
  /**
   * Forgets, durably, what is remembered of logs that are gone as a whole and not `wanted`. One that is wanted and has had
   * records is not opened until somebody has decided.
   */
  forgetGone(wanted: (topic: string, partition: number) => boolean): Promise<void>
  /** The file system that holds this store, and whether it has failed. */
  space(): Space
  /** Flushes and closes every log and marks the shutdown as clean. */
  close(): Promise<void>
}
