/** Decisions about logs that are on the disk already: topics that another broker wrote, and epochs that logs know of. */
import type { ConfigTexts } from '../config/layers'
import type { Configs } from '../config/configs'
import { createOperations } from '../topics/create-topics'
import type { Decision } from '../decision'
import { adoptedLevels } from '../features'
import { internalTopicPlan } from '../topics/internal-topics'
import type { KafkaMetadata } from './kafka-metadata'
import type { LiveImage } from '../live-image'
import { newPartition } from '../topics/placement'
import type { StoreOperation } from '../store/store'
import { storeKeys, type StoredPartition, type StoredProducerIds, type StoredTopic } from '../image/stored'
import type { StoredAgreement, StoredFeature, StoredKafkaTopic, TableName, TableRows } from '../image/tables'

export interface AdoptedTopic {
  readonly name: string
  /** 32 hex digits. */
  readonly topicId: string
  readonly partitions: number
  /** What was set on it; null when nobody knows. */
  readonly configs: ConfigTexts | null
}

/** Registers topics under the ids that they have, led by this broker. An internal one whose configs nobody knows gets Kafka's. */
export function decideAdopt(image: LiveImage, configs: Configs, topics: readonly AdoptedTopic[]): Decision<void> {
  const operations: StoreOperation[] = []
  for (const { name, topicId, partitions, configs: known } of topics) {
    if (image.topic(name) || image.topicById(topicId)) continue
    const plan = internalTopicPlan(name, configs.broker())
    const overrides = known ?? new Map(plan?.configs ?? [])
    const led = Array.from({ length: partitions }, () => newPartition([configs.brokerId]))
    operations.push(...createOperations(topicId, name, led, overrides))
  }
  return { if: [], do: operations, reply: undefined }
}

export interface GrownTopic {
  readonly topicId: string
  /** How many partitions it has now. */
  readonly partitions: number
  /** The topic of a coordinator: over how many of them keys are spread. */
  readonly keyedPartitions?: number
}

/** Registers partitions that topics got elsewhere, led by this broker, and over how many of them keys are spread since. */
export function decideGrow(image: LiveImage, brokerId: number, grown: readonly GrownTopic[]): Decision<void> {
  const operations: StoreOperation[] = []
  for (const { topicId, partitions, keyedPartitions } of grown) {
    const topic = image.topicById(topicId)
    if (!topic || topic.partitions.length > partitions) continue
    const keyed = keyedPartitions === partitions ? undefined : keyedPartitions
    if (topic.partitions.length === partitions && topic.keyedPartitions === keyed) continue
    const stored: StoredTopic = {
      name: topic.name,
      partitions,
      ...(keyed !== undefined && { keyedPartitions: keyed }),
    }
    operations.push({ put: storeKeys.topic(topicId), value: JSON.stringify(stored) })
    for (let index = topic.partitions.length; index < partitions; index++) {
      const led = newPartition([brokerId])
      operations.push({ put: storeKeys.partition(topicId, index), value: JSON.stringify(led) })
    }
  }
  return { if: [], do: operations, reply: undefined }
}

/** Remembers which topics a Kafka has as well as we, and forgets those that are here no more. */
export function decideSharedTopics(image: LiveImage, kafka: KafkaMetadata): Decision<void> {
  const shared = image.table('kafkaTopic')
  const operations: StoreOperation[] = []
  for (const [id, { name }] of kafka.topics) {
    if (shared.get(id) || !image.topicById(id)) continue
    const row: StoredKafkaTopic = { name }
    operations.push({ put: storeKeys.row('kafkaTopic', id), value: JSON.stringify(row) })
  }
  for (const [id] of shared.entries()) {
    if (!image.topicById(id)) operations.push({ remove: storeKeys.row('kafkaTopic', id) })
  }
  return { if: [], do: operations, reply: undefined }
}

/** No producer id is given out twice, whoever gave it out first. */
export function decideAdoptProducerIds(image: LiveImage, { nextProducerId: next }: KafkaMetadata): Decision<void> {
  const stored: StoredProducerIds = { next }
  const isAhead = next > image.nextProducerId
  return {
    if: [],
    do: isAhead ? [{ put: storeKeys.producerIds, value: JSON.stringify(stored) }] : [],
    reply: undefined,
  }
}

/** What a Kafka's metadata say beside topics and producer ids. For metadata that are new, since it may have been changed here later. */
export function adoptedOperations(kafka: KafkaMetadata): StoreOperation[] {
  const operations: StoreOperation[] = []
  for (const resource of ['broker', 'group', 'clientMetrics'] as const) {
    for (const name of kafka.overridden(resource)) {
      const texts = Object.fromEntries(kafka.overrides(resource, name))
      operations.push({ put: storeKeys.config(resource, name), value: JSON.stringify(texts) })
    }
  }
  const put = <N extends TableName>(table: N, rows: Iterable<[string, TableRows[N]]>): void => {
    for (const [id, row] of rows) operations.push({ put: storeKeys.row(table, id), value: JSON.stringify(row) })
  }
  put('acl', kafka.acls)
  put('quota', kafka.quotas)
  put('scram', kafka.scram)
  put('token', kafka.tokens)
  // Without a level of its metadata nothing is known of its features: it was not read, or there was none.
  const levels = kafka.features.has('metadata.version') ? adoptedLevels(kafka.features) : []
  put(
    'feature',
    levels.map(([name, level]): [string, StoredFeature] => [name, { level }]),
  )
  return operations
}

/** What a Kafka has of access is the same as here: what is altered here later is not of its making. */
export function decideAgreement(digest: string): Decision<void> {
  const agreement: StoredAgreement = { digest }
  return {
    if: [],
    do: [{ put: storeKeys.row('agreement', 'access'), value: JSON.stringify(agreement) }],
    reply: undefined,
  }
}

export interface KnownEpoch {
  readonly topicId: string
  readonly index: number
  /** The newest leader epoch in the log. */
  readonly epoch: number
}

/** An epoch may not be given out twice, so where a log knows of a newer one than the metadata, the next one is taken. */
export function decideRaiseEpochs(image: LiveImage, known: readonly KnownEpoch[]): Decision<void> {
  const operations: StoreOperation[] = []
  for (const { topicId, index, epoch } of known) {
    const partition = image.topicById(topicId)?.partitions[index]
    if (!partition || partition.leaderEpoch >= epoch) continue
    const { index: _index, ...stored } = partition
    const raised: StoredPartition = { ...stored, leaderEpoch: epoch + 1, partitionEpoch: stored.partitionEpoch + 1 }
    operations.push({ put: storeKeys.partition(topicId, index), value: JSON.stringify(raised) })
  }
  return { if: [], do: operations, reply: undefined }
}
