/** All transactional ids of one partition of `__transaction_state`. Changed by records and by nothing else. */
import type { Machine } from '../../machine/shard'
import type { Turn } from '../../machine/turn'
import { Refusal } from '../../protocol/errors'
import { fitsBatch } from '../batch-fit'
import { encodeTransactionRecord, type TransactionRecord } from './records'
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

/**
 * Remembers the new state of a transactional id, and gives it back. Throws UNKNOWN_SERVER_ERROR, as Kafka answers, for one that is
 * too large for the topic; it then stays what it was.
 */
export function become(at: TransactionTurn, transaction: Transaction): Transaction {
  const record = { transactionalId: transaction.transactionalId, transaction }
  if (!fits(at, record)) throw new Refusal('UNKNOWN_SERVER_ERROR')
  at.turn.record(record)
  return transaction
}

/** For what nobody asks for: where the topic was given a lower limit, transactions that are open end all the same. */
export const withoutLimit = (at: TransactionTurn): TransactionTurn => ({
  ...at,
  settings: { ...at.settings, batchBytesMax: Infinity },
})

function fits({ settings, turn }: TransactionTurn, record: TransactionRecord): boolean {
  if (sizeBytesMaxOf(record) <= settings.batchBytesMax) return true
  return fitsBatch([encodeTransactionRecord(record, settings.transactionVersion)], turn.nowMs, settings.batchBytesMax)
}

/** More than its batch takes; spares nearly all from being encoded twice. */
function sizeBytesMaxOf({ transactionalId, transaction }: TransactionRecord): number {
  // A character comes to three bytes at most.
  let sizeBytes = 256 + 3 * transactionalId.length
  for (const [topic, partitions] of transaction?.partitions ?? [])
    sizeBytes += 16 + 3 * topic.length + 4 * partitions.length
  return sizeBytes
}
