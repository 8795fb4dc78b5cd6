/** DeleteTopics (20). v4: flexible; v5: error messages; v6: topics by name or by id (KIP-516). */
import { failed, timedOut, type EntryOutcome } from '../../metadata/decision'
import type { TopicReference } from '../../metadata/delete-topics'
import { DeleteTopics } from '../../protocol/messages/delete-topics'
import { defineHandler } from '../broker'
import { zeroTopicId } from '../topics'

export const deleteTopics = defineHandler({
  api: DeleteTopics,
  serves: '0-6',
  access: [{ each: 'topic', may: 'DELETE', named: topic => topic.name }],
  entries: {
    request: 'topics',
    response: 'responses',
    refuse: (topic, errorCode) => ({ ...topic, errorCode, errorMessage: null }),
  },

  async handle(broker, call, { topics, topicNames, timeoutMs }) {
    const references: readonly TopicReference[] =
      call.version >= 6 ? topics : topicNames.map(name => ({ name, topicId: zeroTopicId }))
    const all = (outcome: EntryOutcome) => ({
      responses: references.map(reference => ({ ...reference, ...outcome })),
    })
    if (!broker.configs.broker().deleteTopicEnable) {
      return all(
        failed(call.version < 3 ? 'INVALID_REQUEST' : 'TOPIC_DELETION_DISABLED', 'Topic deletion is disabled.'),
      )
    }
    if (timeoutMs <= 0) return all(timedOut)
    return {
      responses: await broker.metadata.deleteTopics(references, broker.quotas.mutations(call, call.version >= 5)),
    }
  },
})
