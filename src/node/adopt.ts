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
  for (const gone of await store.takeGone()) {
    // Of a topic that is not known either it was deleted, and the process died before that was forgotten as well.
    if (metadata.image.topic(gone.topic)?.partitions[gone.partition]) logger.warn('log-gone', { ...gone })
  }
  if (kafka === null && !metadata.isNew) return setAside(store, metadata, logs, logger)
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

/**
 * Metadata of our own do not know these logs: of a topic that was deleted, when the process died before its logs were gone, or of one that
 * damaged metadata have lost. Nothing says which, so nothing is removed, as in Kafka.
 */
async function setAside(store: LogStore, metadata: Metadata, logs: readonly LogId[], logger: Logger): Promise<void> {
  for (const id of logs) {
    const known = metadata.image.topic(id.topic)
    // A topic of the same name may have been made before the logs of the last one were gone.
    if (known?.id === id.topicId) continue
    const why = known
      ? `the topic has the id ${known.id} now, and this log ${id.topicId}`
      : 'the metadata know no such topic'
    const directory = await store.setAside(id)
    if (directory === null) continue
    logger.warn('log-set-aside', { topic: id.topic, partition: id.partition, why, directory })
  }
}

/** A log may know of a newer leader epoch than the metadata: one that was adopted, or that a restored backup lacks. */
export async function raiseEpochs(directory: PartitionDirectory, metadata: Metadata): Promise<void> {
  const known = [...directory.all()]
    .filter(({ epochs, leaderEpoch }) => epochs.latest > leaderEpoch)
    .map(({ topicId, index, epochs }) => ({ topicId, index, epoch: epochs.latest }))
  if (known.length > 0) await metadata.raiseEpochs(known)
}
