/** All transactional ids of one partition of `__transaction_state`. Changed by records and by nothing else. */
import type { Machine } from '../../machine/shard'
import type { Turn } from '../../machine/turn'
import { Refusal } from '../../protocol/errors'
import type { TransactionRecord } from './records'
import type { TransactionSettings } from './settings'
import type { Transaction } from './state'

export class TransactionMachine implements Machine<TransactionRecord> {
  readonly #transactions = new Map<string, Transaction>()

  get(transactionalId: string): Transaction | null {
    return this.#transactions.get(transactionalId) ?? null
  }

  all(): IterableIterator<Transaction> {
    return this.#transactions.values()
  }

  replay({ transactionalId, transaction }: TransactionRecord): void {
    if (transaction) this.#transactions.set(transactionalId, transaction)
    else this.#transactions.delete(transactionalId)
  }
}

/** What every decision about transactions is handed. */
export interface TransactionTurn {
  readonly machine: TransactionMachine
  readonly turn: Turn<TransactionRecord>
  readonly settings: TransactionSettings
}

/**
 * Ends that take a new epoch have no place in the log at level 0 of `transaction.version`. Kafka says the same, though it never answers
 * for that transactional id again.
 */
export function refuseAtLevel0({ settings }: TransactionTurn, clientVersion: number): void {
  if (clientVersion > 0 && settings.transactionVersion === 0) throw new Refusal('UNSUPPORTED_VERSION')
}

/** Remembers the new state of a transactional id, and gives it back. */
export function become({ turn }: TransactionTurn, transaction: Transaction): Transaction {
  turn.record({ transactionalId: transaction.transactionalId, transaction })
  return transaction
}
