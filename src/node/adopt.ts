/**
 * Takes over topics that lie in the data directory and that the metadata does not know: those that an Apache Kafka wrote
 * before it was stopped. Names, ids and partitions come from the directories; their configs are Kafka's defaults then.
 */
import type { Metadata } from '../metadata/metadata'
import type { PartitionDirectory } from '../partition/directory'
import type { Logger } from '../platform/logger'
import type { LogStore } from '../storage/log'

/** Kafka keeps its own metadata in a log beside the others. */
const notTopics = new Set(['__cluster_metadata'])

export async function adoptTopics(store: LogStore, metadata: Metadata, logger: Logger): Promise<void> {
  const found = new Map<string, { topicId: string; partitions: number }>()
  for (const { topic, partition, topicId } of await store.list()) {
    if (notTopics.has(topic) || topicId === '' || metadata.image.topic(topic)) continue
    const partitions = Math.max(found.get(topic)?.partitions ?? 0, partition + 1)
    found.set(topic, { topicId, partitions })
  }
  if (found.size === 0) return
  await metadata.adoptTopics([...found].map(([name, { topicId, partitions }]) => ({ name, topicId, partitions })))
  for (const [topic, { partitions }] of found) logger.info('topic-adopted', { topic, partitions })
}

/** A log may know of a newer leader epoch than the metadata: one that was adopted, or that a restored backup lacks. */
export async function raiseEpochs(directory: PartitionDirectory, metadata: Metadata): Promise<void> {
  const known = [...directory.all()]
    .filter(({ epochs, leaderEpoch }) => epochs.latest > leaderEpoch)
    .map(({ topicId, index, epochs }) => ({ topicId, index, epoch: epochs.latest }))
  if (known.length > 0) await metadata.raiseEpochs(known)
}
