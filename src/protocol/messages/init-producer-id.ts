/**
 * InitProducerId (22): gives a producer its id and epoch, and fences earlier owners of a transactional id.
 *
 * v2: flexible encoding.
 * v3: asks with producerId, producerEpoch; KIP-360.
 * v4: PRODUCER_FENCED (KIP-588).
 * v5: TRANSACTION_ABORTABLE (KIP-890).
 * v6: asks with enable2Pc, keepPreparedTxn; tells ongoingTxnProducerId, ongoingTxnProducerEpoch; two-phase commit (KIP-939).
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

export const InitProducerId = defineApi({
  key: 22,
  name: 'InitProducerId',
  versions: '0-6',
  flexible: '2+',
  unstable: '6',
  request: {
    transactionalId: string({ nullable: '0+', entity: 'transactionalId' }),
    transactionTimeoutMs: int32(),
    producerId: int64({ versions: '3+', default: -1, entity: 'producerId' }),
    producerEpoch: int16({ versions: '3+', default: -1 }),
    enable2Pc: bool({ versions: '6+', default: false }),
    keepPreparedTxn: bool({ versions: '6+', default: false }),
  },
  response: {
    throttleTimeMs: int32({ ignorable: true }),
    errorCode: int16(),
    producerId: int64({ default: -1, entity: 'producerId' }),
    producerEpoch: int16(),
    ongoingTxnProducerId: int64({ versions: '6+', default: -1, entity: 'producerId' }),
    ongoingTxnProducerEpoch: int16({ versions: '6+', default: -1 }),
  },
})

export interface InitProducerIdRequest extends RequestOf<typeof InitProducerId> {}
export interface InitProducerIdResponse extends ResponseOf<typeof InitProducerId> {}
export interface InitProducerIdReply extends ResponseDraft<typeof InitProducerId> {}
