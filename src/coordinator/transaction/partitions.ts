/** Partitions join a transaction, or are asked for whether they have (KIP-98, KIP-890). */
import { Refusal, type ErrorName } from '../../protocol/errors'
import { become, refuseAtLevel0, type TransactionMachine, type TransactionTurn } from './machine'
import {
  isIn,
  type ProducerIdentity,
  successorOf,
  type TopicPartition,
  type Transaction,
  withPartitions,
} from './state'

export interface PartitionsAsk extends ProducerIdentity {
  readonly transactionalId: string
  readonly partitions: readonly TopicPartition[]
}

/** Adds what is not in it yet, and opens the transaction with the first. Throws the refusal of all. */
export function decideAdd(at: TransactionTurn, ask: PartitionsAsk, clientVersion: number): void {
  const known = ownedBy(at.machine, ask)
  if (known.state === 'Ongoing' && ask.partitions.every(each => isIn(known, each))) return
  refuseAtLevel0(at, clientVersion)
  const { nowMs } = at.turn
  become(at, {
    ...successorOf(known),
    state: 'Ongoing',
    partitions: withPartitions(known.state === 'Ongoing' ? known : { ...known, partitions: new Map() }, ask.partitions),
    startMs: known.state === 'Ongoing' ? known.startMs : nowMs,
    lastUpdateMs: nowMs,
    clientVersion,
  })
}

/** Whether each is in the transaction. Throws the refusal of all. */
export function verify(machine: TransactionMachine, ask: PartitionsAsk): ErrorName[] {
  const known = ownedBy(machine, ask)
  return ask.partitions.map(each => (isIn(known, each) ? 'NONE' : 'TRANSACTION_ABORTABLE'))
}

function ownedBy(
  machine: TransactionMachine,
  { transactionalId, producerId, producerEpoch }: PartitionsAsk,
): Transaction {
  const known = machine.get(transactionalId)
  if (!known || known.producerId !== producerId) throw new Refusal('INVALID_PRODUCER_ID_MAPPING')
  if (known.producerEpoch !== producerEpoch) throw new Refusal('PRODUCER_FENCED')
  if (known.state === 'PrepareCommit' || known.state === 'PrepareAbort') throw new Refusal('CONCURRENT_TRANSACTIONS')
  return known
}
