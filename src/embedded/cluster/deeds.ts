/** What requests have done, as events: records written, offsets committed, members that joined. A stage next to the handlers. */
import type { Call } from '../../call/call'
import type { Body } from '../../call/handler'
import { isPromise, type Stage } from '../../call/stage'
import { batchBytesAt, magicAt, minBatchBytes, recordCountAt } from '../../protocol/records/batch'
import type { ClusterEvents, EventName } from '../contract/cluster-events'

/** What a request asks is looked at before it is served, for its bytes are only lent; what it gives tells what was done. */
type Teller = (call: Call, request: Body) => (reply: Body) => void

export class Deeds {
  readonly #events: ClusterEvents
  readonly #nameOf: (topicId: string) => string | null
  readonly #tellers: { readonly [api: string]: { readonly event: EventName; readonly teller: Teller } }

  /** `nameOf` gives the name of a topic that newer versions of requests call by its id. */
  constructor(events: ClusterEvents, nameOf: (topicId: string) => string | null) {
    this.#events = events
    this.#nameOf = nameOf
    const commit: Teller = (call, request) => reply => this.#committed(call, request, reply)
    this.#tellers = {
      Produce: { event: 'produce', teller: (call, request) => this.#producing(call, request) },
      OffsetCommit: { event: 'commit', teller: commit },
      TxnOffsetCommit: { event: 'commit', teller: commit },
      JoinGroup: { event: 'join', teller: (call, request) => reply => this.#joined(call, request, reply) },
    }
  }

  readonly stage: Stage = (handler, next) => {
    const told = this.#tellers[handler.api.name]
    if (!told) return next
    return (call, request) => {
      if (!this.#events.wants(told.event)) return next(call, request)
      const tell = told.teller(call, request)
      const reply = next(call, request)
      if (!isPromise(reply)) {
        tell(reply)
        return reply
      }
      return reply.then(body => {
        tell(body)
        return body
      })
    }
  }

  #producing({ clientId, connection }: Call, request: Body): (reply: Body) => void {
    const { topicData, acks, transactionalId } = request
    const counts = new Map<string, number>()
    for (const { name, topicId, partitionData } of topicData as Body[]) {
      const topic = this.#topicOf(name, topicId)
      for (const { index, records } of partitionData) counts.set(placeOf(topic, index), countOf(records))
    }
    const tell = ({ name, topicId }: Body, partition: number, offset: number | null): void => {
      const topic = this.#topicOf(name, topicId)
      const records = counts.get(placeOf(topic, partition)) ?? 0
      if (records === 0) return
      this.#events.tell('produce', { topic, partition, offset, records, clientId, transactionalId })
    }
    return reply => {
      for (const topic of (reply?.responses ?? []) as Body[]) {
        for (const { index, errorCode, baseOffset } of topic.partitionResponses) {
          if (errorCode === 0) tell(topic, index, baseOffset)
        }
      }
      // Who wants no acknowledgement loses the connection when something was not written, and hears of nothing else.
      if (acks !== 0 || connection.isClosed) return
      for (const topic of topicData as Body[]) {
        for (const { index } of topic.partitionData) tell(topic, index, null)
      }
    }
  }

  #committed({ clientId }: Call, { groupId, memberId, transactionalId, topics }: Body, reply: Body): void {
    const taken = new Set<string>()
    for (const { name, topicId, partitions } of (reply?.topics ?? []) as Body[]) {
      const topic = this.#topicOf(name, topicId)
      for (const { partitionIndex, errorCode } of partitions) {
        if (errorCode === 0) taken.add(placeOf(topic, partitionIndex))
      }
    }
    for (const { name, topicId, partitions } of topics as Body[]) {
      const topic = this.#topicOf(name, topicId)
      for (const { partitionIndex, committedOffset } of partitions) {
        if (!taken.has(placeOf(topic, partitionIndex))) continue
        this.#events.tell('commit', {
          group: groupId,
          memberId: memberId ?? '',
          clientId,
          topic,
          partition: partitionIndex,
          offset: Number(committedOffset),
          transactionalId: transactionalId ?? null,
        })
      }
    }
  }

  #joined({ clientId }: Call, { groupId }: Body, reply: Body): void {
    if (reply === null || reply.errorCode !== 0) return
    const { memberId, generationId } = reply
    this.#events.tell('join', { group: groupId, memberId, clientId, generation: generationId })
  }

  #topicOf(name: string | undefined, topicId: string): string {
    return name || (this.#nameOf(topicId) ?? '')
  }
}

const placeOf = (topic: string, index: number): string => `${topic}/${index}`

/** As the headers of the batches say. Formats before batches do not say it: one then, since there is at least that. */
function countOf(records: Buffer | null): number {
  if (records === null || records.length < minBatchBytes) return records?.length ? 1 : 0
  let count = 0
  for (let at = 0; at + minBatchBytes <= records.length; at += batchBytesAt(records, at)) {
    if (magicAt(records, at) < 2) return 1
    count += recordCountAt(records, at)
  }
  return count
}
