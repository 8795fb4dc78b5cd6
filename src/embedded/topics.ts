/** Topics of a cluster, without a client. */
import { zeroTopicId } from '../broker/topics'
import type { TopicSpec as Creation } from '../metadata/create-topics'
import type { Core } from '../node/core'
import { errorNameOf } from '../protocol/errors'
import { BrokerError } from './commands'
import type { TopicSpec } from './options'

/** Resolves when they have leaders. Rejects with what Kafka says of the first that cannot be created; others are. */
export async function createTopics({ metadata }: Core, topics: readonly TopicSpec[]): Promise<null> {
  const created = await metadata.createTopics(topics.map(creationOf))
  for (const { name, errorCode, errorMessage } of created) check('created', name, errorCode, errorMessage)
  return null
}

/** Creates those that are not there yet. */
export async function seedTopics(core: Core, topics: readonly TopicSpec[]): Promise<void> {
  const missing = topics.filter(({ name }) => !core.metadata.image.topic(name))
  if (missing.length > 0) await createTopics(core, missing)
}

export async function deleteTopics({ metadata }: Core, names: readonly string[]): Promise<null> {
  const deleted = await metadata.deleteTopics(names.map(name => ({ name, topicId: zeroTopicId })))
  for (const [index, { errorCode }] of deleted.entries()) check('deleted', names[index]!, errorCode, null)
  return null
}

function creationOf({ name, partitions = -1, config = {} }: TopicSpec): Creation {
  return {
    name,
    numPartitions: partitions,
    replicationFactor: -1,
    assignments: [],
    configs: Object.entries(config).map(([key, value]) => ({ name: key, value: String(value) })),
  }
}

function check(what: string, topic: string, errorCode: number, detail: string | null): void {
  if (errorCode === 0) return
  const error = errorNameOf(errorCode)
  throw new BrokerError(`topic ${topic} was not ${what}: ${detail ?? error ?? `error ${errorCode}`}`, error)
}
