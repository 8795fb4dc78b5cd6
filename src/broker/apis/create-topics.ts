/**
 * CreateTopics (19). v1: validateOnly; v4: -1 for the broker's defaults (KIP-464); v5: tells partitions, replicas and
 * configs (KIP-525); v7: tells topic ids (KIP-516).
 */
import type { Call } from '../../call/call'
import { errors } from '../../protocol/errors'
import { CreateTopics } from '../../protocol/messages/create-topics'
import { refusedTopic, type TopicCreation } from '../../metadata/topics/create-topics'
import { failed, timedOut } from '../../metadata/decision'
import { clusterMetadataTopic } from '../../metadata/topics/internal-topics'
import { type Broker, defineHandler } from '../broker'

export const createTopics = defineHandler({
  api: CreateTopics,
  serves: '0-7',
  access: [
    { own: 'topic', may: 'CREATE' },
    { own: 'topic', may: 'DESCRIBE_CONFIGS' },
  ],
  entries: {
    request: 'topics',
    response: 'topics',
    refuse: ({ name }, errorCode) => told(refusedTopic(name, { errorCode, errorMessage: null })),
  },

  async handle(broker, call, { topics, timeoutMs, validateOnly }) {
    if (timeoutMs <= 0) {
      const names = new Set(topics.map(({ name }) => name))
      return { topics: [...names].map(name => told(refusedTopic(name, timedOut))) }
    }
    const denied = deniedNames(broker, call, topics)
    const created = await broker.metadata.createTopics(
      denied.size === 0 ? topics : topics.filter(({ name }) => !denied.has(name)),
      validateOnly,
      broker.quotas.mutations(call, call.version >= 6),
    )
    const refusal = failed('TOPIC_AUTHORIZATION_FAILED', 'Authorization failed.')
    const refusals = Array.from(denied, name => told(refusedTopic(name, refusal)))
    return { topics: [...created.map(topic => shown(broker, call, topic)), ...refusals] }
  },
})

/** A name that stands twice is answered as such, whoever asks; the metadata's own topic is nobody's. */
function deniedNames({ access }: Broker, call: Call, topics: readonly { readonly name: string }[]): Set<string> {
  if (access.wouldAllowOnCluster(call, 'CREATE')) return new Set()
  const names = topics.map(({ name }) => name)
  const once = names.filter((name, at) => names.indexOf(name) === at && names.lastIndexOf(name) === at)
  const asked = once.filter(name => name !== clusterMetadataTopic)
  return new Set(asked.filter(name => !access.isAllowed(call, 'CREATE', 'topic', name)))
}

/** Whoever may not describe a topic's configs is not told what it was created with. */
function shown({ access }: Broker, call: Call, topic: TopicCreation) {
  if (topic.errorCode !== 0 || access.wouldAllow(call, 'DESCRIBE_CONFIGS', 'topic', topic.name)) return told(topic)
  return {
    ...told({ ...topic, numPartitions: -1, replicationFactor: -1, configs: [] }),
    topicConfigErrorCode: errors.TOPIC_AUTHORIZATION_FAILED.code,
  }
}

function told(topic: TopicCreation) {
  return {
    ...topic,
    topicConfigErrorCode: errors.NONE.code,
    configs: topic.configs.map(config => ({ ...config, readOnly: false, isSensitive: false })),
  }
}
