/**
 * The cluster's metadata in one process: decides, writes to the store, replays what the store says, and tells those who
 * act on it. Decisions come one after the other, so each sees the image that its predecessor made.
 */
import { assert } from '../platform/assert'
import type { Clock } from '../platform/clock'
import type { Logger } from '../platform/logger'
import type { Random } from '../platform/random'
import { Refusal } from '../protocol/errors'
import {
  type AdoptedTopic,
  decideAdopt,
  decideAdoptProducerIds,
  decideAgreement,
  decideGrow,
  decideRaiseEpochs,
  decideSharedTopics,
  type GrownTopic,
  type KnownEpoch,
} from './kafka/adopt-topics'
import { decideBroker, decideFence } from './topics/brokers'
import {
  decideAlter,
  decideIncrementalAlter,
  type IncrementalAlteration,
  type Replacement,
} from './config/alter-configs'
import { newClusterId } from './cluster-id'
import type { ConfigTexts } from './config/layers'
import { type BrokerConfigs, Configs } from './config/configs'
import { decideCreatePartitions, type PartitionsCreation, type PartitionsSpec } from './topics/create-partitions'
import { decideCreateTopics, topicNamed, type TopicCreation, type TopicSpec } from './topics/create-topics'
import type { Charge, Decision, DecisionContext, EntryOutcome } from './decision'
import {
  decideDeleteTopics,
  type DeletionRefusal,
  type TopicDeletion,
  type TopicReference,
} from './topics/delete-topics'
import { decideElections, decideMove, type ElectedTopic, type WantedElection } from './topics/elections'
import { decideFirstStart, decideForgetDeletions, decideProducerIds, decideRestart } from './housekeeping'
import type { MetadataImage, TopicImage } from './image/image'
import { internalTopicPlan, isInternalTopic } from './topics/internal-topics'
import type { KafkaMetadata } from './kafka/kafka-metadata'
import { type ImageChange, LiveImage } from './live-image'
import { decideReassignments, type ReassignedTopic, type WantedReassignment } from './topics/reassignments'
import type { MetadataStore, Revision, StoreEvent, TransactionResult } from './store/store'
import type { StoredBroker } from './image/stored'

export interface MetadataOptions {
  readonly store: MetadataStore
  /** The brokers of this process, with how the others and clients reach them. All others are not there. */
  readonly brokers: ReadonlyMap<number, StoredBroker>
  /** The one of them that this is the metadata of, as far as configs are its own. */
  readonly brokerId: number
  /** What server.properties, --set and the profile say. */
  readonly statics: ConfigTexts
  /** The id a new cluster gets; made up when there is none. An existing cluster keeps its own. */
  readonly clusterId?: string | null
  /** What an Apache Kafka left here; asked before anything is written, where there is no cluster yet. What it throws ends the opening. */
  readonly left?: (broker: BrokerConfigs) => KafkaMetadata | null
  /** Whether the process that had the logs before ended as it should. If not, every leader epoch grows by one. */
  readonly endedCleanly?: boolean
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** Acts on what changed. A topic counts as created when all listeners have finished. */
export type ImageListener = (image: MetadataImage, previous: MetadataImage, change: ImageChange) => void | Promise<void>

const attemptsMax = 10

export class Metadata {
  readonly configs: Configs
  readonly #statics: ConfigTexts
  readonly #store: MetadataStore
  readonly #random: Random
  readonly #logger: Logger
  #listeners: readonly ImageListener[] = []
  #image = LiveImage.empty
  /** Whether the cluster was made when this was opened. */
  #isNew = false
  #watch: { close(): void } | null = null
  /** The decision under way, and the telling under way; null when there is none. */
  #deciding: Promise<unknown> = Promise.resolve()
  #telling: Promise<void> | null = null

  private constructor({ store, brokerId, statics, random, logger }: MetadataOptions) {
    this.#store = store
    this.#random = random
    this.#logger = logger
    this.#statics = statics
    this.configs = this.configsOf(brokerId)
  }

  /** Configs as a broker of this process has them, with what was set for it alone. */
  configsOf(brokerId: number): Configs {
    return new Configs(brokerId, withOwnId(this.#statics, brokerId), () => this.#image)
  }

  /**
   * Replays the store, makes the cluster if there is none yet, and registers this broker. Throws Refusal
   * INCONSISTENT_CLUSTER_ID when the store belongs to a cluster of another id, KAFKA_STORAGE_ERROR when it cannot be
   * written.
   */
  static async open(options: MetadataOptions): Promise<Metadata> {
    const { clock, random, clusterId = null, endedCleanly = true } = options
    const metadata = new Metadata(options)
    await metadata.#replay()
    if (metadata.image.clusterId === '') {
      const fresh = clusterId ?? newClusterId(random)
      const kafka = options.left?.(metadata.configs.broker()) ?? null
      metadata.#isNew = true
      // All at once: a crash in between would leave a cluster without the rules that it had.
      await metadata.decide(() => decideFirstStart(metadata.configs.broker(), fresh, clock.now(), kafka))
    } else if (clusterId !== null && clusterId !== metadata.image.clusterId) {
      const says = `the metadata is of cluster ${metadata.image.clusterId}, not of ${clusterId}`
      throw new Refusal('INCONSISTENT_CLUSTER_ID', says)
    } else if (!endedCleanly) await metadata.decide(({ image }) => decideRestart(image))
    for (const [id, broker] of options.brokers) await metadata.setBroker(id, broker)
    for (const { id } of metadata.image.brokers()) if (!options.brokers.has(id)) await metadata.fenceBroker(id)
    return metadata
  }

  /** Whether the cluster was made just now, by this process. */
  get isNew(): boolean {
    return this.#isNew
  }

  /** The current picture; replaced as a whole with every change. */
  get image(): LiveImage {
    return this.#image
  }

  /** Resolves when everybody has acted on the current image; null when they have already. */
  get settling(): Promise<void> | null {
    return this.#telling
  }

  /** Calls `listener` for every change from now on, one change at a time. Returns how to stop. */
  onChange(listener: ImageListener): () => void {
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter(other => other !== listener)
    }
  }

  /** With `validateOnly`, says what would become of the request and does nothing. The same for the methods below. */
  createTopics(specs: readonly TopicSpec[], validateOnly = false, charge?: Charge): Promise<TopicCreation[]> {
    return this.decide(context => decideCreateTopics(context, specs, charge), validateOnly)
  }

  deleteTopics(
    references: readonly TopicReference[],
    charge?: Charge,
    refusalOf?: DeletionRefusal,
  ): Promise<TopicDeletion[]> {
    return this.decide(context => decideDeleteTopics(context, references, charge, refusalOf))
  }

  createPartitions(
    specs: readonly PartitionsSpec[],
    validateOnly = false,
    charge?: Charge,
  ): Promise<PartitionsCreation[]> {
    return this.decide(context => decideCreatePartitions(context, specs, charge), validateOnly)
  }

  alterConfigs(replacements: readonly Replacement[], validateOnly = false): Promise<EntryOutcome[]> {
    return this.decide(context => decideAlter(context, replacements), validateOnly)
  }

  incrementalAlterConfigs(
    alterations: readonly IncrementalAlteration[],
    validateOnly = false,
  ): Promise<EntryOutcome[]> {
    return this.decide(context => decideIncrementalAlter(context, alterations), validateOnly)
  }

  /** Says where a broker is, or that it is not there; leaders and replicas in sync follow. */
  setBroker(id: number, broker: StoredBroker): Promise<void> {
    return this.decide(context => decideBroker(context, id, broker))
  }

  /** The broker is not there any more; nothing happens when nobody knows it. */
  fenceBroker(id: number): Promise<void> {
    return this.decide(context => decideFence(context, id))
  }

  electLeaders(wanted: readonly WantedElection[] | null, unclean: boolean): Promise<ElectedTopic[]> {
    return this.decide(context => decideElections(context, wanted, unclean))
  }

  reassign(wanted: readonly WantedReassignment[], mayResize: boolean): Promise<ReassignedTopic[]> {
    return this.decide(context => decideReassignments(context, wanted, mayResize))
  }

  /** Makes a broker lead a partition, with a replica of its own if it has none. */
  moveLeader(topic: string, partition: number, to: number): Promise<EntryOutcome> {
    return this.decide(context => decideMove(context, topic, partition, to))
  }

  /** Creates topics by their names alone, as `auto.create.topics.enable` does; an internal one as its configs say. */
  async autoCreateTopics(names: readonly string[]): Promise<TopicCreation[]> {
    return this.createTopics(names.map(name => this.#specOf(name)))
  }

  /** The topic, created first if need be. Throws Refusal when it cannot be. */
  async ensureInternalTopic(name: string): Promise<TopicImage> {
    assert(isInternalTopic(name), `${name} is an internal topic`)
    const present = this.#image.topic(name)
    if (!present) await this.autoCreateTopics([name])
    await this.#telling
    const topic = this.#image.topic(name)
    if (!topic) throw new Refusal('COORDINATOR_NOT_AVAILABLE', `the topic ${name} could not be created`)
    return topic
  }

  /** Registers topics whose logs are there already. */
  adoptTopics(topics: readonly AdoptedTopic[]): Promise<void> {
    return this.decide(({ image, configs }) => decideAdopt(image, configs, topics))
  }

  /** Registers partitions of known topics whose logs are there already. */
  growTopics(grown: readonly GrownTopic[]): Promise<void> {
    return this.decide(({ image, configs }) => decideGrow(image, configs.brokerId, grown))
  }

  /** Remembers which topics an Apache Kafka has too, as its own metadata log says. */
  shareTopics(kafka: KafkaMetadata): Promise<void> {
    return this.decide(({ image }) => decideSharedTopics(image, kafka))
  }

  /** Gives out no producer id that an Apache Kafka gave out, as its own metadata log says. */
  adoptProducerIds(kafka: KafkaMetadata): Promise<void> {
    return this.decide(({ image }) => decideAdoptProducerIds(image, kafka))
  }

  /** What an Apache Kafka's metadata log has of access, as a digest, is now the same as here. */
  agreeOnAccess(digest: string): Promise<void> {
    return this.decide(() => decideAgreement(digest))
  }

  /** Moves leader epochs past those that logs know of. */
  raiseEpochs(known: readonly KnownEpoch[]): Promise<void> {
    return this.decide(({ image }) => decideRaiseEpochs(image, known))
  }

  /** Nothing is left of these topics that a start after a crash could take for a log that nobody knows. */
  forgetDeletions(topicIds: readonly string[]): Promise<void> {
    return this.decide(({ image }) => decideForgetDeletions(image, topicIds))
  }

  /** Producer ids that nobody was given before nor will be again: `first` and the `count - 1` after it. */
  allocateProducerIds(count: number): Promise<{ readonly first: number; readonly count: number }> {
    return this.decide(({ image }) => decideProducerIds(image, count))
  }

  /** Finishes what is under way and closes the store. */
  async close(): Promise<void> {
    // Who hears of a change may ask for the next decision.
    for (let last: Promise<unknown> | null = null; last !== this.#deciding; ) {
      last = this.#deciding
      await last.catch(() => undefined)
      while (this.#telling) await this.#telling
    }
    this.#watch?.close()
    await this.#store.close()
  }

  #specOf(name: string): TopicSpec {
    const { image } = this
    const plan = internalTopicPlan(name, this.configs.broker())
    if (!plan) return topicNamed(name)
    return {
      name,
      numPartitions: plan.partitions,
      // A cluster smaller than the configured factor gets what it can have, so that one broker works as it is.
      replicationFactor: Math.min(plan.replicationFactor, image.brokers().filter(broker => !broker.fenced).length),
      assignments: [],
      configs: plan.configs.map(([key, value]) => ({ name: key, value })),
    }
  }

  async #replay(): Promise<void> {
    const { revision, pages } = await this.#store.snapshot('')
    const events: StoreEvent[] = []
    for await (const page of pages) for (const { key, value } of page) events.push({ key, value })
    if (revision > 0) this.#image = this.#image.after(revision, events).image
    this.#watch = this.#store.watch('', revision, {
      batch: (at, changed) => this.#heard(at, changed),
      compacted: oldest => this.#logger.error('metadata.watch.lost', { oldest }),
    })
  }

  #heard(revision: Revision, events: readonly StoreEvent[]): void {
    const previous = this.#image
    const { image, change } = previous.after(revision, events)
    this.#image = image
    const before = this.#telling
    const telling = (
      before ? before.then(() => this.#tell(image, previous, change)) : this.#tell(image, previous, change)
    ).then(() => {
      if (this.#telling === telling) this.#telling = null
    })
    this.#telling = telling
  }

  async #tell(image: LiveImage, previous: LiveImage, change: ImageChange): Promise<void> {
    for (const listener of this.#listeners) {
      try {
        await listener(image, previous, change)
      } catch (error) {
        this.#logger.error('metadata.listener.failed', { revision: image.revision, error: String(error) })
      }
    }
  }

  /**
   * Takes its turn, decides, writes, and waits until everybody has acted on it. With `validateOnly` nothing is written.
   * Throws Refusal KAFKA_STORAGE_ERROR when it could not be written.
   */
  decide<T>(decide: (context: DecisionContext) => Decision<T>, validateOnly = false): Promise<T> {
    const turn = this.#deciding.then(() => this.#decideNow(decide, validateOnly))
    this.#deciding = turn.catch(() => undefined)
    return turn.then(async reply => {
      await this.#telling
      return reply
    })
  }

  async #decideNow<T>(decide: (context: DecisionContext) => Decision<T>, validateOnly: boolean): Promise<T> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const decision = decide({ image: this.#image, configs: this.configs, random: this.#random })
      if (validateOnly || decision.do.length === 0) return decision.reply
      const result = await this.#transact(decision)
      if (result.status === 'committed') return decision.reply
      if (result.status === 'unknown') throw new Refusal('KAFKA_STORAGE_ERROR', (result.cause as Error).message)
      // Somebody else was faster. What they wrote is in the image by now, and the decision may be another one.
    }
    throw new Refusal('REQUEST_TIMED_OUT')
  }

  async #transact<T>(decision: Decision<T>): Promise<TransactionResult> {
    const result = await this.#store.transact(decision)
    if (result.status === 'unknown') this.#logger.error('metadata.write.failed', { error: String(result.cause) })
    return result
  }
}

const withIds = new WeakMap<ConfigTexts, Map<number, ConfigTexts>>()

/** What every node of Apache Kafka has in its file: which one it is, and that it does everything. */
function withOwnId(statics: ConfigTexts, brokerId: number): ConfigTexts {
  // The same settings give the same object, by which what follows from them is found again.
  const known = withIds.get(statics) ?? new Map<number, ConfigTexts>()
  withIds.set(statics, known)
  const id = String(brokerId)
  const texts =
    known.get(brokerId) ??
    new Map([['node.id', id], ['broker.id', id], ['process.roles', 'broker,controller'], ...statics])
  known.set(brokerId, texts)
  return texts
}
