/** What can be configured about transactions; read anew at every decision. Names follow Kafka's keys. */
import type { BrokerConfigs } from '../../metadata/config/configs'

export interface TransactionSettings {
  /** `transaction.max.timeout.ms` */
  readonly maxTimeoutMs: number
  /** `transactional.id.expiration.ms` */
  readonly idExpirationMs: number
  /** `transaction.abort.timed.out.transaction.cleanup.interval.ms` */
  readonly abortIntervalMs: number
  /** `transaction.remove.expired.transaction.cleanup.interval.ms` */
  readonly removeIntervalMs: number
  /** The level of the feature `transaction.version`: 0 to 2. */
  readonly transactionVersion: number
  /** `max.message.bytes` of `__transaction_state`: a transaction that does not fit into a batch is not remembered. */
  readonly batchBytesMax: number
}

/** Kafka's defaults. */
export const defaultTransactionSettings: TransactionSettings = {
  maxTimeoutMs: 15 * 60_000,
  idExpirationMs: 7 * 24 * 3_600_000,
  abortIntervalMs: 10_000,
  removeIntervalMs: 3_600_000,
  transactionVersion: 2,
  batchBytesMax: 1_048_588,
}

export function transactionSettingsOf(
  configs: BrokerConfigs,
  transactionVersion: number,
  batchBytesMax: number,
): TransactionSettings {
  return {
    maxTimeoutMs: configs.transactionMaxTimeoutMs,
    idExpirationMs: configs.transactionalIdExpirationMs,
    abortIntervalMs: configs.transactionAbortTimedOutTransactionCleanupIntervalMs,
    removeIntervalMs: configs.transactionRemoveExpiredTransactionCleanupIntervalMs,
    transactionVersion,
    batchBytesMax,
  }
}
