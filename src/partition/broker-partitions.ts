/** The partitions as one broker has them: some it leads, of others it has a replica, and the rest is elsewhere. */
import { Refusal } from '../protocol/errors'
import type { PartitionDirectory } from './directory'
import type { Partition } from './partition'

export class BrokerPartitions {
  readonly #directory: PartitionDirectory
  readonly #brokerId: number

  constructor(directory: PartitionDirectory, brokerId: number) {
    this.#directory = directory
    this.#brokerId = brokerId
  }

  /**
   * A partition that this broker leads. Throws as `PartitionDirectory.held`, NOT_LEADER_OR_FOLLOWER, and where the client has
   * another idea of the epoch FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH.
   */
  led(topic: string, index: number, currentLeaderEpoch = -1): Partition {
    const partition = this.#directory.held(topic, index)
    if (partition.leader === this.#brokerId) {
      partition.checkEpoch(currentLeaderEpoch)
      return partition
    }
    if (partition.isOn(this.#brokerId)) partition.checkEpoch(currentLeaderEpoch)
    throw new Refusal('NOT_LEADER_OR_FOLLOWER')
  }

  /** A partition of which this broker has a replica, as a leader or as one of those who follow. Throws as `led`. */
  replica(topic: string, index: number, currentLeaderEpoch = -1): Partition {
    const partition = this.#directory.held(topic, index)
    if (!partition.isOn(this.#brokerId)) throw new Refusal('NOT_LEADER_OR_FOLLOWER')
    partition.checkEpoch(currentLeaderEpoch)
    return partition
  }

  /** Null unless this broker has a replica that can be used. */
  find(topic: string, index: number): Partition | null {
    const partition = this.#directory.find(topic, index)
    return partition?.isOn(this.#brokerId) ? partition : null
  }

  /** Whether its replica is there and cannot be used. */
  isOffline(topic: string, index: number): boolean {
    return this.#directory.isOffline(topic, index)
  }

  /** Those of which it has a replica. */
  *all(): IterableIterator<Partition> {
    for (const partition of this.#directory.all()) if (partition.isOn(this.#brokerId)) yield partition
  }
}
