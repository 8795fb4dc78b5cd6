/** When a log begins a new segment: a pure function of facts, with Apache Kafka's rules. */
import type { LogConfig } from '../log'

/** Offsets in an index are 32 bits, relative to the first of the segment. */
const relativeOffsetMax = 0x7fff_ffff

export interface ActiveSegment {
  readonly baseOffset: number
  readonly sizeBytes: number
  /** The largest timestamp of its first batch, -1 when it is empty or the batch has none. */
  readonly firstTimestampMs: number
  readonly createdMs: number
  readonly jitterMs: number
  readonly indexesFull: boolean
}

export interface Incoming {
  readonly first: number
  readonly last: number
  readonly maxTimestampMs: number
  readonly sizeBytes: number
}

/**
 * Time passes by the records where they have timestamps, so that a segment holds the same span of them when it is copied
 * or replayed later; by the clock where they have none.
 */
export function shouldRoll(active: ActiveSegment, incoming: Incoming, config: LogConfig, nowMs: number): boolean {
  if (incoming.last - active.baseOffset > relativeOffsetMax) return true
  if (active.sizeBytes === 0) return false
  if (active.sizeBytes > segmentBytesOf(config) - incoming.sizeBytes || active.indexesFull) return true
  const byRecords = active.firstTimestampMs >= 0
  const waitedMs = byRecords ? incoming.maxTimestampMs - active.firstTimestampMs : nowMs - active.createdMs
  return waitedMs > segmentMsOf(config) - active.jitterMs
}

export const segmentBytesOf = (config: LogConfig): number => config.internalSegmentBytes ?? config.segmentBytes

function segmentMsOf({ segmentMs, maxCompactionLagMs, cleanupPolicy }: LogConfig): number {
  const isCompacted = maxCompactionLagMs !== undefined && cleanupPolicy?.includes('compact')
  return isCompacted && maxCompactionLagMs > 0 ? Math.min(segmentMs, maxCompactionLagMs) : segmentMs
}

/**
 * First offset of the segment that takes an append. It goes on where the log ends, so that a gap between two segments is
 * never in doubt; except where that is too far from the append for an index.
 */
export function rollOffset(end: number, incoming: Incoming): number {
  return incoming.last - end > relativeOffsetMax ? incoming.first : end
}

/** A segment rolls up to this much early, so that many logs do not roll at once. `dice` is in [0, 1). */
export function rollJitterMs(config: LogConfig, dice: number): number {
  return Math.floor(dice * Math.max(0, Math.min(config.segmentJitterMs, config.segmentMs)))
}
