/**
 * Takes over topics that lie in the data directory and that the metadata does not know: those that an Apache Kafka wrote
 * before it was stopped. Names, ids and partitions come from the directories, all else from Kafka's own metadata log.
 */
import { readKafkaMetadata } from '../metadata/kafka-metadata'
import type { Metadata } from '../metadata/metadata'
import type { PartitionDirectory } from '../partition/directory'
import type { Logger } from '../platform/logger'
import type { Platform } from '../platform/platform'
import type { LogId, LogStore } from '../storage/log'

/** Kafka keeps its own metadata in a log beside the others. */
const notTopics = new Set(['__cluster_metadata'])

/** `directory` is where the logs lie; null in memory, where nothing was left by anybody. */
export async function adoptTopics(
  store: LogStore,
  directory: string | null,
  metadata: Metadata,
  { files, logger }: Platform,
): Promise<void> {
  const kafka = directory === null ? null : readKafkaMetadata(files, directory)
  if (kafka) await metadata.adoptKafka(kafka)
  const logs = (await store.list()).filter(({ topic, topicId }) => !notTopics.has(topic) && topicId !== '')
  if (kafka === null && !metadata.isNew) {
    // A topic of the same name may have been made before the logs of the last one were gone.
    const deleted = logs.filter(({ topic, topicId }) => metadata.image.topic(topic)?.id !== topicId)
    return finishDeletions(store, deleted, logger)
  }
  const unknown = logs.filter(({ topic }) => !metadata.image.topic(topic))
  const found = new Map<string, { topicId: string; partitions: number }>()
  for (const { topic, partition, topicId } of unknown) {
    const partitions = Math.max(found.get(topic)?.partitions ?? 0, partition + 1)
    found.set(topic, { topicId, partitions })
  }
  if (found.size === 0) return
  await metadata.adoptTopics(
    [...found].map(([name, topic]) => ({ name, ...topic, configs: kafka && kafka.overrides('topic', name) })),
  )
  for (const [topic, { partitions }] of found) logger.info('topic-adopted', { topic, partitions })
}

/** Metadata of our own that does not know a topic has deleted it; the process died before its logs were gone. */
async function finishDeletions(store: LogStore, deleted: readonly LogId[], logger: Logger): Promise<void> {
  for (const id of deleted) {
    logger.warn('deletion-finished', { topic: id.topic, partition: id.partition })
    await store.drop(id)
  }
}

/** A log may know of a newer leader epoch than the metadata: one that was adopted, or that a restored backup lacks. */
export async function raiseEpochs(directory: PartitionDirectory, metadata: Metadata): Promise<void> {
  const known = [...directory.all()]
    .filter(({ epochs, leaderEpoch }) => epochs.latest > leaderEpoch)
    .map(({ topicId, index, epochs }) => ({ topicId, index, epoch: epochs.latest }))
  if (known.length > 0) await metadata.raiseEpochs(known)
}
