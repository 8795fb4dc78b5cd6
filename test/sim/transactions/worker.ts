/** A producer that writes transactions, one after the other, through whatever happens to its broker. */
import { AddOffsetsToTxn } from '../../../src/protocol/messages/add-offsets-to-txn'
import { AddPartitionsToTxn } from '../../../src/protocol/messages/add-partitions-to-txn'
import { EndTxn } from '../../../src/protocol/messages/end-txn'
import { FindCoordinator } from '../../../src/protocol/messages/find-coordinator'
import { InitProducerId } from '../../../src/protocol/messages/init-producer-id'
import { Produce } from '../../../src/protocol/messages/produce'
import { TxnOffsetCommit } from '../../../src/protocol/messages/txn-offset-commit'
import { errors, type ErrorName } from '../../../src/protocol/errors'
import { buildBatch } from '../../../src/protocol/records/records'
import type { Dice } from '../../../src/platform/simulated/dice'
import type { World } from '../../../src/platform/simulated/world'
import { isUnanswered, type Line } from '../line'
import type { TransactionHistory } from './history'

export interface Topic {
  readonly name: string
  readonly id: string
  readonly partitions: number
}

export interface WorkerWorld {
  /** Time in which it sleeps, and by which records are dated. */
  readonly world: Pick<World, 'sleep' | 'nowMs'>
  readonly dice: Dice
  readonly line: Pick<Line, 'ask'>
  readonly topics: readonly Topic[]
  readonly history: TransactionHistory[]
  /** Anomalies that are seen at once. */
  say(anomaly: string): void
  isEnding(): boolean
}

export interface WorkerMix {
  readonly transactionalId: string
  /** 2: with an epoch for each transaction (KIP-890). */
  readonly generation: 1 | 2
  readonly timeoutMs: number
  readonly abortChance: number
  /** In each transaction: to vanish without an end, and to come back as a new process. */
  readonly vanishChance: number
  readonly pauseMs: readonly [number, number]
}

const nameOf: ReadonlyMap<number, ErrorName> = new Map(
  Object.entries(errors).map(([name, { code }]) => [code, name as ErrorName]),
)

/** Errors after which the same is to be asked again. */
const retried: readonly ErrorName[] = [
  'CONCURRENT_TRANSACTIONS',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'NOT_ENOUGH_REPLICAS',
  'NOT_LEADER_OR_FOLLOWER',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
]

/** The broker said that this producer may not go on. */
class Fenced extends Error {
  constructor(error: ErrorName | undefined) {
    super(`the producer is done: ${error}`)
  }
}

export class Worker {
  readonly #at: WorkerWorld
  readonly #mix: WorkerMix
  #producerId = -1
  #epoch = -1
  #sequences = new Map<string, number>()

  constructor(at: WorkerWorld, mix: WorkerMix) {
    this.#at = at
    this.#mix = mix
  }

  async run(): Promise<void> {
    const { dice } = this.#at
    await this.init()
    while (!this.#at.isEnding()) {
      try {
        await this.#transaction()
      } catch (error) {
        if (!(error instanceof Fenced)) throw error
        await this.init()
      }
      await this.#at.world.sleep(dice.within(this.#mix.pauseMs))
    }
  }

  /** Ends what an earlier process left, and begins anew. */
  async init(): Promise<void> {
    const { transactionalId, timeoutMs } = this.#mix
    // Its coordinator, and that of its group.
    for (const keyType of [1, 0]) {
      await this.#insist(async () => {
        const found = await this.#at.line.ask(FindCoordinator, 4, { keyType, coordinatorKeys: [transactionalId] })
        return found.coordinators[0]!.errorCode
      })
    }
    await this.#insist(async () => {
      const reply = await this.#at.line.ask(InitProducerId, 4, { transactionalId, transactionTimeoutMs: timeoutMs })
      this.#producerId = reply.producerId
      this.#epoch = reply.producerEpoch
      return reply.errorCode
    })
    this.#sequences = new Map()
  }

  get #identity() {
    return { transactionalId: this.#mix.transactionalId, producerId: this.#producerId, producerEpoch: this.#epoch }
  }

  async #transaction(): Promise<void> {
    const { dice, history, topics } = this.#at
    const { transactionalId } = this.#mix
    const transaction: TransactionHistory = {
      id: history.length + 1,
      transactionalId,
      outcome: 'open',
      written: new Map(),
      doubtful: new Map(),
      offset: null,
      doubtfulOffset: false,
    }
    history.push(transaction)
    for (let left = dice.between(0, 4); left > 0; left -= 1) {
      const topic = topics[dice.between(0, topics.length - 1)]!
      await this.#write(transaction, topic, dice.between(0, topic.partitions - 1))
    }
    if (dice.chance(0.4)) await this.#commitOffset(transaction)
    if (dice.chance(this.#mix.vanishChance)) return this.init()
    await this.#end(transaction, !dice.chance(this.#mix.abortChance))
  }

  async #write(transaction: TransactionHistory, { name, id }: Topic, index: number): Promise<void> {
    const partition = `${name}-${index}`
    if (this.#mix.generation === 1) await this.#add(name, index)
    const nth = (transaction.written.get(partition) ?? 0) + (transaction.doubtful.get(partition) ?? 0)
    const sequence = this.#sequences.get(partition) ?? 0
    const value = Buffer.from(`${transaction.id}.${nth}`)
    const records = () =>
      buildBatch({
        producerId: this.#producerId,
        producerEpoch: this.#epoch,
        baseSequence: sequence,
        transactional: true,
        records: [{ timestampMs: Math.floor(this.#at.world.nowMs), key: null, value }],
      })
    transaction.doubtful.set(partition, 1)
    await this.#insist(async () => {
      const { responses } = await this.#at.line.ask(Produce, this.#mix.generation === 2 ? 13 : 11, {
        transactionalId: this.#mix.transactionalId,
        acks: -1,
        timeoutMs: 5_000,
        topicData: [{ name, topicId: id, partitionData: [{ index, records: records() }] }],
      })
      return responses[0]!.partitionResponses[0]!.errorCode
    })
    transaction.doubtful.delete(partition)
    transaction.written.set(partition, nth + 1)
    this.#sequences.set(partition, sequence + 1)
  }

  #add(name: string, index: number): Promise<void> {
    return this.#insist(async () => {
      const { resultsByTopicV3AndBelow: results } = await this.#at.line.ask(AddPartitionsToTxn, 3, {
        v3AndBelowTransactionalId: this.#mix.transactionalId,
        v3AndBelowProducerId: this.#producerId,
        v3AndBelowProducerEpoch: this.#epoch,
        v3AndBelowTopics: [{ name, partitions: [index] }],
        transactions: [],
      })
      return results[0]!.resultsByPartition[0]!.partitionErrorCode
    })
  }

  async #commitOffset(transaction: TransactionHistory): Promise<void> {
    const groupId = this.#mix.transactionalId
    const [topic] = this.#at.topics
    if (this.#mix.generation === 1) {
      await this.#insist(
        async () => (await this.#at.line.ask(AddOffsetsToTxn, 3, { ...this.#identity, groupId })).errorCode,
      )
    }
    transaction.doubtfulOffset = true
    await this.#insist(async () => {
      const partitions = [{ partitionIndex: 0, committedOffset: transaction.id, committedMetadata: null }]
      const topics = [{ name: topic!.name, topicId: topic!.id, partitions }]
      const ask = { ...this.#identity, groupId, topics }
      const reply = await this.#at.line.ask(TxnOffsetCommit, this.#mix.generation === 2 ? 5 : 3, ask)
      return reply.topics[0]!.partitions[0]!.errorCode
    })
    transaction.doubtfulOffset = false
    transaction.offset = transaction.id
  }

  async #end(transaction: TransactionHistory, committed: boolean): Promise<void> {
    const { generation } = this.#mix
    const isEmpty = transaction.written.size === 0 && transaction.offset === null
    // Old clients do not ask for the end of nothing, and new ones may abort it only.
    if (isEmpty && (generation === 1 || committed)) return
    if (committed) transaction.outcome = 'unknown'
    await this.#insist(async () => {
      const reply = await this.#at.line.ask(EndTxn, generation === 2 ? 5 : 3, { ...this.#identity, committed })
      if (reply.errorCode === 0 && generation === 2) {
        this.#producerId = reply.producerId
        this.#epoch = reply.producerEpoch
      }
      return reply.errorCode
    })
    transaction.outcome = committed ? 'committed' : 'aborted'
    if (generation === 2) this.#sequences = new Map()
  }

  /** Asks until there is an answer that holds. Throws Fenced for one that says no. */
  async #insist(ask: () => Promise<number>): Promise<void> {
    for (;;) {
      let error: ErrorName | undefined
      try {
        error = nameOf.get(await ask())
        if (error === 'NONE') return
        if (error === 'UNKNOWN_SERVER_ERROR' || error === 'OUT_OF_ORDER_SEQUENCE_NUMBER') {
          this.#at.say(`refused: ${this.#mix.transactionalId} was told ${error}`)
        }
      } catch (failed) {
        if (!isUnanswered(failed)) throw failed
      }
      if (error !== undefined && !retried.includes(error)) throw new Fenced(error)
      await this.#at.world.sleep(this.#at.dice.within([5, 60]))
    }
  }
}
