/**
 * WriteTxnMarkers (27): a transaction coordinator writes commit or abort markers at partition leaders.
 *
 * v1: flexible encoding.
 * v2: asks with transactionVersion; KIP-1228.
 */

import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  int64,
  int8,
  string,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const WriteTxnMarkers = defineApi({
  key: 27,
  name: 'WriteTxnMarkers',
  versions: '0-2',
  flexible: '1+',
  request: {
    markers: array({
      producerId: int64({ entity: 'producerId' }),
      producerEpoch: int16(),
      transactionResult: bool(),
      topics: array({ name: string({ entity: 'topicName' }), partitionIndexes: array(int32()) }),
      coordinatorEpoch: int32(),
      transactionVersion: int8({ versions: '2+', default: 0, ignorable: true }),
    }),
  },
  response: {
    markers: array({
      producerId: int64({ entity: 'producerId' }),
      topics: array({
        name: string({ entity: 'topicName' }),
        partitions: array({ partitionIndex: int32(), errorCode: int16() }),
      }),
    }),
  },
})

export interface WriteTxnMarkersRequest extends RequestOf<typeof WriteTxnMarkers> {}
export interface WriteTxnMarkersResponse extends ResponseOf<typeof WriteTxnMarkers> {}
export interface WriteTxnMarkersReply extends ResponseDraft<typeof WriteTxnMarkers> {}
