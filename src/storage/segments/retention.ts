/** Which segments may be deleted: a pure function of facts, with Apache Kafka's rules. */
import type { SweepPolicy } from '../log'

export interface SegmentFacts {
  readonly baseOffset: number
  /** First offset after it: the base of the next segment, or the end of the log. */
  readonly nextOffset: number
  readonly sizeBytes: number
  /** The largest timestamp in it, or the file's age when no record has one. */
  readonly largestTimestampMs: number
}

/**
 * How many of the oldest segments go. Ordered from the oldest; the last is the active one, which may go too when it holds
 * something (the caller begins a new one first). Segments wholly below `start` go whatever the policy says.
 */
export function countDeletable(
  segments: readonly SegmentFacts[],
  start: number,
  policy: SweepPolicy,
  nowMs: number,
): number {
  const byTime =
    policy.deletes && policy.retentionMs >= 0 ? countWhile(segments, policy.upTo, olderThan(policy, nowMs)) : 0
  const bySize = policy.deletes && policy.retentionBytes >= 0 ? countBySize(segments, policy) : 0
  const belowStart = countWhile(segments, policy.upTo, (segment, isLast) => !isLast && segment.nextOffset <= start)
  return Math.max(byTime, bySize, belowStart)
}

const olderThan = (policy: SweepPolicy, nowMs: number) => (segment: SegmentFacts) =>
  nowMs - segment.largestTimestampMs > policy.retentionMs

function countBySize(segments: readonly SegmentFacts[], policy: SweepPolicy): number {
  let excessBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0) - policy.retentionBytes
  return countWhile(segments, policy.upTo, segment => {
    if (excessBytes < segment.sizeBytes) return false
    excessBytes -= segment.sizeBytes
    return true
  })
}

function countWhile(
  segments: readonly SegmentFacts[],
  upTo: number,
  goes: (segment: SegmentFacts, isLast: boolean) => boolean,
): number {
  let count = 0
  for (const segment of segments) {
    const isLast = count === segments.length - 1
    // An empty active segment stays: deleting it would only make another.
    if (segment.nextOffset > upTo || (isLast && segment.sizeBytes === 0) || !goes(segment, isLast)) break
    count += 1
  }
  return count
}
