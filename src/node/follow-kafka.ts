/**
 * What an Apache Kafka that had the data directory in between has made of topics that are known here: those it deleted, those
 * it gave more partitions, and those it put aside since it did not know them. What it says of them is the newer truth, and its
 * metadata log and the directories have to say the same before anything is deleted here.
 */
import type { TopicImage } from '../metadata/image/image'
import type { GrownTopic } from '../metadata/kafka/adopt-topics'
import type { KafkaMetadata } from '../metadata/kafka/kafka-metadata'
import type { Metadata } from '../metadata/metadata'
import { keyedPartitions } from '../metadata/topics/internal-topics'
import type { Logger } from '../platform/logger'
import { StorageFault } from '../storage/fault'
import type { LogConfig, LogId, LogStore } from '../storage/log'

export interface KafkaVisit {
  readonly kafka: KafkaMetadata
  readonly store: LogStore
  readonly metadata: Metadata
  readonly logger: Logger
}

/** Call it before logs are looked for that nobody knows: what is deleted here is theirs to finish. */
export async function followTopics(visit: KafkaVisit): Promise<void> {
  const deleted = await doomed(visit)
  if (deleted.length > 0) {
    await visit.metadata.deleteTopics(deleted.map(({ id }) => ({ name: null, topicId: id })))
    for (const { name, id } of deleted) visit.logger.warn('kafka-topic-deleted', { topic: name, topicId: id, why })
  }
  await putBack(visit)
}

const why = 'an Apache Kafka that had the directory knows it no more, and none of its logs is there'
const whyKept = 'an Apache Kafka that had the directory has deleted it, and some of its logs are there'

/** Topics of which a Kafka has left no log, and that it knows no more or by another id. */
async function doomed({ kafka, store, metadata, logger }: KafkaVisit): Promise<TopicImage[]> {
  const unknown = [...metadata.image.topics()].filter(({ id }) => !kafka.topics.has(id))
  if (!kafka.knowsTopics || unknown.length === 0) return []
  const present = new Set((await store.list()).map(({ topicId }) => topicId))
  const aside = new Set((await store.aside()).map(({ topicId }) => topicId))
  const named = new Map([...kafka.topics].map(([id, { name }]) => [name, id]))
  return unknown.filter(({ id, name }) => {
    if (present.has(id)) {
      if (wasDeleted(kafka, metadata, id)) logger.warn('kafka-topic-kept', { topic: name, topicId: id, why: whyKept })
      return false
    }
    // One that was made here, and by the Kafka too, gives way to the one that has the name and the directories now.
    if (kafka.removedTopics.has(id) || present.has(named.get(name) ?? '')) return true
    // A Kafka whose metadata were made anew knows no topic, and has put all of them aside.
    return wasDeleted(kafka, metadata, id) && !aside.has(id)
  })
}

/** Whether a Kafka had a topic that it has no more. */
function wasDeleted(kafka: KafkaMetadata, { image }: Metadata, id: string): boolean {
  if (kafka.topics.has(id)) return false
  return kafka.removedTopics.has(id) || image.table('kafkaTopic').get(id) !== undefined
}

/** A Kafka puts aside what it does not know, as a topic that was made here: that is not deleted. */
async function putBack({ store, metadata, logger }: KafkaVisit): Promise<void> {
  const found = new Map<string, { id: LogId; directories: string[] }>()
  for (const { topicId, partition, directory } of await store.aside()) {
    const topic = metadata.image.topicById(topicId)
    if (!topic?.partitions[partition]) continue
    const id = { topic: topic.name, partition, topicId }
    const key = `${topicId}/${partition}`
    found.set(key, { id, directories: [...(found.get(key)?.directories ?? []), directory] })
  }
  for (const { id, directories } of found.values()) {
    const [directory, ...others] = directories
    const { topic, partition } = id
    if (others.length > 0) store.expect(id, `and more than one was put aside: ${directories.join(', ')}`)
    else if (await store.putBack(id, directory!)) logger.info('log-put-back', { topic, partition, directory })
  }
}

/**
 * Takes over partitions that a Kafka gave to topics, and has partitions offline whose logs it had and that are gone.
 * What is there and is not served is told of.
 */
export async function followPartitions(visit: KafkaVisit, logs: readonly LogId[]): Promise<void> {
  const { kafka, store, metadata, logger } = visit
  const there = new Set(logs.map(({ topicId, partition }) => `${topicId}/${partition}`))
  const grown: (GrownTopic & { readonly topic: string; readonly was: number })[] = []
  for (const topic of metadata.image.topics()) {
    const { name, id, partitions } = topic
    for (const { index } of partitions) {
      if (there.has(`${id}/${index}`) || !hadPartition(visit, id, index)) continue
      store.expect({ topic: name, partition: index, topicId: id }, 'though an Apache Kafka had it')
    }
    let count = partitions.length
    while (count < (kafka.topics.get(id)?.partitions ?? 0) && there.has(`${id}/${count}`)) count++
    const keyed = topic.internal ? { keyedPartitions: await keyedAfter(visit, topic, count) } : {}
    grown.push({ topic: name, topicId: id, was: partitions.length, partitions: count, ...keyed })
  }
  await metadata.growTopics(grown)
  for (const { topic, was, partitions } of grown) {
    if (partitions > was) logger.info('partitions-adopted', { topic, partitions })
  }
  tellUnserved(visit, logs)
}

/**
 * Over how many partitions keys of a coordinator's topic are spread after a Kafka had it. That one keeps nothing in partitions that it
 * has added until it is started again, and spreads keys over all of them from then on. So whether there is something in them tells which of
 * the two it did last; and what is not found then, its own clients had not found either.
 */
async function keyedAfter(
  { kafka, store, metadata, logger }: KafkaVisit,
  topic: TopicImage,
  count: number,
): Promise<number> {
  const { name, id } = topic
  const before = keyedPartitions(topic)
  const theirs = Math.min(count, kafka.topics.get(id)?.partitions ?? 0)
  for (let index = before; index < theirs; index++) {
    const log = { topic: name, partition: index, topicId: id }
    if (await hasHadRecords(store, log, () => metadata.configs.topic(name))) {
      logger.warn('kafka-spread-keys', { topic: name, before, partitions: theirs, why: whySpread })
      return theirs
    }
  }
  return before
}

/** Whether a log has had records that are perhaps compacted away by now. One that is damaged was written to. */
async function hasHadRecords(store: LogStore, id: LogId, config: () => LogConfig): Promise<boolean> {
  try {
    return (await store.open(id, config)).end > 0
  } catch (error) {
    if (!(error instanceof StorageFault)) throw error
    return true
  }
}

const whySpread =
  'an Apache Kafka that had the directory has been started again since it gave the topic more partitions, and looks for keys in all of them; what was filed before is not found any more'

function hadPartition({ kafka, metadata }: KafkaVisit, id: string, index: number): boolean {
  return wasDeleted(kafka, metadata, id) || index < (kafka.topics.get(id)?.partitions ?? 0)
}

/** Logs whose topic has another id here, or fewer partitions. Those of topics that are not known here are adopted. */
function tellUnserved({ metadata, logger }: KafkaVisit, logs: readonly LogId[]): void {
  const unserved = new Map<string, { topic: TopicImage; topicId: string; partitions: number[] }>()
  for (const { topic: name, partition, topicId } of logs) {
    const topic = metadata.image.topic(name)
    if (!topic || (topic.id === topicId && topic.partitions[partition])) continue
    const key = `${name}/${topicId}`
    unserved.set(key, { topic, topicId, partitions: [...(unserved.get(key)?.partitions ?? []), partition] })
  }
  for (const { topic, topicId, partitions } of unserved.values()) {
    const why =
      topic.id === topicId
        ? `the topic has ${topic.partitions.length} partitions, and these are not the next ones`
        : `the topic has the id ${topic.id}, and these logs ${topicId}`
    const listed = partitions.sort((a, b) => a - b).join(',')
    logger.warn('logs-not-served', { topic: topic.name, partitions: listed, why })
  }
}
