/**
 * Produce (0): appends record batches to partitions, and answers when `acks` replicas have them.
 *
 * v1: tells throttleTimeMs; quota time.
 * v2: tells logAppendTimeMs; message format v1 (KIP-32).
 * v3: asks with transactionalId; record batches v2, transactions (KIP-98).
 * v5: tells logStartOffset; KIP-107.
 * v7: zstd (KIP-110).
 * v8: tells recordErrors, errorMessage; record errors (KIP-467).
 * v9: flexible encoding.
 * v10: tells currentLeader, nodeEndpoints; where the leader moved to (KIP-951).
 * v11: TRANSACTION_ABORTABLE (KIP-890).
 * v12: partitions join the transaction by themselves (KIP-890).
 * v13: asks with topicId; tells topicId; topic ids instead of names (KIP-516).
 */

import {
  array,
  defineApi,
  int16,
  int32,
  int64,
  records,
  string,
  struct,
  uuid,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const Produce = defineApi({
  key: 0,
  name: 'Produce',
  versions: '0-13',
  flexible: '9+',
  request: {
    transactionalId: string({ versions: '3+', nullable: '3+', default: null, entity: 'transactionalId' }),
    acks: int16(),
    timeoutMs: int32(),
    topicData: array({
      name: string({ versions: '0-12', ignorable: true, entity: 'topicName' }),
      topicId: uuid({ versions: '13+', ignorable: true, entity: 'topicId', identifies: 'name' }),
      partitionData: array({ index: int32(), records: records({ nullable: '0+' }) }),
    }),
  },
  response: {
    responses: array({
      name: string({ versions: '0-12', ignorable: true, entity: 'topicName' }),
      topicId: uuid({ versions: '13+', ignorable: true, entity: 'topicId', identifies: 'name' }),
      partitionResponses: array({
        index: int32(),
        errorCode: int16(),
        baseOffset: int64(),
        logAppendTimeMs: int64({ versions: '2+', default: -1, ignorable: true }),
        logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
        recordErrors: array(
          { batchIndex: int32(), batchIndexErrorMessage: string({ nullable: '8+', default: null }) },
          { versions: '8+', ignorable: true },
        ),
        errorMessage: string({ versions: '8+', nullable: '8+', default: null, ignorable: true }),
        currentLeader: struct(
          { leaderId: int32({ default: -1, entity: 'brokerId' }), leaderEpoch: int32({ default: -1 }) },
          { versions: '10+', tagged: '10+', tag: 0 },
        ),
      }),
    }),
    throttleTimeMs: int32({ versions: '1+', default: 0, ignorable: true }),
    nodeEndpoints: array(
      {
        nodeId: int32({ entity: 'brokerId' }),
        host: string(),
        port: int32(),
        rack: string({ nullable: '10+', default: null }),
      },
      { versions: '10+', tagged: '10+', tag: 0 },
    ),
  },
})

export interface ProduceRequest extends RequestOf<typeof Produce> {}
export interface ProduceResponse extends ResponseOf<typeof Produce> {}
export interface ProduceReply extends ResponseDraft<typeof Produce> {}
