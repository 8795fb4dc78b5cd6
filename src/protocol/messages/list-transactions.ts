/**
 * ListTransactions (66): transactions that this broker coordinates (KIP-664).
 *
 * v1: asks with durationFilter; KIP-994.
 * v2: asks with transactionalIdPattern; KIP-1152.
 */

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

export const ListTransactions = defineApi({
  key: 66,
  name: 'ListTransactions',
  versions: '0-2',
  flexible: '0+',
  request: {
    stateFilters: array(string()),
    producerIdFilters: array(int64({ entity: 'producerId' })),
    durationFilter: int64({ versions: '1+', default: -1 }),
    transactionalIdPattern: string({ versions: '2+', nullable: '2+', default: null }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    unknownStateFilters: array(string()),
    transactionStates: array({
      transactionalId: string({ entity: 'transactionalId' }),
      producerId: int64({ entity: 'producerId' }),
      transactionState: string(),
    }),
  },
})

export interface ListTransactionsRequest extends RequestOf<typeof ListTransactions> {}
export interface ListTransactionsResponse extends ResponseOf<typeof ListTransactions> {}
export interface ListTransactionsReply extends ResponseDraft<typeof ListTransactions> {}
