/** The states of a transaction, and what a coordinator knows of one (KIP-98, KIP-890). */
import { assert } from '../../platform/assert'
import type { TransactionLogValue } from '../../protocol/internal/transaction-log'
import { Malformed } from '../../protocol/wire/faults'

/** By the number that stands in the log. */
const stateNames = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
] as const

export type StateName = (typeof stateNames)[number]

export const statusOf = (name: StateName): number => stateNames.indexOf(name)
export const isStateName = (name: string): name is StateName => (stateNames as readonly string[]).includes(name)

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

/** Everything about one transactional id. Replaced as a whole by each record. */
export interface Transaction {
  readonly transactionalId: string
  readonly state: StateName
  readonly producerId: number
  /** The id before the last change: another one when that change took a new id since epochs had run out. -1 of one that has begun. */
  readonly previousProducerId: number
  /** The id that comes into force when the transaction completes; -1 when it stays. */
  readonly nextProducerId: number
  readonly producerEpoch: number
  /** The epoch before the last bump, by which a repeated request is told; -1 after a restart, as in Kafka. */
  readonly lastProducerEpoch: number
  readonly timeoutMs: number
  /** Partition numbers by topic. */
  readonly partitions: ReadonlyMap<string, readonly number[]>
  readonly startMs: number
  readonly lastUpdateMs: number
  /** 2 when the client takes a new epoch from every end (KIP-890). */
  readonly clientVersion: number
}

/** What the next change begins with. */
export const successorOf = (known: Transaction): Transaction => ({ ...known, previousProducerId: known.producerId })

/** One epoch less than the largest int16: the last one is kept for fencing. */
export const lastUsableEpoch = 0x7fff - 1

export const isExhausted = ({ producerEpoch }: Transaction): boolean => producerEpoch >= lastUsableEpoch

export const isIn = ({ partitions }: Transaction, { topic, partition }: TopicPartition): boolean =>
  partitions.get(topic)?.includes(partition) ?? false

/** `partitions` and those of `added`. */
export function withPartitions(
  { partitions }: Transaction,
  added: readonly TopicPartition[],
): Transaction['partitions'] {
  const all = new Map(partitions)
  for (const { topic, partition } of added) {
    const known = all.get(topic) ?? []
    if (!known.includes(partition)) all.set(topic, [...known, partition])
  }
  return all
}

/** Version 0 has no place for what came with Kafka 4.0: a coordinator that reads it knows of no id before, and of an old client. */
export function valueOf(transaction: Transaction, version: number): TransactionLogValue {
  const { state, partitions } = transaction
  assert(state !== 'Empty' || partitions.size === 0, 'a transaction that has not begun has no partitions')
  const transactionPartitions = [...partitions].map(([topic, partitionIds]) => ({
    topic,
    partitionIds: [...partitionIds],
  }))
  const isWhole = version >= 1
  return {
    producerId: transaction.producerId,
    previousProducerId: isWhole ? transaction.previousProducerId : -1,
    nextProducerId: isWhole ? transaction.nextProducerId : -1,
    producerEpoch: transaction.producerEpoch,
    nextProducerEpoch: -1,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStatus: statusOf(state),
    transactionPartitions: state === 'Empty' ? null : transactionPartitions,
    transactionLastUpdateTimestampMs: transaction.lastUpdateMs,
    transactionStartTimestampMs: transaction.startMs,
    clientTransactionVersion: isWhole ? transaction.clientVersion : 0,
  }
}

/** Throws Malformed for a status that there is not, as a later Kafka may have. */
export function transactionFrom(transactionalId: string, value: TransactionLogValue): Transaction {
  const state = stateNames[value.transactionStatus]
  if (state === undefined) throw new Malformed(`there is no status ${value.transactionStatus} of a transaction`)
  const listed = value.transactionPartitions ?? []
  return {
    transactionalId,
    state,
    producerId: value.producerId,
    previousProducerId: value.previousProducerId,
    nextProducerId: value.nextProducerId,
    producerEpoch: value.producerEpoch,
    lastProducerEpoch: -1,
    timeoutMs: value.transactionTimeoutMs,
    partitions: new Map(listed.map(({ topic, partitionIds }) => [topic, [...partitionIds]])),
    startMs: value.transactionStartTimestampMs,
    lastUpdateMs: value.transactionLastUpdateTimestampMs,
    clientVersion: value.clientTransactionVersion,
  }
}
