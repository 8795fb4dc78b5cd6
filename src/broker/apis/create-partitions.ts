/** CreatePartitions (37) gives topics more partitions (KIP-195). v2: flexible; v3: may be throttled (KIP-599). */
import { timedOut } from '../../metadata/decision'
import { CreatePartitions } from '../../protocol/messages/create-partitions'
import { defineHandler } from '../broker'

export const createPartitions = defineHandler({
  api: CreatePartitions,
  serves: '0-3',
  access: [{ each: 'topic', may: 'ALTER', named: topic => topic.name }],
  entries: {
    request: 'topics',
    response: 'results',
    refuse: ({ name }, errorCode) => ({ name, errorCode, errorMessage: null }),
  },

  async handle(broker, call, { topics, timeoutMs, validateOnly }) {
    if (timeoutMs <= 0) return { results: topics.map(({ name }) => ({ name, ...timedOut })) }
    const charge = broker.quotas.mutations(call, call.version >= 3)
    return { results: await broker.metadata.createPartitions(topics, validateOnly, charge) }
  },
})
