/** Where the replicas of new partitions go, and what an assignment written by hand must be like. */
import type { Random } from '../platform/random'
import { EntryFailure } from './decision'
import type { BrokerImage, MetadataImage } from './image'
import type { StoredPartition } from './stored'

/**
 * Spreads replicas over brokers, and over racks where brokers name them: neighbours in the row of brokers are in
 * different racks, and each partition begins one further along. Fenced brokers get no replicas. Throws EntryFailure
 * when there are too few brokers.
 */
export function placeReplicas(
  image: MetadataImage,
  random: Random,
  partitions: number,
  replicationFactor: number,
): StoredPartition[] {
  const brokers = inRackOrder(image.brokers().filter(broker => !broker.fenced))
  if (replicationFactor > brokers.length) {
    const target = `The target replication factor of ${replicationFactor} cannot be reached`
    const because = `because only ${brokers.length} broker(s) are registered or some brokers have all their log directories cordoned.`
    throw new EntryFailure(
      'INVALID_REPLICATION_FACTOR',
      `Unable to replicate the partition ${replicationFactor} time(s): ${target} ${because}`,
    )
  }
  const start = Math.floor(random.next() * brokers.length)
  return Array.from({ length: partitions }, (_, index) =>
    newPartition(
      Array.from({ length: replicationFactor }, (_, place) => brokers[(start + index + place) % brokers.length]!.id),
    ),
  )
}

/** A partition as it begins: its first replica leads, and all are in sync. */
export function newPartition(replicas: readonly number[]): StoredPartition {
  return { replicas, isr: replicas, leader: replicas[0]!, leaderEpoch: 0, partitionEpoch: 0 }
}

/** One broker of each rack in turn. */
function inRackOrder(brokers: readonly BrokerImage[]): BrokerImage[] {
  const racks = new Map<string | null, BrokerImage[]>()
  for (const broker of brokers) racks.set(broker.rack, [...(racks.get(broker.rack) ?? []), broker])
  const rows = [...racks.values()]
  const longest = Math.max(0, ...rows.map(row => row.length))
  return Array.from({ length: longest }, (_, place) => rows.flatMap(row => row[place] ?? [])).flat()
}

/** Checks the replicas that somebody named for one partition; `replicationFactor` is what earlier ones had, if any. */
export function checkAssignment(
  image: MetadataImage,
  replicas: readonly number[],
  replicationFactor: number | null,
): void {
  const invalid = (why: string) =>
    new EntryFailure('INVALID_REPLICA_ASSIGNMENT', `The manual partition assignment includes ${why}`)
  if (replicas.length === 0) throw invalid('an empty replica list.')
  const sorted = [...replicas].sort((a, b) => a - b)
  for (const [place, id] of sorted.entries()) {
    if (!image.broker(id)) throw invalid(`broker ${id}, but no such broker is registered.`)
    if (sorted[place - 1] === id) throw invalid(`the broker ${id} more than once.`)
  }
  if (replicationFactor !== null && replicas.length !== replicationFactor) {
    const others = `but this is not consistent with previous partitions, which have ${replicationFactor} replica(s).`
    throw invalid(`a partition with ${replicas.length} replica(s), ${others}`)
  }
}
