/** A transactional producer in scenarios: its steps by hand, each of which is recorded. */
import { AddPartitionsToTxn } from '../../src/protocol/messages/add-partitions-to-txn'
import { DescribeTransactions } from '../../src/protocol/messages/describe-transactions'
import { EndTxn } from '../../src/protocol/messages/end-txn'
import { FindCoordinator } from '../../src/protocol/messages/find-coordinator'
import { InitProducerId } from '../../src/protocol/messages/init-producer-id'
import { Produce } from '../../src/protocol/messages/produce'
import { TxnOffsetCommit } from '../../src/protocol/messages/txn-offset-commit'
import { batch } from './batches'
import type { Subject, Topic } from './subject'

/** Of version 2 (KIP-890) or before. */
export type Generation = 1 | 2

interface Producer {
  readonly producerId: number
  readonly producerEpoch: number
}

export class Client {
  readonly subject: Subject
  readonly transactionalId: string
  readonly generation: Generation
  producer: Producer = { producerId: -1, producerEpoch: -1 }

  constructor(subject: Subject, generation: Generation, stem = 'tx') {
    this.subject = subject
    this.transactionalId = subject.name(stem)
    this.generation = generation
  }

  private get identity() {
    return { transactionalId: this.transactionalId, ...this.producer }
  }

  /** Waits for the coordinator first: the topic behind it is made when it is first asked for. */
  async init(version = this.subject.newest(InitProducerId), transactionTimeoutMs = 60_000): Promise<void> {
    const found = (reply: { readonly coordinators: readonly { readonly errorCode: number }[] }) =>
      reply.coordinators[0]?.errorCode === 0
    await this.subject.eventually(FindCoordinator, { keyType: 1, coordinatorKeys: [this.transactionalId] }, found, 4)
    const ask = { transactionalId: this.transactionalId, transactionTimeoutMs }
    const reply = await this.subject.eventually(InitProducerId, ask, ({ errorCode }) => errorCode === 0, version)
    this.producer = { producerId: reply.producerId, producerEpoch: reply.producerEpoch }
  }

  /** As a producer that recovers, with the epoch that it had at first (KIP-360). */
  async initAgain(): Promise<void> {
    const over = ({ errorCode }: { readonly errorCode: number }) => errorCode !== 51
    await this.subject.eventually(InitProducerId, { ...this.identity, transactionTimeoutMs: 60_000 }, over, 5)
  }

  add(topics: readonly (readonly [name: string, partitions: readonly number[]])[], version = 3) {
    return this.subject.ask(
      AddPartitionsToTxn,
      {
        v3AndBelowTransactionalId: this.transactionalId,
        v3AndBelowProducerId: this.producer.producerId,
        v3AndBelowProducerEpoch: this.producer.producerEpoch,
        v3AndBelowTopics: topics.map(([name, partitions]) => ({ name, partitions: [...partitions] })),
        transactions: [],
      },
      version,
    )
  }

  produce(topic: Topic, sequence: number, more: { transactional?: boolean; index?: number } = {}) {
    const { transactional = true, index = 0 } = more
    return this.send(topic, batch(['v'], { ...this.producer, baseSequence: sequence, transactional }), index)
  }

  /** Produces a batch of this producer. */
  send(topic: Topic, records: Buffer, index = 0) {
    const version = this.generation === 2 ? this.subject.newest(Produce) : 11
    const partitionData = [{ index, records }]
    return this.subject.ask(
      Produce,
      {
        transactionalId: this.transactionalId,
        acks: -1,
        timeoutMs: 5_000,
        topicData: [{ name: topic.name, topicId: topic.id, partitionData }],
      },
      version,
    )
  }

  async end(committed: boolean, version = this.generation === 2 ? 5 : 4): Promise<void> {
    const ended = await this.subject.ask(EndTxn, { ...this.identity, committed }, version)
    if (version >= 5 && ended.errorCode === 0) this.producer = ended
    await this.settled()
  }

  /** Waits until the markers are written. */
  settled() {
    return this.subject.eventually(
      DescribeTransactions,
      { transactionalIds: [this.transactionalId] },
      ({ transactionStates: [first] }) => !first?.transactionState.startsWith('Prepare'),
    )
  }

  async commitOffsets(groupId: string, topic: Topic, offset: number, version = this.generation === 2 ? 5 : 4) {
    const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: 'm' }]
    return this.subject.ask(
      TxnOffsetCommit,
      { ...this.identity, groupId, topics: [{ name: topic.name, topicId: topic.id, partitions }] },
      version,
    )
  }
}
