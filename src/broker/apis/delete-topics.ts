/** DeleteTopics (20). v4: flexible; v5: error messages; v6: topics by name or by id (KIP-516). */
import type { Call } from '../../call/call'
import { failed, timedOut, type EntryOutcome } from '../../metadata/decision'
import type { TopicDeletion, TopicReference } from '../../metadata/topics/delete-topics'
import { errors } from '../../protocol/errors'
import { DeleteTopics } from '../../protocol/messages/delete-topics'
import { type Broker, defineHandler } from '../broker'
import { zeroTopicId } from '../topics'

export const deleteTopics = defineHandler({
  api: DeleteTopics,
  serves: '0-6',
  access: [{ own: 'topic', may: 'DELETE' }],
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
    const refusalOf = refusals(broker, call)
    const charge = broker.quotas.mutations(call, call.version >= 5)
    return { responses: await broker.metadata.deleteTopics(references, charge, refusalOf) }
  },
})

const { says } = errors.TOPIC_AUTHORIZATION_FAILED

/** What is said of a topic that the caller may not delete; its name only to whom may describe it. */
const refusals =
  ({ access }: Broker, call: Call) =>
  (name: string, reference: TopicReference): TopicDeletion | null => {
    if (access.wouldAllowOnCluster(call, 'DELETE') || access.isAllowed(call, 'DELETE', 'topic', name)) return null
    const mayDescribe = access.isAllowed(call, 'DESCRIBE', 'topic', name)
    const shown = reference.name === null && !mayDescribe ? null : name
    return { name: shown, topicId: reference.topicId, ...failed('TOPIC_AUTHORIZATION_FAILED', says) }
  }
