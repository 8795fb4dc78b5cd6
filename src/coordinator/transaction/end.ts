/** The end of a transaction: decided here, then spread as markers, then complete (KIP-98, KIP-890). */
import { assert } from '../../platform/assert'
import { Refusal } from '../../protocol/errors'
import { become, refuseAtLevel0, type TransactionTurn, withoutLimit } from './machine'
import { isExhausted, lastUsableEpoch, type ProducerIdentity, successorOf, type Transaction } from './state'

export interface EndAsk extends ProducerIdentity {
  readonly transactionalId: string
  readonly commit: boolean
  /** Whether the client takes a new epoch from every end: version 5 of EndTxn. */
  readonly bumps: boolean
}

export type Ended =
  | { readonly done: ProducerIdentity /** Whether markers are to be written. */; readonly spreads: boolean }
  /** Nothing was changed: come again with a new id. */
  | { readonly done: null }

/** `freshId` is an id that nobody has, when one was asked for. Throws the refusals of EndTxn. */
export function decideEnd(at: TransactionTurn, ask: EndAsk, freshId: number | null): Ended {
  const known = at.machine.get(ask.transactionalId)
  if (!known) throw new Refusal('INVALID_PRODUCER_ID_MAPPING')
  return ask.bumps ? endAndBump(at, known, ask, freshId) : end(at, known, ask)
}

const identityOf = ({ producerId, producerEpoch }: Transaction): ProducerIdentity => ({ producerId, producerEpoch })

/** Decided, with markers on their way. */
const isUnderWay = ({ state }: Transaction): boolean => state === 'PrepareCommit' || state === 'PrepareAbort'

/** Whether the end that is asked for is the one that was. */
const isEndedSo = ({ state }: Transaction, commit: boolean): boolean =>
  state === (commit ? 'CompleteCommit' : 'CompleteAbort')

function end(at: TransactionTurn, known: Transaction, { producerId, producerEpoch, commit }: EndAsk): Ended {
  if (known.producerId !== producerId) throw new Refusal('INVALID_PRODUCER_ID_MAPPING')
  if (known.producerEpoch !== producerEpoch) throw new Refusal('PRODUCER_FENCED')
  if (known.state === 'Ongoing') {
    const { lastProducerEpoch } = known
    const prepared = prepare(at, known, commit, { producerEpoch, lastProducerEpoch, clientVersion: 0 })
    return { done: identityOf(prepared), spreads: true }
  }
  if (isUnderWay(known)) throw new Refusal('CONCURRENT_TRANSACTIONS')
  if (!isEndedSo(known, commit)) throw new Refusal('INVALID_TXN_STATE')
  return { done: identityOf(known), spreads: false }
}

function endAndBump(at: TransactionTurn, known: Transaction, ask: EndAsk, freshId: number | null): Ended {
  const { producerId, producerEpoch, commit } = ask
  // Whoever asks: a producer that is told of the last end is faster than its markers, and may ask for the next one.
  if (isUnderWay(known)) throw new Refusal('CONCURRENT_TRANSACTIONS')
  const isRotated =
    known.previousProducerId === producerId && producerEpoch === lastUsableEpoch && known.producerEpoch === 0
  const isRepeated = isRotated || known.producerEpoch === producerEpoch + 1
  if (known.producerId !== producerId && !isRotated) throw new Refusal('INVALID_PRODUCER_ID_MAPPING')
  if (!mayEnd(known, producerEpoch, isRepeated)) throw new Refusal('PRODUCER_FENCED')
  if (known.state !== 'Ongoing') {
    if (isRepeated && isEndedSo(known, commit)) return { done: identityOf(known), spreads: false }
    // A transaction to which nothing was added may be aborted all the same, which takes a new epoch.
    if (isRepeated || commit) throw new Refusal('INVALID_TXN_STATE')
  }
  refuseAtLevel0(at, 2)
  if (isExhausted(known) && freshId === null) return { done: null }
  const nextProducerId = isExhausted(known) ? freshId! : -1
  const prepared = prepare(at, known, commit, {
    producerEpoch: producerEpoch + 1,
    lastProducerEpoch: producerEpoch,
    clientVersion: 2,
    nextProducerId,
    ...(known.state === 'Ongoing' ? {} : { startMs: at.turn.nowMs, partitions: new Map() }),
  })
  const told = nextProducerId >= 0 ? { producerId: nextProducerId, producerEpoch: 0 } : identityOf(prepared)
  return { done: told, spreads: true }
}

/**
 * With an epoch for each transaction, the epoch alone tells whether a request is of this transaction or of the last. Kafka does not ask
 * how the last one was ended: a fence looks like an end whose answer was lost.
 */
function mayEnd(known: Transaction, epoch: number, isRepeated: boolean): boolean {
  const isComplete = known.state === 'CompleteCommit' || known.state === 'CompleteAbort'
  return epoch === known.producerEpoch || (isComplete && isRepeated)
}

function prepare(at: TransactionTurn, known: Transaction, commit: boolean, changed: Partial<Transaction>): Transaction {
  const state = commit ? 'PrepareCommit' : 'PrepareAbort'
  return become(at, { ...successorOf(known), ...changed, state, lastUpdateMs: at.turn.nowMs })
}

/**
 * Aborts an open transaction whose producer is fenced by it: somebody else has the id now, or its time is up. The level of
 * `transaction.version` decides how, whatever the client speaks. Below 2 that producer stays out. From 2 on its epoch is remembered as
 * the one of an end, so that, as in Kafka, it gets in again when it asks for the next epoch before anybody else does (KIP-360, KIP-890);
 * and at the last epoch the transaction completes with a new id, as after an end. Null where that needs `freshId`: nothing was changed,
 * come again with one.
 */
export function decideFence(at: TransactionTurn, known: Transaction, freshId: number | null): Transaction | null {
  assert(known.state === 'Ongoing', 'only an open transaction is fenced')
  const { producerEpoch } = known
  const isBumpedByEnds = at.settings.transactionVersion >= 2
  const isRotated = isBumpedByEnds && isExhausted(known)
  if (isRotated && freshId === null) return null
  return prepare(at, known, false, {
    producerEpoch: producerEpoch + 1,
    lastProducerEpoch: isBumpedByEnds ? producerEpoch : -1,
    clientVersion: isBumpedByEnds ? 2 : 0,
    nextProducerId: isRotated ? freshId! : -1,
  })
}

/** All markers are written. Does nothing when the transaction has gone on meanwhile. */
export function decideComplete(at: TransactionTurn, decided: Transaction): void {
  const known = at.machine.get(decided.transactionalId)
  if (known !== decided) return
  const rotated =
    known.nextProducerId >= 0 ? { producerId: known.nextProducerId, producerEpoch: 0, nextProducerId: -1 } : {}
  become(withoutLimit(at), {
    ...successorOf(known),
    ...rotated,
    state: known.state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort',
    partitions: new Map(),
    lastUpdateMs: at.turn.nowMs,
  })
}
