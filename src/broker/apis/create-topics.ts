/**
 * CreateTopics (19). v1: validateOnly; v4: -1 for the broker's defaults (KIP-464); v5: tells partitions, replicas and
 * configs (KIP-525); v7: tells topic ids (KIP-516).
 */
import { errors } from '../../protocol/errors'
import { CreateTopics } from '../../protocol/messages/create-topics'
import { refusedTopic, type TopicCreation } from '../../metadata/create-topics'
import { timedOut } from '../../metadata/decision'
import { defineHandler } from '../broker'

export const createTopics = defineHandler({
  api: CreateTopics,
  serves: '0-7',
  access: [{ each: 'topic', may: 'CREATE', named: topic => topic.name }],
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
    const created = await broker.metadata.createTopics(
      topics,
      validateOnly,
      broker.quotas.mutations(call, call.version >= 6),
    )
    return { topics: created.map(told) }
  },
})

function told(topic: TopicCreation) {
  return {
    ...topic,
    topicConfigErrorCode: errors.NONE.code,
    configs: topic.configs.map(config => ({ ...config, readOnly: false, isSensitive: false })),
  }
}
