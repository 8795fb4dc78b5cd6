/** State of a transaction, in __transaction_state. v1 is written once transaction.version allows it (KIP-890). */

import { array, defineRecord, int16, int32, int64, int8, string, type RecordKeyOf, type RecordValueOf } from '../schema'

export const TransactionLogRecord = defineRecord({
  type: 0,
  name: 'TransactionLog',
  versions: '0-1',
  flexible: '1+',
  key: { transactionalId: string() },
  value: {
    producerId: int64(),
    previousProducerId: int64({ versions: '1+', tagged: '1+', tag: 0, default: -1 }),
    nextProducerId: int64({ versions: '1+', tagged: '1+', tag: 1, default: -1 }),
    producerEpoch: int16(),
    nextProducerEpoch: int16({ versions: '1+', tagged: '1+', tag: 3, default: -1 }),
    transactionTimeoutMs: int32(),
    transactionStatus: int8(),
    transactionPartitions: array({ topic: string(), partitionIds: array(int32()) }, { nullable: '0+' }),
    transactionLastUpdateTimestampMs: int64(),
    transactionStartTimestampMs: int64(),
    clientTransactionVersion: int16({ versions: '1+', tagged: '1+', tag: 2, default: 0 }),
  },
})

export interface TransactionLogKey extends RecordKeyOf<typeof TransactionLogRecord> {}
export interface TransactionLogValue extends RecordValueOf<typeof TransactionLogRecord> {}
