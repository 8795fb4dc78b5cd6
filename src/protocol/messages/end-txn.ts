/**
 * EndTxn (26): commits or aborts a transaction.
 *
 * v2: PRODUCER_FENCED (KIP-588).
 * v3: flexible encoding.
 * v4: TRANSACTION_ABORTABLE (KIP-890).
 * v5: tells producerId, producerEpoch; the epoch grows with each transaction (KIP-890).
 */

import {
  bool,
  defineApi,
  int16,
  int32,
  int64,
  string,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const EndTxn = defineApi({
  key: 26,
  name: 'EndTxn',
  versions: '0-5',
  flexible: '3+',
  request: {
    transactionalId: string({ entity: 'transactionalId' }),
    producerId: int64({ entity: 'producerId' }),
    producerEpoch: int16(),
    committed: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    producerId: int64({ versions: '5+', default: -1, ignorable: true, entity: 'producerId' }),
    producerEpoch: int16({ versions: '5+', default: -1, ignorable: true }),
  },
})

export interface EndTxnRequest extends RequestOf<typeof EndTxn> {}
export interface EndTxnResponse extends ResponseOf<typeof EndTxn> {}
export interface EndTxnReply extends ResponseDraft<typeof EndTxn> {}
