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

/** At level 0 of `transaction.version` values have the form that Kafka before 4.0 reads, which leaves out what is newer. */
export function encodeTransactionRecord(
  { transactionalId, transaction }: TransactionRecord,
  transactionVersion: number,
): KeyValue {
  const version = transactionVersion >= 1 ? 1 : 0
  return {
    key: encodeKey(TransactionLogRecord, { transactionalId }),
    value: transaction && encodeValue(TransactionLogRecord, version, valueOf(transaction, version)),
  }
}

/** Null for keys that a newer Kafka may have left. Throws Malformed for what cannot be read. */
export function decodeTransactionRecord(key: Buffer, value: Buffer | null): TransactionRecord | null {
  if (recordTypeOf(key) !== TransactionLogRecord.type) return null
  const { transactionalId } = decodeKey(TransactionLogRecord, key)
  if (value === null) return { transactionalId, transaction: null }
  return { transactionalId, transaction: transactionFrom(transactionalId, decodeValue(TransactionLogRecord, value)) }
}
