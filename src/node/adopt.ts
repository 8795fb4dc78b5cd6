/**
 * Takes over topics that lie in the data directory and that the metadata does not know: those that an Apache Kafka wrote
 * before it was stopped. Names, ids and partitions come from the directories; their configs are Kafka's defaults then.
 */
import type { Metadata } from '../metadata/metadata'
import type { Logger } from '../platform/logger'
import type { LogId, LogStore } from '../storage/log'

/** Kafka keeps its own metadata in a log beside the others. */
const notTopics = new Set(['__cluster_metadata'])

export async function adoptTopics(store: LogStore, metadata: Metadata, logger: Logger): Promise<void> {
  const found = new Map<string, LogId[]>()
  for (const id of await store.list()) {
    if (notTopics.has(id.topic) || id.topicId === '' || metadata.image.topic(id.topic)) continue
    const list = found.get(id.topic)
    if (list) list.push(id)
    else found.set(id.topic, [id])
  }
  for (const [topic, ids] of found) {
    const partitions = Math.max(...ids.map(({ partition }) => partition)) + 1
    logger.info('topic-adopted', { topic, partitions })
    await metadata.adoptTopic(topic, ids[0]!.topicId, partitions)
  }
}
