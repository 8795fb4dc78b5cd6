/** All partitions of this process. The one place where an image becomes logs on a disk: nothing else opens or drops one. */
import { Refusal } from '../protocol/errors'
import type { PartitionImage, TopicImage } from '../metadata/image/image'
import type { Logger } from '../platform/logger'
import { CorruptLog, StorageFault } from '../storage/fault'
import type { Log, LogConfig, LogStore } from '../storage/log'
import { Partition, type Leadership } from './partition'
import type { PartitionConfig, PartitionPolicy } from './partition-config'

export interface DirectoryOptions extends PartitionPolicy {
  /** The brokers of this process. They share a log where more than one has a replica. */
  readonly brokerIds: readonly number[]
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
  /** Why it is offline; null while it serves, and where all replicas are elsewhere. */
  readonly offline: string | null
  /** What is to be opened once there is room, as the metadata has it by now; where that would help. */
  readonly wanted?: Wanted
}

interface Wanted {
  readonly topic: TopicImage
  readonly image: PartitionImage
}

const whyOffline = ({ partition, offline }: Held): string | null => offline ?? partition?.fault?.message ?? null

const elsewhere: Held = { partition: null, offline: null }

export class PartitionDirectory {
  readonly #options: DirectoryOptions
  readonly #held = new Map<string, Map<number, Held>>()
  /** One change at a time, and no second try to open what a change is about to drop. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: DirectoryOptions) {
    this.#options = options
  }

  /**
   * Makes what is here what the metadata says by now: opens, leads, drops. Called for each change, in order; at
   * the start with every topic as created.
   */
  apply(changes: TopicChanges): Promise<void> {
    return this.#inTurn(() => this.#apply(changes))
  }

  /** Tries once more to open what there was no room for. */
  reopen(): Promise<void> {
    const wanted = () => [...this.#held.values()].flatMap(held => [...held.values()].flatMap(each => each.wanted ?? []))
    if (wanted().length === 0) return Promise.resolve()
    return this.#inTurn(async () => {
      await Promise.all(wanted().map(({ topic, image }) => this.#open(topic, image)))
    })
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(work)
    this.#last = mine.catch(() => {})
    return mine
  }

  async #apply({ created, deleted, altered }: TopicChanges): Promise<void> {
    // A topic of the same name may have come back at once, so what was there goes first.
    await Promise.all(deleted.map(topic => this.#dropTopic(topic)))
    const present = [...created, ...altered.map(({ after }) => after)]
    await Promise.all(present.flatMap(topic => topic.partitions.map(partition => this.#follow(topic, partition))))
  }

  async #follow(topic: TopicImage, partition: PartitionImage): Promise<void> {
    const held = this.#held.get(topic.name)?.get(partition.index)
    const isHere = partition.replicas.some(id => this.#options.brokerIds.includes(id))
    if (held?.partition) held.partition.lead(leadershipOf(partition))
    else if (!isHere) this.#set(topic.name, partition.index, elsewhere)
    else if (!held || held === elsewhere) await this.#open(topic, partition)
    else if (held.wanted) this.#set(topic.name, partition.index, { ...held, wanted: { topic, image: partition } })
  }

  /** Throws UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER when its replicas are elsewhere, KAFKA_STORAGE_ERROR. */
  held(topic: string, index: number): Partition {
    const held = this.#held.get(topic)?.get(index)
    if (!held) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION')
    if (held === elsewhere) throw new Refusal('NOT_LEADER_OR_FOLLOWER')
    const why = whyOffline(held)
    if (why !== null || !held.partition) throw new Refusal('KAFKA_STORAGE_ERROR', why)
    return held.partition
  }

  /** A partition that any broker of this process leads. Throws as `held`, and NOT_LEADER_OR_FOLLOWER where none does. */
  led(topic: string, index: number): Partition {
    const partition = this.held(topic, index)
    if (this.#options.brokerIds.includes(partition.leader)) return partition
    throw new Refusal('NOT_LEADER_OR_FOLLOWER')
  }

  /** Null where `held` would throw. */
  find(topic: string, index: number): Partition | null {
    const partition = this.#held.get(topic)?.get(index)?.partition
    return partition && !partition.fault ? partition : null
  }

  *all(): IterableIterator<Partition> {
    for (const partitions of this.#held.values()) {
      for (const { partition } of partitions.values()) if (partition) yield partition
    }
  }

  /** Whether the log of a partition that is here could not be opened, or has failed since. */
  isOffline(topic: string, index: number): boolean {
    const held = this.#held.get(topic)?.get(index)
    return held !== undefined && whyOffline(held) !== null
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
    const wasRefused = this.#held.get(topic.name)?.get(image.index)?.wanted !== undefined
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
      if (wasRefused) logger.info('partition-online', { topic: topic.name, partition: image.index })
      this.#set(topic.name, image.index, { partition, offline: null })
    } catch (error) {
      if (!(error instanceof StorageFault || error instanceof CorruptLog)) throw error
      const { message: why } = error
      const mend = error instanceof CorruptLog ? damageAdvice : error.passes ? roomAdvice : undefined
      // Of what is tried again and again once is enough.
      if (!wasRefused || !error.passes)
        logger.error('partition-offline', { topic: topic.name, partition: image.index, why, mend })
      const wanted = error.passes ? { wanted: { topic, image } } : {}
      this.#set(topic.name, image.index, { partition: null, offline: why, ...wanted })
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

const damageAdvice =
  'Nothing was cut. With the broker stopped, put the directory of the partition back from a copy, or let odradek log repair take out what is damaged.'

const roomAdvice = 'It comes online by itself once there is room.'

function leadershipOf(partition: PartitionImage): Leadership {
  const { leader, leaderEpoch, isr, replicas } = partition
  return { leader, leaderEpoch, isrCount: isr.length, replicas }
}
