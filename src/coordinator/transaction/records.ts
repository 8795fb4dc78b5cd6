/** What the machine of transactions remembers, as records of `__transaction_state`: Kafka's own schema. */
import type { KeyValue } from '../../machine/record-log'
import { decodeKey, decodeValue, encodeKey, encodeValue, recordTypeOf } from '../../protocol/internal/encoding'
import { TransactionLogRecord } from '../../protocol/internal/transaction-log'
import { type Transaction, transactionFrom, valueOf } from './state'

/** A transactional id as a whole; null removes it. */
export interface TransactionRecord {
  readonly transactionalId: string
  readonly transaction: Transaction | null
}

/** Written since transaction.version is above 0. */
const valueVersion = 1

export function encodeTransactionRecord({ transactionalId, transaction }: TransactionRecord): KeyValue {
  return {
    key: encodeKey(TransactionLogRecord, { transactionalId }),
    value: transaction && encodeValue(TransactionLogRecord, valueVersion, valueOf(transaction)),
  }
}

/** Null for what a newer Kafka may have left. */
export function decodeTransactionRecord(key: Buffer, value: Buffer | null): TransactionRecord | null {
  if (recordTypeOf(key) !== TransactionLogRecord.type) return null
  const { transactionalId } = decodeKey(TransactionLogRecord, key)
  if (value === null) return { transactionalId, transaction: null }
  const transaction = transactionFrom(transactionalId, decodeValue(TransactionLogRecord, value))
  return transaction && { transactionalId, transaction }
}
