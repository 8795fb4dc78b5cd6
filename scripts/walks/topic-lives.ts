/**
 * Stories of producers with transactions over several topics that come and go: topics are deleted and made anew, grow, and lose their
 * oldest records while transactions are open in them. After each step everybody is asked what is open where.
 */
import { CreatePartitions } from '../../src/protocol/messages/create-partitions'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { DeleteRecords } from '../../src/protocol/messages/delete-records'
import { DeleteTopics } from '../../src/protocol/messages/delete-topics'
import { ListOffsets } from '../../src/protocol/messages/list-offsets'
import { ListTransactions } from '../../src/protocol/messages/list-transactions'
import type { Action, Built } from './stage'
import type { Kinds, Stories } from './story'
import { TransactionTeller, transactionStories } from './transactions'

const kinds: Kinds = [
  ...transactionStories.kinds,
  ['create topic', 6],
  ['delete topic', 6],
  ['grow topic', 4],
  ['delete records', 8],
]

const topicsOf = (stem: string): readonly string[] => [stem, `${stem}-other`]
const partitionsMax = 3
const timeoutMs = 10_000
const unknownTopic = 3

type Codes = readonly number[]

class TopicTeller extends TransactionTeller {
  override build(action: Action): Built | null {
    const [, , partitionDice = 0, dice = 0, moreDice = 0] = action.rolls
    const name = this.topicOf(action)
    switch (action.kind) {
      case 'create topic': {
        const topics = [{ name, numPartitions: 1 + (dice % 2), replicationFactor: 1, assignments: [], configs: [] }]
        const asked = this.request(action, CreateTopics, () => ({ topics, timeoutMs }), [2, 5])
        return { ...asked, until: this.#reached(name, 1, codes => codes[0] === 0) }
      }
      case 'delete topic': {
        const body = () => ({ topicNames: [name], timeoutMs })
        const isGone = (codes: Codes) => codes.every(code => code === unknownTopic)
        const asked = this.request(action, DeleteTopics, body, [1, 5])
        return { ...asked, until: this.#reached(name, partitionsMax, isGone) }
      }
      case 'grow topic': {
        const count = 2 + (dice % 2)
        const asked = this.request(action, CreatePartitions, () => ({
          topics: [{ name, count, assignments: null }],
          timeoutMs,
          validateOnly: false,
        }))
        const isThere = (codes: Codes) => codes.every(code => code === codes[0] && [0, unknownTopic].includes(code))
        return { ...asked, until: this.#reached(name, count, isThere) }
      }
      case 'delete records': {
        const partitionIndex = partitionDice % partitionsMax
        const offset = moreDice < 300 ? -1 : dice % 12
        const topics = [{ name, partitions: [{ partitionIndex, offset }] }]
        return this.request(action, DeleteRecords, () => ({ topics, timeoutMs }))
      }
      case 'list transactions':
        return this.request(
          action,
          ListTransactions,
          () => ({ stateFilters: [], producerIdFilters: [], transactionalIdPattern: `${this.stem}-.*` }),
          [2, 2],
        )
      default:
        return super.build(action)
    }
  }

  /** A topic is changed at once for who asks for the change, and a little later for the broker that has its partitions. */
  #reached(name: string, count: number, isReached: (codes: Codes) => boolean): Built['until'] {
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }))
    return async ask => {
      const reply = await ask(ListOffsets, 5, { replicaId: -1, isolationLevel: 0, topics: [{ name, partitions }] })
      return isReached(reply.topics[0]?.partitions.map(({ errorCode }) => errorCode) ?? [])
    }
  }

  /** Producers begin at sequence 0 in a topic that is made anew, more often than not. */
  override heard(action: Action, reply: unknown): void {
    super.heard(action, reply)
    if (action.kind !== 'delete topic' || (action.rolls[4] ?? 0) >= 700) return
    const topic = this.topicOf(action)
    for (const { next } of this.producers)
      for (let partition = 0; partition < partitionsMax; partition++) next.delete(`${topic}-${partition}`)
  }
}

export const topicStories: Stories = {
  ...transactionStories,
  kinds,
  after: ['list transactions', 'describe', 'describe producers'],
  topics: topicsOf,
  teller: (name, version) => new TopicTeller(name, version, { topics: topicsOf(name), partitionsMax }),
}
