/** Where the replicas of new partitions go, and what an assignment written by hand must be like. */
import type { Random } from '../../platform/random'
import { EntryFailure } from '../decision'
import type { BrokerImage, MetadataImage } from '../image/image'
import type { StoredPartition } from '../image/stored'

/**
 * Spreads replicas over brokers, and over racks where brokers name them: neighbours in the row of brokers are in
 * different racks, and each partition begins one further along. Fenced brokers get replicas where there are too few
 * others. Throws EntryFailure when there are too few of all.
 */
export function placeReplicas(
  image: MetadataImage,
  random: Random,
  partitions: number,
  replicationFactor: number,
): StoredPartition[] {
  const brokers = inRackOrder(image.brokers().filter(broker => !broker.fenced))
  const absent = inRackOrder(image.brokers().filter(broker => broker.fenced))
  const registered = brokers.length + absent.length
  if (replicationFactor > registered) {
    const target = `The target replication factor of ${replicationFactor} cannot be reached`
    const because = `because only ${registered} broker(s) are registered or some brokers have all their log directories cordoned.`
    throw new EntryFailure(
      'INVALID_REPLICATION_FACTOR',
      `Unable to replicate the partition ${replicationFactor} time(s): ${target} ${because}`,
    )
  }
  if (brokers.length === 0) {
    const because = 'All brokers are currently fenced.'
    const says = `Unable to replicate the partition ${replicationFactor} time(s): ${because}`
    throw new EntryFailure('INVALID_REPLICATION_FACTOR', says)
  }
  const start = Math.floor(random.next() * brokers.length)
  const present = Math.min(replicationFactor, brokers.length)
  const striped = (from: readonly BrokerImage[], at: number, count: number): number[] =>
    Array.from({ length: count }, (_, place) => from[(at + place) % from.length]!.id)
  return Array.from({ length: partitions }, (_, index) => {
    const inSync = striped(brokers, start + index, present)
    return newPartition([...inSync, ...striped(absent, start + index, replicationFactor - present)], inSync)
  })
}

/** A partition as it begins: the first that is in sync leads. */
export function newPartition(replicas: readonly number[], isr = replicas): StoredPartition {
  return { replicas, isr, leader: isr[0]!, leaderEpoch: 0, partitionEpoch: 0 }
}

/** The same with replicas that somebody named, of whose brokers some may be fenced. Throws EntryFailure when all are. */
export function assignedPartition(image: MetadataImage, replicas: readonly number[], index: number): StoredPartition {
  const isr = replicas.filter(id => image.broker(id)?.fenced === false)
  if (isr.length > 0) return newPartition(replicas, isr)
  const says = `All brokers specified in the manual partition assignment for partition ${index} are fenced or in controlled shutdown.`
  throw new EntryFailure('INVALID_REPLICA_ASSIGNMENT', says)
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
