/** Which partitions of a coordinator's topic a broker begins to lead, and which it leads no longer. */
import type { ImageChange } from '../metadata/live-image'
import { Refusal } from '../protocol/errors'

export interface LeadingChange {
  /** Whoever leads in a new epoch has to read the log anew, also where it is the same one. */
  readonly lost: readonly number[]
  readonly gained: readonly number[]
}

const none: LeadingChange = { lost: [], gained: [] }

export function leadingChange({ altered }: ImageChange, topic: string, brokerId: number): LeadingChange {
  const changed = altered.find(({ after }) => after.name === topic)
  if (!changed) return none
  const { before, after } = changed
  const moved = after.partitions.filter(
    ({ index, leaderEpoch }) => (before.partitions[index]?.leaderEpoch ?? -1) < leaderEpoch,
  )
  return {
    lost: moved.filter(({ index }) => before.partitions[index]?.leader === brokerId).map(({ index }) => index),
    gained: moved.filter(({ leader }) => leader === brokerId).map(({ index }) => index),
  }
}

/** A coordinator that cannot use its partition is not the one to ask. */
export function orNotCoordinator<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof Refusal ? new Refusal('NOT_COORDINATOR') : error
  }
}
