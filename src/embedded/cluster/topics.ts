/** Topics of a cluster, without a client. */
import { zeroTopicId } from '../../broker/topics'
import type { TopicSpec as Creation } from '../../metadata/topics/create-topics'
import type { Core } from '../../node/core'
import { errorNameOf } from '../../protocol/errors'
import { BrokerError, type TopicFacts } from '../contract/commands'
import type { TopicSpec } from '../contract/options'

/** Resolves when they have leaders. Rejects with what Kafka says of the first that cannot be created; others are. */
export async function createTopics({ metadata }: Pick<Core, 'metadata'>, topics: readonly TopicSpec[]): Promise<null> {
  const created = await metadata.createTopics(topics.map(creationOf))
  for (const { name, errorCode, errorMessage } of created) check('created', name, errorCode, errorMessage)
  return null
}

/** Rejects with Kafka's name of what is wrong: there is no such partition or node, or it is down. */
export async function moveLeader({ metadata }: Core, topic: string, partition: number, to: number): Promise<null> {
  const { errorCode, errorMessage } = await metadata.moveLeader(topic, partition, to)
  if (errorCode !== 0) throw new BrokerError(errorMessage ?? '', errorNameOf(errorCode))
  return null
}

/** Null while nobody leads. Throws BrokerError when there is no such partition. */
export function leaderOf({ metadata }: Core, topic: string, partition: number): number | null {
  const found = metadata.image.topic(topic)?.partitions[partition]
  if (!found) throw new BrokerError(`there is no partition ${topic}-${partition}`, 'UNKNOWN_TOPIC_OR_PARTITION')
  return found.leader < 0 ? null : found.leader
}

/** In the order of their names, without internal ones. */
export function listTopics({ metadata: { image } }: Pick<Core, 'metadata'>): TopicFacts[] {
  return [...image.topics()]
    .filter(({ internal }) => !internal)
    .map(({ name, partitions }) => ({
      name,
      partitions: partitions.length,
      replicationFactor: partitions[0]!.replicas.length,
      config: Object.fromEntries(image.overrides('topic', name)),
    }))
}

/** Creates those that are not there yet. */
export async function seedTopics(core: Pick<Core, 'metadata'>, topics: readonly TopicSpec[]): Promise<void> {
  const missing = topics.filter(({ name }) => !core.metadata.image.topic(name))
  if (missing.length > 0) await createTopics(core, missing)
}

export async function deleteTopics({ metadata }: Core, names: readonly string[]): Promise<null> {
  const deleted = await metadata.deleteTopics(names.map(name => ({ name, topicId: zeroTopicId })))
  for (const [index, { errorCode }] of deleted.entries()) check('deleted', names[index]!, errorCode, null)
  return null
}

function creationOf({ name, partitions = -1, replicationFactor = -1, config = {} }: TopicSpec): Creation {
  return {
    name,
    numPartitions: partitions,
    replicationFactor,
    assignments: [],
    configs: Object.entries(config).map(([key, value]) => ({ name: key, value: String(value) })),
  }
}

function check(what: string, topic: string, errorCode: number, detail: string | null): void {
  if (errorCode === 0) return
  const error = errorNameOf(errorCode)
  throw new BrokerError(`topic ${topic} was not ${what}: ${detail ?? error ?? `error ${errorCode}`}`, error)
}
