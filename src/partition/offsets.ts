/** ListOffsets questions: earliest, latest, by time, largest timestamp, and the tiers that this broker does not have. */
import { Refusal } from '../protocol/errors'
import type { Partition } from './partition'

export interface FoundOffset {
  readonly offset: number
  readonly timestampMs: number
  readonly leaderEpoch: number
}

/** The special timestamps of ListOffsets, with the version of the request that brought each. */
export const specialTimestamps = {
  latest: -1,
  earliest: -2,
  maxTimestamp: -3,
  earliestLocal: -4,
  latestTiered: -5,
  earliestPendingUpload: -6,
} as const

const unknown: FoundOffset = { offset: -1, timestampMs: -1, leaderEpoch: -1 }

/** Where `timestampMs` (or the place it stands for) is, never past `upTo`. */
export function findOffset(partition: Partition, timestampMs: number, upTo: number): FoundOffset {
  switch (timestampMs) {
    case specialTimestamps.latest:
      return { offset: upTo, timestampMs: -1, leaderEpoch: partition.epochs.at(upTo) }
    case specialTimestamps.earliest:
    case specialTimestamps.earliestLocal:
      return { offset: partition.start, timestampMs: -1, leaderEpoch: partition.epochs.at(partition.start) }
    case specialTimestamps.maxTimestamp:
      return within(partition.log.maxTimestamp(), upTo)
    case specialTimestamps.latestTiered:
    case specialTimestamps.earliestPendingUpload:
      return unknown
    default:
      if (timestampMs < 0) throw new Refusal('UNSUPPORTED_VERSION')
      return within(partition.log.findByTime(timestampMs, partition.start), upTo)
  }
}

function within(found: FoundOffset | null, upTo: number): FoundOffset {
  return found === null || found.offset >= upTo ? unknown : found
}
