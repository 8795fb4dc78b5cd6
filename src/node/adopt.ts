/**
 * Takes over topics that lie in the data directory and that the metadata does not know: those that an Apache Kafka wrote
 * before it was stopped. Names, ids and partitions come from the directories, all else from Kafka's own metadata log.
 */
import { createHash } from 'node:crypto'
import type { BrokerConfigs } from '../metadata/config/configs'
import type { Table } from '../metadata/image/tables'
import type { KafkaMetadata } from '../metadata/kafka/kafka-metadata'
import { readKafkaMetadata } from '../metadata/kafka/kafka-metadata-log'
import type { Metadata } from '../metadata/metadata'
import type { PartitionDirectory, TopicChanges } from '../partition/directory'
import type { Logger } from '../platform/logger'
import type { Platform } from '../platform/platform'
import { DirectoryRefused } from '../storage/fault'
import type { LogId, LogStore } from '../storage/log'
import { followPartitions, followTopics } from './follow-kafka'
import { authorizerOf } from './limits'

/** Kafka keeps its own metadata in a log beside the others. */
const notTopics = new Set(['__cluster_metadata'])

/**
 * What an Apache Kafka left for a cluster that is made now, and in the log what of it is not taken over. Throws DirectoryRefused where
 * somebody might be let in who was not before: rules cannot be read, and there is an authorizer that would go by them.
 */
export function leftByKafka(
  directory: string | null,
  broker: BrokerConfigs,
  { files, logger }: Platform,
): KafkaMetadata | null {
  const kafka = directory === null ? null : readKafkaMetadata(files, directory)
  if (directory === null || kafka === null) return null
  const unsafe = kafka.leftOut.find(({ concernsAccess }) => concernsAccess)
  if (unsafe && authorizerOf(broker)) {
    const says = `access rules of the Apache Kafka that wrote it may be missing (${unsafe.what}: ${unsafe.why}), and authorizer.class.name is set`
    throw new DirectoryRefused(directory, 'unreadable rules', says)
  }
  for (const { what, why, count } of kafka.leftOut) logger.warn('kafka-left-out', { what, why, count })
  const { acls, quotas, scram, tokens } = kafka
  logger.info('kafka-adopted', {
    accessRules: acls.size,
    quotas: quotas.size,
    scramUsers: scram.size,
    delegationTokens: tokens.size,
  })
  return kafka
}

/** `directory` is where the logs lie; null in memory, where nothing was left by anybody. */
export async function adoptTopics(
  store: LogStore,
  directory: string | null,
  metadata: Metadata,
  { files, logger }: Platform,
): Promise<void> {
  const kafka = directory === null ? null : readKafkaMetadata(files, directory)
  const visit = kafka && { kafka, store, metadata, logger }
  if (visit) {
    await metadata.adoptProducerIds(visit.kafka)
    await tellOtherAccess(visit.kafka, metadata, logger)
    await followTopics(visit)
  }
  const deleted = await finishDeletions(store, metadata, logger)
  const logs = (await store.list()).filter(({ topic, topicId }) => !notTopics.has(topic) && topicId !== '')
  // What is remembered of a topic that was deleted, when the process died before that was forgotten, is not of one of the same name.
  const isWanted = (topic: string, partition: number) =>
    !deleted.has(topic) && metadata.image.topic(topic)?.partitions[partition] !== undefined
  await store.forgetGone(isWanted)
  if (kafka === null && !metadata.isNew) return setAside(store, metadata, logs, logger)
  if (visit) await followPartitions(visit, logs)
  await adoptUnknown(metadata, logs, kafka, logger)
  if (kafka) await metadata.shareTopics(kafka)
}

async function adoptUnknown(
  metadata: Metadata,
  logs: readonly LogId[],
  kafka: KafkaMetadata | null,
  logger: Logger,
): Promise<void> {
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
 * Only a cluster that is made now takes over what a Kafka has of access: later nobody knows which of two that differ was changed last. So
 * what somebody altered while a Kafka had the directory is not in force here, which would be a quiet way to let in who was shut out. What a
 * Kafka has left as it was when both had the same is no news, however much was altered here.
 */
async function tellOtherAccess(kafka: KafkaMetadata, metadata: Metadata, logger: Logger): Promise<void> {
  const { image } = metadata
  const digest = digestOfAccess(kafka)
  if (digest === image.table('agreement').get('access')?.digest) return
  const accessRules = differing(kafka.acls, image.table('acl'), () => true)
  const scramUsers = differing(kafka.scram, image.table('scram'), (a, b) => a.storedKey === b.storedKey)
  if (accessRules + scramUsers === 0) return metadata.agreeOnAccess(digest)
  const why =
    'they are others in __cluster_metadata-0; those of this broker are in force, so what was altered under an Apache Kafka has to be altered here too'
  logger.warn('kafka-access-differs', { accessRules, scramUsers, why })
}

/** The same for the same rules and users, in whatever order they were written. */
function digestOfAccess({ acls, scram }: KafkaMetadata): string {
  const rows = [...acls.keys(), ...[...scram].map(([id, { storedKey }]) => `${id} ${storedKey}`)]
  return createHash('sha256').update(JSON.stringify(rows.sort())).digest('base64')
}

/** How many are on one side only, or not the same. */
function differing<T>(theirs: ReadonlyMap<string, T>, ours: Table<T>, isSame: (a: T, b: T) => boolean): number {
  let shared = 0
  let other = 0
  for (const [id, row] of theirs) {
    const own = ours.get(id)
    if (own !== undefined) shared++
    if (own === undefined || !isSame(row, own)) other++
  }
  return other + ours.size - shared
}

/** Removes logs of topics that were deleted by a process that died before it had done so. Returns the names of those topics. */
async function finishDeletions(store: LogStore, metadata: Metadata, logger: Logger): Promise<ReadonlySet<string>> {
  const deletions = new Map(metadata.image.table('deletion').entries())
  const names = new Set([...deletions.values()].map(({ name }) => name))
  if (deletions.size === 0) return names
  for (const id of await store.list()) {
    // A crash while the log was made may have left it without its topic id.
    const isUnnamed = id.topicId === '' && names.has(id.topic) && !metadata.image.topic(id.topic)
    if (!deletions.has(id.topicId) && !isUnnamed) continue
    await store.drop(id)
    logger.info('log-deleted', {
      topic: id.topic,
      partition: id.partition,
      why: 'its topic was deleted before a crash',
    })
  }
  await metadata.forgetDeletions([...deletions.keys()])
  return names
}

/** Acts on deletions, and then lets the metadata forget them. Nobody waits for that: what is not forgotten is looked for at the next start. */
export async function applyChange(
  directory: PartitionDirectory,
  metadata: Metadata,
  change: TopicChanges,
  logger: Logger,
): Promise<void> {
  await directory.apply(change)
  if (change.deleted.length === 0) return
  metadata.forgetDeletions(change.deleted.map(({ id }) => id)).catch((error: unknown) => {
    logger.warn('deletion-not-forgotten', {
      topics: change.deleted.map(({ name }) => name).join(','),
      error: String(error),
    })
  })
}

/**
 * Metadata of our own do not know these logs: damaged metadata have lost their topic, or somebody has put them there. Nothing says
 * which, so nothing is removed, as in Kafka.
 */
async function setAside(store: LogStore, metadata: Metadata, logs: readonly LogId[], logger: Logger): Promise<void> {
  for (const id of logs) {
    const known = metadata.image.topic(id.topic)
    // A topic of the same name may have been made before the logs of the last one were gone.
    const isOfTopic = known?.id === id.topicId
    if (isOfTopic && known?.partitions[id.partition]) continue
    const why = isOfTopic
      ? `the topic has no partition ${id.partition}: somebody has renamed or copied a directory`
      : known
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
