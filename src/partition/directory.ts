/** All partitions of this node. The one place where an image becomes logs on a disk: nothing else opens or drops one. */
import { Refusal } from '../protocol/errors'
import type { PartitionImage, TopicImage } from '../metadata/image'
import type { Logger } from '../platform/logger'
import { CorruptLog, StorageFault } from '../storage/fault'
import type { Log, LogConfig, LogStore } from '../storage/log'
import { Partition, type Leadership, type PartitionConfig, type PartitionPolicy } from './partition'

export interface DirectoryOptions extends PartitionPolicy {
  readonly brokerId: number
  readonly store: LogStore
  readonly logger: Logger
  /** Read at every use, so that a changed config takes effect at once. */
  logConfig(topic: string): LogConfig
  partitionConfig(topic: string): PartitionConfig
  /** Called when a partition is open and before anybody can see it: rebuilds what its log remembers. */
  opened?(partition: Partition): Promise<void>
}

/** What changed among the topics, as the metadata tells it. */
export interface TopicChanges {
  readonly created: readonly TopicImage[]
  readonly deleted: readonly TopicImage[]
  readonly altered: readonly { readonly after: TopicImage }[]
}

interface Held {
  readonly partition: Partition | null
  /** Why it is offline; null while it serves. */
  readonly offline: string | null
}

export class PartitionDirectory {
  readonly #options: DirectoryOptions
  readonly #held = new Map<string, Map<number, Held>>()

  constructor(options: DirectoryOptions) {
    this.#options = options
  }

  get brokerId(): number {
    return this.#options.brokerId
  }

  /**
   * Makes what is on this node what the metadata says by now: opens, leads, drops. Called for each change, in order; at
   * the start with every topic as created.
   */
  async apply({ created, deleted, altered }: TopicChanges): Promise<void> {
    // A topic of the same name may have come back at once, so what was there goes first.
    await Promise.all(deleted.map(topic => this.#dropTopic(topic)))
    const present = [...created, ...altered.map(({ after }) => after)]
    await Promise.all(present.flatMap(topic => topic.partitions.map(partition => this.#follow(topic, partition))))
  }

  async #follow(topic: TopicImage, partition: PartitionImage): Promise<void> {
    if (!partition.replicas.includes(this.#options.brokerId)) return
    const held = this.#held.get(topic.name)?.get(partition.index)
    if (held) held.partition?.lead(leadershipOf(partition))
    else await this.#open(topic, partition)
  }

  /** The partition this node leads. Throws UNKNOWN_TOPIC_OR_PARTITION, KAFKA_STORAGE_ERROR. */
  led(topic: string, index: number): Partition {
    const held = this.#held.get(topic)?.get(index)
    if (!held) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION')
    if (!held.partition) throw new Refusal('KAFKA_STORAGE_ERROR', held.offline)
    return held.partition
  }

  /** Null where `led` would throw. */
  find(topic: string, index: number): Partition | null {
    return this.#held.get(topic)?.get(index)?.partition ?? null
  }

  *all(): IterableIterator<Partition> {
    for (const partitions of this.#held.values()) {
      for (const { partition } of partitions.values()) if (partition) yield partition
    }
  }

  /** Partitions whose log could not be opened, with the reason. */
  *offline(): IterableIterator<{ topic: string; index: number; why: string }> {
    for (const [topic, partitions] of this.#held) {
      for (const [index, { offline }] of partitions) if (offline !== null) yield { topic, index, why: offline }
    }
  }

  async #open(topic: TopicImage, image: PartitionImage): Promise<void> {
    const { store, logger, logConfig, partitionConfig, opened } = this.#options
    const id = { topic: topic.name, partition: image.index, topicId: topic.id }
    try {
      const log: Log = await store.open(id, () => logConfig(topic.name))
      const partition = new Partition(
        { topic: topic.name, index: image.index, topicId: topic.id },
        log,
        leadershipOf(image),
        () => partitionConfig(topic.name),
        this.#options,
      )
      await opened?.(partition)
      this.#set(topic.name, image.index, { partition, offline: null })
    } catch (error) {
      if (!(error instanceof StorageFault || error instanceof CorruptLog)) throw error
      logger.error('partition-offline', { topic: topic.name, partition: image.index, why: error.message })
      this.#set(topic.name, image.index, { partition: null, offline: error.message })
    }
  }

  async #dropTopic({ name, id: topicId }: TopicImage): Promise<void> {
    const partitions = this.#held.get(name)
    if (!partitions) return
    this.#held.delete(name)
    await Promise.all(
      [...partitions].map(async ([partition, { partition: dropped }]) => {
        dropped?.close()
        await this.#options.store.drop({ topic: name, partition, topicId })
      }),
    )
  }

  #set(topic: string, index: number, held: Held): void {
    let partitions = this.#held.get(topic)
    if (!partitions) this.#held.set(topic, (partitions = new Map()))
    partitions.set(index, held)
  }
}

function leadershipOf(partition: PartitionImage): Leadership {
  const { leader, leaderEpoch, isr, replicas } = partition
  return { leader, leaderEpoch, isrCount: isr.length, replicaCount: replicas.length }
}
