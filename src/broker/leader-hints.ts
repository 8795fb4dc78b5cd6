/** Where the leaders are, for clients that asked a broker which does not lead (KIP-951). */
import type { Call } from '../call/call'
import { type ErrorName, errors } from '../protocol/errors'
import type { Broker } from './broker'

interface NodeEndpoint {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

class LeaderHints {
  readonly #broker: Broker
  readonly #call: Call
  readonly #codes: readonly number[]
  readonly #endpoints = new Map<number, NodeEndpoint>()

  /** `since` is the version of the API that has hints, `after` the errors with which they come. */
  constructor(broker: Broker, call: Call, since: number, after: readonly ErrorName[]) {
    this.#broker = broker
    this.#call = call
    this.#codes = call.version >= since ? after.map(error => errors[error].code) : []
  }

  /** What an answer with this error says besides; nothing for most. */
  of(topic: string, index: number, errorCode: number) {
    if (errorCode === 0 || !this.#codes.includes(errorCode)) return {}
    const image = this.#broker.image()
    const partition = image.topic(topic)?.partitions[index]
    if (!partition) return {}
    const { leader, leaderEpoch } = partition
    const found = image.broker(leader)
    if (found?.fenced === false) {
      const { id, rack } = found
      this.#endpoints.set(id, { nodeId: id, ...this.#broker.advertised(this.#call, id), rack })
    }
    return { currentLeader: { leaderId: leader, leaderEpoch } }
  }

  /** Of the leaders that were told of. */
  get nodeEndpoints(): NodeEndpoint[] {
    return [...this.#endpoints.values()]
  }
}

/** By API: those that an answer of it has. */
export const leaderHints = {
  Produce: (broker: Broker, call: Call) => new LeaderHints(broker, call, 10, ['NOT_LEADER_OR_FOLLOWER']),
  Fetch: (broker: Broker, call: Call) =>
    new LeaderHints(broker, call, 16, ['NOT_LEADER_OR_FOLLOWER', 'FENCED_LEADER_EPOCH']),
}
