/**
 * ListOffsets (2): offsets of partitions by time, or by one of the special times -1 (latest) to -6.
 *
 * v1: tells timestamp, offset; one offset instead of a list of them (KIP-79).
 * v2: asks with isolationLevel; tells throttleTimeMs; KIP-98.
 * v4: asks with currentLeaderEpoch; tells leaderEpoch; KIP-320.
 * v6: flexible encoding.
 * v7: max timestamp, -3 (KIP-734).
 * v8: local log start, -4 (KIP-405).
 * v9: last tiered offset, -5 (KIP-1005).
 * v10: asks with timeoutMs; KIP-1075.
 * v11: earliest pending upload, -6 (KIP-1023).
 */

import {
  array,
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

export const ListOffsets = defineApi({
  key: 2,
  name: 'ListOffsets',
  versions: '0-11',
  flexible: '6+',
  request: {
    replicaId: int32({ entity: 'brokerId' }),
    isolationLevel: int8({ versions: '2+' }),
    topics: array({
      name: string({ entity: 'topicName' }),
      partitions: array({
        partitionIndex: int32(),
        currentLeaderEpoch: int32({ versions: '4+', default: -1, ignorable: true }),
        timestamp: int64(),
        maxNumOffsets: int32({ versions: '0', default: 1 }),
      }),
    }),
    timeoutMs: int32({ versions: '10+', ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ versions: '2+', ignorable: true }),
    topics: array({
      name: string({ entity: 'topicName' }),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        oldStyleOffsets: array(int64(), { versions: '0' }),
        timestamp: int64({ versions: '1+', default: -1 }),
        offset: int64({ versions: '1+', default: -1 }),
        leaderEpoch: int32({ versions: '4+', default: -1 }),
      }),
    }),
  },
})

export interface ListOffsetsRequest extends RequestOf<typeof ListOffsets> {}
export interface ListOffsetsResponse extends ResponseOf<typeof ListOffsets> {}
export interface ListOffsetsReply extends ResponseDraft<typeof ListOffsets> {}
