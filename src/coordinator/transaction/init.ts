/** InitProducerId for a transactional id: fences whoever had it, and ends what was left open (KIP-98, KIP-360). */
import { Refusal } from '../../protocol/errors'
import { decideFence } from './end'
import { become, type TransactionTurn } from './machine'
import { isExhausted, lastUsableEpoch, type ProducerIdentity, successorOf, type Transaction } from './state'

export interface InitAsk {
  readonly transactionalId: string
  readonly timeoutMs: number
  /** What a producer that recovers has; null for one that begins. */
  readonly expected: ProducerIdentity | null
}

export type Initialized =
  | { readonly done: ProducerIdentity }
  /** Nothing was changed: come again with a new id. */
  | { readonly done: null; readonly needsId: true }
  /** An open transaction is being aborted: come again later. */
  | { readonly done: null; readonly needsId: false }

/** `freshId` is an id that nobody has, when one was asked for. Throws PRODUCER_FENCED, CONCURRENT_TRANSACTIONS. */
export function decideInit(at: TransactionTurn, ask: InitAsk, freshId: number | null): Initialized {
  const known = at.machine.get(ask.transactionalId)
  if (!known) return freshId === null ? { done: null, needsId: true } : initialized(begin(at, ask, freshId))
  if (known.state === 'PrepareCommit' || known.state === 'PrepareAbort') throw new Refusal('CONCURRENT_TRANSACTIONS')
  if (ask.expected && !isOf(known, ask.expected)) throw new Refusal('PRODUCER_FENCED')
  if (known.state === 'Ongoing') {
    return { done: null, needsId: decideFence(at, known, freshId) === null }
  }
  if (isExhausted(known) && ask.expected && ask.expected.producerEpoch !== known.producerEpoch) {
    // A new id is for who has the last epoch; one that was fenced at that point stays out. Kafka fails inside and says only so.
    throw new Refusal('UNKNOWN_SERVER_ERROR')
  }
  if (isExhausted(known))
    return freshId === null ? { done: null, needsId: true } : initialized(rotate(at, known, ask, freshId))
  return initialized(bump(at, known, ask))
}

const initialized = ({ producerId, producerEpoch }: Transaction): Initialized => ({
  done: { producerId, producerEpoch },
})

/** A producer may come with the id in force, or with the one before when its epochs had run out. */
function isOf({ producerId, previousProducerId }: Transaction, expected: ProducerIdentity): boolean {
  if (expected.producerId === producerId) return true
  return expected.producerId === previousProducerId && expected.producerEpoch >= lastUsableEpoch
}

function begin(at: TransactionTurn, { transactionalId, timeoutMs }: InitAsk, producerId: number): Transaction {
  return become(at, {
    transactionalId,
    state: 'Empty',
    producerId,
    previousProducerId: -1,
    nextProducerId: -1,
    producerEpoch: 0,
    lastProducerEpoch: -1,
    timeoutMs,
    partitions: new Map(),
    startMs: -1,
    lastUpdateMs: at.turn.nowMs,
    clientVersion: 0,
  })
}

const emptied = { state: 'Empty', partitions: new Map(), startMs: -1, nextProducerId: -1 } as const

function rotate(
  at: TransactionTurn,
  known: Transaction,
  { timeoutMs, expected }: InitAsk,
  freshId: number,
): Transaction {
  return become(at, {
    ...successorOf(known),
    ...emptied,
    producerId: freshId,
    producerEpoch: 0,
    lastProducerEpoch: expected ? known.producerEpoch : -1,
    timeoutMs,
    lastUpdateMs: at.turn.nowMs,
  })
}

function bump(at: TransactionTurn, known: Transaction, { timeoutMs, expected }: InitAsk): Transaction {
  const { producerEpoch, lastProducerEpoch } = known
  let next = { producerEpoch: producerEpoch + 1, lastProducerEpoch: expected ? producerEpoch : -1 }
  if (expected && expected.producerEpoch !== producerEpoch) {
    // The same request once more, whose answer was lost.
    if (expected.producerEpoch !== lastProducerEpoch) throw new Refusal('PRODUCER_FENCED')
    next = { producerEpoch, lastProducerEpoch }
  }
  return become(at, { ...successorOf(known), ...emptied, ...next, timeoutMs, lastUpdateMs: at.turn.nowMs })
}
