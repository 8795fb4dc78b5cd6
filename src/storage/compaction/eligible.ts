/** What of a log can be compacted, and how much it needs it: a pure function of facts, with Apache Kafka's rules. */
import type { CompactionPolicy, Dirt } from '../log'
import type { SegmentFacts } from '../segments/retention'

export interface CleanableFacts extends SegmentFacts {
  /** The largest timestamp of its first batch, -1 when there is none. */
  readonly firstTimestampMs: number
}

export interface Cleanable extends Dirt {
  /** Below this offset the log was compacted before. */
  readonly from: number
  /** Where the first segment begins that is left alone. */
  readonly end: number
}

export interface Compactible {
  /** From the oldest to the active one. */
  readonly segments: readonly CleanableFacts[]
  /** Where the log starts. */
  readonly start: number
  /** Where an earlier round ended. */
  readonly cleaned: number
}

export function cleanable(
  { segments, start, cleaned }: Compactible,
  policy: CompactionPolicy,
  nowMs: number,
): Cleanable {
  const active = segments.at(-1)!
  const closed = segments.slice(0, -1)
  const from = cleaned < start || cleaned > active.nextOffset ? start : cleaned
  const dirty = closed.filter(segment => segment.nextOffset > from)
  const young = dirty.find(segment => policy.minLagMs > 0 && segment.largestTimestampMs > nowMs - policy.minLagMs)
  const limit = Math.min(policy.upTo, active.baseOffset, young?.baseOffset ?? Infinity)
  const end = (closed.find(segment => segment.nextOffset > limit) ?? active).baseOffset
  const sum = (of: readonly CleanableFacts[]) => of.reduce((bytes, segment) => bytes + segment.sizeBytes, 0)
  const overdueMs = nowMs - policy.maxLagMs
  const isOverdue = ({ firstTimestampMs }: CleanableFacts) => firstTimestampMs > 0 && firstTimestampMs < overdueMs
  return {
    from,
    end,
    cleanBytes: sum(segments.filter(segment => segment.baseOffset < from)),
    cleanableBytes: sum(dirty.filter(segment => segment.baseOffset < end)),
    isOverdue: overdueMs > 0 && dirty.some(isOverdue),
  }
}

export interface GroupLimits {
  readonly segmentBytes: number
  readonly segmentIndexBytes: number
}

export interface GroupFacts extends SegmentFacts {
  readonly offsetIndexBytes: number
  readonly timeIndexBytes: number
}

/** Offsets in an index are 32 bits, relative to the first of the segment. */
const relativeOffsetMax = 0x7fff_ffff

/** Neighbours that will fit into one segment, however little of them goes. */
export function grouped<S extends GroupFacts>(segments: readonly S[], limits: GroupLimits): S[][] {
  const groups: S[][] = []
  let [logBytes, indexBytes, timeBytes] = [0, 0, 0]
  for (const segment of segments) {
    logBytes += segment.sizeBytes
    indexBytes += segment.offsetIndexBytes
    timeBytes += segment.timeIndexBytes
    const group = groups.at(-1)
    const fits =
      logBytes <= limits.segmentBytes &&
      Math.max(indexBytes, timeBytes) <= limits.segmentIndexBytes &&
      segment.nextOffset - 1 - (group?.[0]?.baseOffset ?? 0) <= relativeOffsetMax
    if (group && fits) group.push(segment)
    else {
      groups.push([segment])
      ;[logBytes, indexBytes, timeBytes] = [segment.sizeBytes, segment.offsetIndexBytes, segment.timeIndexBytes]
    }
  }
  return groups
}
