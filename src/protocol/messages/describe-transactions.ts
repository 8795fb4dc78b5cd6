/** DescribeTransactions (65): state of transactions by transactional id (KIP-664). */

import {
  array,
  defineApi,
  int16,
  int32,
  int64,
  string,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const DescribeTransactions = defineApi({
  key: 65,
  name: 'DescribeTransactions',
  versions: '0',
  flexible: '0+',
  request: { transactionalIds: array(string({ entity: 'transactionalId' })) },
  response: {
    throttleTimeMs: int32(),
    transactionStates: array({
      errorCode: int16(),
      transactionalId: string({ entity: 'transactionalId' }),
      transactionState: string(),
      transactionTimeoutMs: int32(),
      transactionStartTimeMs: int64(),
      producerId: int64({ entity: 'producerId' }),
      producerEpoch: int16(),
      topics: array({ topic: string({ entity: 'topicName' }), partitions: array(int32()) }),
    }),
  },
})

export interface DescribeTransactionsRequest extends RequestOf<typeof DescribeTransactions> {}
export interface DescribeTransactionsResponse extends ResponseOf<typeof DescribeTransactions> {}
export interface DescribeTransactionsReply extends ResponseDraft<typeof DescribeTransactions> {}
