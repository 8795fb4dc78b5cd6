/** CreatePartitions (37) gives topics more partitions (KIP-195). v2: flexible; v3: may be throttled (KIP-599). */
import { failed, timedOut } from '../../metadata/decision'
import { CreatePartitions } from '../../protocol/messages/create-partitions'
import { denials } from '../../security/access-control'
import { defineHandler } from '../broker'

const twice = failed('INVALID_REQUEST', 'Duplicate topic name.')
const denied = failed(denials.topic)

export const createPartitions = defineHandler({
  api: CreatePartitions,
  serves: '0-3',
  access: [{ own: 'topic', may: 'ALTER' }],
  entries: {
    request: 'topics',
    response: 'results',
    refuse: ({ name }, errorCode) => ({ name, errorCode, errorMessage: null }),
  },

  async handle(broker, call, { topics, timeoutMs, validateOnly }) {
    const counts = new Map<string, number>()
    for (const { name } of topics) counts.set(name, (counts.get(name) ?? 0) + 1)
    const once = topics.filter(({ name }) => counts.get(name) === 1)
    const allowed = new Set(once.filter(({ name }) => broker.access.isAllowed(call, 'ALTER', 'topic', name)))
    if (timeoutMs <= 0 && allowed.size > 0) return { results: topics.map(({ name }) => ({ name, ...timedOut })) }
    const results = [
      // What stands there twice is refused for that, to whomever.
      ...[...counts].filter(([, count]) => count > 1).map(([name]) => ({ name, ...twice })),
      ...once.filter(topic => !allowed.has(topic)).map(({ name }) => ({ name, ...denied })),
    ]
    const charge = broker.quotas.mutations(call, call.version >= 3)
    return { results: [...results, ...(await broker.metadata.createPartitions([...allowed], validateOnly, charge))] }
  },
})
