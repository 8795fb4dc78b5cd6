/**
 * OffsetForLeaderEpoch (23): where a leader epoch ended, so that a reader can find where it diverged.
 *
 * v1: tells leaderEpoch.
 * v2: asks with currentLeaderEpoch; tells throttleTimeMs; KIP-320.
 * v3: asks with replicaId; KIP-320.
 * v4: flexible encoding.
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

export const OffsetForLeaderEpoch = defineApi({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: '0-4',
  flexible: '4+',
  request: {
    replicaId: int32({ versions: '3+', default: -2, ignorable: true, entity: 'brokerId' }),
    topics: array({
      topic: string({ entity: 'topicName' }),
      partitions: array({
        partition: int32(),
        currentLeaderEpoch: int32({ versions: '2+', default: -1, ignorable: true }),
        leaderEpoch: int32(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({ versions: '2+', ignorable: true }),
    topics: array({
      topic: string({ entity: 'topicName' }),
      partitions: array({
        errorCode: int16(),
        partition: int32(),
        leaderEpoch: int32({ versions: '1+', default: -1, ignorable: true }),
        endOffset: int64({ default: -1 }),
      }),
    }),
  },
})

export interface OffsetForLeaderEpochRequest extends RequestOf<typeof OffsetForLeaderEpoch> {}
export interface OffsetForLeaderEpochResponse extends ResponseOf<typeof OffsetForLeaderEpoch> {}
export interface OffsetForLeaderEpochReply extends ResponseDraft<typeof OffsetForLeaderEpoch> {}
