/**
 * The storage port. A log is a sequence of record batches; nothing above batches (topics, producers, groups, leaders)
 * crosses it. Every backend passes `test/conformance/log.ts`, which is the specification in detail.
 *
 * Appends are synchronous: offsets are given out and the bytes are readable when `append` returns, so callers need no
 * locks. Whether they survive is a separate question, which `flush` answers.
 */

export interface Log {
  /** First offset that can be read (the log start offset). */
  readonly start: number
  /** The offset the next record will get (the log end offset). */
  readonly end: number
  /** Everything below has been made durable by `flush`, as far as this process knows. */
  readonly flushed: number
  readonly sizeBytes: number

  /**
   * Appends whole batches of format v2 that stand back to back in `batches`. Offsets and leader epoch are patched into
   * the headers in place, and the buffer belongs to the log from then on.
   * Throws StorageFault when the disk fails; nothing is appended then.
   */
  append(batches: Buffer, stamp: AppendStamp): Appended
  /** Appends batches that already have their offsets (followers, imports); the first must be `end` or above. */
  appendAsIs(batches: Buffer): Appended
  /**
   * Whole batches, the first of which holds `from` (or is the next one after it), up to but not including any batch that
   * reaches `upTo`. At most `maxBytes`, except that the first batch is returned whole however long it is, unless
   * `minOneBatch` is false. Empty when there is nothing. Throws OffsetOutOfRange below `start` or above `end`.
   */
  read(from: number, budget: ReadBudget): Slices
  /** Resolves when everything below `upTo` is durable. One disk operation serves all that wait for it. */
  flush(upTo: number): Promise<void>
  /** Drops everything at and above `end`. */
  truncateTo(end: number): Promise<void>
  /** Raises `start`; frees whole segments below it. Does nothing when `start` is already there or higher. */
  advanceStart(start: number): Promise<void>
  /** The first record at or after `timestampMs`, at offset `from` or above. Null when there is none. */
  findByTime(timestampMs: number, from: number): TimestampedOffset | null
  /** The record with the largest timestamp (the first of them when many share it). Null when the log is empty. */
  maxTimestamp(): TimestampedOffset | null
  /** Leader epochs seen in batches: each with the offset of its first record, ascending. */
  readonly epochs: EpochHistory
  /** Removes what retention says may go, per `policy`; returns how many bytes went. */
  sweep(policy: SweepPolicy, nowMs: number): Promise<number>
  /** Small named values kept beside this log (producer snapshots). */
  close(): Promise<void>
}

export interface AppendStamp {
  readonly leaderEpoch: number
}

export interface Appended {
  readonly first: number
  readonly last: number
}

export interface ReadBudget {
  readonly maxBytes: number
  /** Batches that reach this offset are left out: the high watermark, or the last stable offset. */
  readonly upTo: number
  /** Whether a first batch longer than `maxBytes` is still returned. Default true. */
  readonly minOneBatch?: boolean
}

/** Stored bytes, ready for a socket. Valid for as long as anyone holds them. */
export interface Slices {
  readonly buffers: readonly Buffer[]
  readonly sizeBytes: number
}

export const noSlices: Slices = { buffers: [], sizeBytes: 0 }

export interface TimestampedOffset {
  readonly offset: number
  readonly timestampMs: number
  readonly leaderEpoch: number
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
  all(): readonly { readonly epoch: number; readonly startOffset: number }[]
}

/** How a log is kept; read anew at every append and sweep, so that a change of config takes effect. */
export interface LogConfig {
  readonly segmentBytes: number
  readonly segmentMs: number
  readonly segmentJitterMs: number
  readonly indexIntervalBytes: number
  readonly segmentIndexBytes: number
  readonly fileDeleteDelayMs: number
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

/** Names a log within a store: `orders-3` is partition 3 of topic orders. */
export interface LogId {
  readonly topic: string
  readonly partition: number
  /** 32 hex digits. */
  readonly topicId: string
}

export interface LogStore {
  readonly supports: { readonly flush: boolean; readonly compaction: boolean; readonly sharedByNodes: boolean }
  /** Opens or creates. `config` is asked whenever it is needed. Rejects with StorageFault or CorruptLog. */
  open(id: LogId, config: () => LogConfig): Promise<Log>
  /** Logs that are there, open or not. */
  list(): Promise<readonly LogId[]>
  /** Closes and removes for good. */
  drop(id: LogId): Promise<void>
  /** Bytes under this store, and on the file system that holds it. */
  space(): { readonly path: string; readonly totalBytes: number; readonly usableBytes: number }
  /** Flushes and closes every log and marks the shutdown as clean. */
  close(): Promise<void>
}
