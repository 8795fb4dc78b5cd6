/**
 * AddOffsetsToTxn (25): adds the offsets of a group to a transaction.
 *
 * v2: PRODUCER_FENCED (KIP-588).
 * v3: flexible encoding.
 * v4: TRANSACTION_ABORTABLE (KIP-890).
 */

import { defineApi, int16, int32, int64, string, type RequestOf, type ResponseDraft, type ResponseOf } from '../schema'

export const AddOffsetsToTxn = defineApi({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: '0-4',
  flexible: '3+',
  request: {
    transactionalId: string({ entity: 'transactionalId' }),
    producerId: int64({ entity: 'producerId' }),
    producerEpoch: int16(),
    groupId: string({ entity: 'groupId' }),
  },
  response: { throttleTimeMs: int32(), errorCode: int16() },
})

export interface AddOffsetsToTxnRequest extends RequestOf<typeof AddOffsetsToTxn> {}
export interface AddOffsetsToTxnResponse extends ResponseOf<typeof AddOffsetsToTxn> {}
export interface AddOffsetsToTxnReply extends ResponseDraft<typeof AddOffsetsToTxn> {}
