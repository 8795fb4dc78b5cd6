/** Where the leaders are, in answers that a fault makes as in those of the broker itself. */
import type { Broker } from '../../broker/broker'
import { leaderHints } from '../../broker/leader-hints'
import type { Call } from '../../call/call'
import type { Body } from '../../call/handler'

/** The reply with what it says besides its errors. */
export function hinted(broker: Broker, api: string, call: Call, reply: Body): Body {
  if (api !== 'Produce' && api !== 'Fetch') return reply
  const hints = leaderHints[api](broker, call)
  const list = api === 'Produce' ? 'partitionResponses' : 'partitions'
  const responses = ((reply.responses ?? []) as Body[]).map(topic => {
    const name: string = broker.image().topicById(topic.topicId)?.name ?? topic.name ?? topic.topic
    const withHint = (one: Body): Body => ({
      ...one,
      ...hints.of(name, one.index ?? one.partitionIndex, one.errorCode),
    })
    return { ...topic, [list]: topic[list].map(withHint) }
  })
  return { ...reply, responses, nodeEndpoints: hints.nodeEndpoints }
}
