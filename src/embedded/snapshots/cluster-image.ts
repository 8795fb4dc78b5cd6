/**
 * Everything that a cluster in memory remembers, to make others of it: metadata and logs, and so groups, transactions and
 * configs. Nobody writes to an image; batches are shared with the cluster that it was taken of.
 */
import { groupMetadataTopic, isInternalTopic, transactionStateTopic } from '../../metadata/topics/internal-topics'
import type { StoreContents } from '../../metadata/store/embedded-store'
import type { MetadataImage } from '../../metadata/image/image'
import type { StoreEntry } from '../../metadata/store/store'
import {
  parseStoreKey,
  type StoredCluster,
  type StoredPartition,
  type StoredProducerIds,
  type StoredTopic,
  storeKeys,
} from '../../metadata/image/stored'
import type { MemoryContents } from '../../storage/memory/store'
import type { MemoryLog } from '../../storage/memory/log'
import { defaultLogConfig } from '../../storage/log'
import type { ResetOptions } from '../contract/options'

export interface ClusterImage {
  readonly metadata: StoreContents
  readonly logs: MemoryContents
}

/** What a cluster becomes that began as `initial` and is now as `present`. */
export function resetImage(initial: ClusterImage, present: ClusterImage, options: ResetOptions): ClusterImage {
  const { keepTopics, keepGroups } = options
  const isKept = (topic: string): boolean => topic === groupMetadataTopic && keepGroups
  const logs = new Map(keepTopics ? [] : initial.logs)
  for (const [name, log] of present.logs) {
    const { topic } = log.id
    if (isKept(topic)) logs.set(name, log)
    else if (keepTopics && !isInternalTopic(topic)) logs.set(name, emptied(log))
  }
  if (keepTopics) return { metadata: present.metadata, logs }
  const entries = new Map(initial.metadata.entries.map(entry => [entry.key, entry]))
  const { revision } = present.metadata
  if (keepGroups) for (const entry of entriesOfTopic(present, groupMetadataTopic)) entries.set(entry.key, entry)
  return { metadata: { revision, entries: [...entries.values()] }, logs }
}

function emptied(log: MemoryLog): MemoryLog {
  const copy = log.copy(() => defaultLogConfig)
  void copy.restartAt(copy.end)
  // What was known of producers goes too: a transaction that is open would be so for ever, since its coordinator forgets it.
  copy.snapshots.dropAbove(-1)
  return copy
}

function entriesOfTopic({ metadata }: ClusterImage, name: string): StoreEntry[] {
  const isOf = (id: string, { key, value }: StoreEntry): boolean => {
    const about = parseStoreKey(key)
    if (about.kind === 'topicName') return about.name === name
    if (about.kind === 'config') return about.resource === 'topic' && about.name === name
    return (about.kind === 'topic' || about.kind === 'partition') && about.id === id && value !== ''
  }
  const topic = metadata.entries.find(({ key, value }) => {
    return parseStoreKey(key).kind === 'topic' && (JSON.parse(value) as StoredTopic).name === name
  })
  const about = topic && parseStoreKey(topic.key)
  if (about?.kind !== 'topic') return []
  return metadata.entries.filter(entry => isOf(about.id, entry))
}

/**
 * Topics of coordinators that there are now are there in the image too, with nothing in them where it had none: a member or a
 * producer that asks its coordinator then hears that it is not known, and need not look for another coordinator first, which
 * some clients never do.
 */
export function coordinated(image: ClusterImage, present: ClusterImage): ClusterImage {
  const added = [groupMetadataTopic, transactionStateTopic]
    .filter(topic => entriesOfTopic(image, topic).length === 0)
    .flatMap(topic => entriesOfTopic(present, topic))
  if (added.length === 0) return image
  const revision = Math.max(image.metadata.revision, present.metadata.revision)
  return { metadata: { revision, entries: [...image.metadata.entries, ...added] }, logs: image.logs }
}

/**
 * The image as the cluster that is now as `present` may go on with it: what clients were told may not come back with
 * another meaning, so leader epochs, producer ids and revisions go on from the higher of the two.
 */
export function continued(
  image: ClusterImage,
  present: MetadataImage & { readonly nextProducerId: number },
): ClusterImage {
  const { metadata, logs } = image
  const entries = metadata.entries.map(entry => {
    const about = parseStoreKey(entry.key)
    if (about.kind !== 'partition') return entry
    const known = present.topicById(about.id)?.partitions[about.index]
    if (!known) return entry
    const stored = JSON.parse(entry.value) as StoredPartition
    const leaderEpoch = Math.max(stored.leaderEpoch, known.leaderEpoch)
    const partitionEpoch = Math.max(stored.partitionEpoch, known.partitionEpoch)
    return { ...entry, value: JSON.stringify({ ...stored, leaderEpoch, partitionEpoch }) }
  })
  const revision = Math.max(metadata.revision, present.revision)
  return { metadata: { revision, entries: withProducerIds(entries, present.nextProducerId, revision) }, logs }
}

function withProducerIds(entries: readonly StoreEntry[], least: number, revision: number): StoreEntry[] {
  const key = storeKeys.producerIds
  const before = entries.find(entry => entry.key === key)
  const next = Math.max(least, before ? (JSON.parse(before.value) as StoredProducerIds).next : 0)
  const entry = { key, value: JSON.stringify({ next }), created: before?.created ?? revision, modified: revision }
  return [...entries.filter(other => other.key !== key), entry]
}

/** The same cluster under another id. */
export function renamed({ metadata, logs }: ClusterImage, clusterId: string): ClusterImage {
  const entries = metadata.entries.map(entry => {
    if (entry.key !== storeKeys.cluster) return entry
    return { ...entry, value: JSON.stringify({ ...(JSON.parse(entry.value) as StoredCluster), clusterId }) }
  })
  return { metadata: { ...metadata, entries }, logs }
}
