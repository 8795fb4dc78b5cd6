/**
 * OffsetCommit (8): stores the offsets that a group has consumed.
 *
 * v1: asks with generationIdOrMemberEpoch, memberId.
 * v2: asks with retentionTimeMs.
 * v3: tells throttleTimeMs.
 * v6: asks with committedLeaderEpoch; KIP-320.
 * v7: asks with groupInstanceId; static members (KIP-345).
 * v8: flexible encoding.
 * v9: consumer groups (KIP-848).
 * v10: asks with topicId; tells topicId; topic ids instead of names (KIP-848).
 */

import {
  array,
  defineApi,
  int16,
  int32,
  int64,
  string,
  uuid,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const OffsetCommit = defineApi({
  key: 8,
  name: 'OffsetCommit',
  versions: '0-10',
  flexible: '8+',
  request: {
    groupId: string({ entity: 'groupId' }),
    generationIdOrMemberEpoch: int32({ versions: '1+', default: -1, ignorable: true }),
    memberId: string({ versions: '1+', ignorable: true }),
    groupInstanceId: string({ versions: '7+', nullable: '7+', default: null }),
    retentionTimeMs: int64({ versions: '2-4', default: -1, ignorable: true }),
    topics: array({
      name: string({ versions: '0-9', ignorable: true, entity: 'topicName' }),
      topicId: uuid({ versions: '10+', ignorable: true, entity: 'topicId', identifies: 'name' }),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64({ exact: true }),
        committedLeaderEpoch: int32({ versions: '6+', default: -1, ignorable: true }),
        commitTimestamp: int64({ versions: '1', default: -1 }),
        committedMetadata: string({ nullable: '0+' }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({ versions: '3+', ignorable: true }),
    topics: array({
      name: string({ versions: '0-9', ignorable: true, entity: 'topicName' }),
      topicId: uuid({ versions: '10+', ignorable: true, entity: 'topicId', identifies: 'name' }),
      partitions: array({ partitionIndex: int32(), errorCode: int16() }),
    }),
  },
})

export interface OffsetCommitRequest extends RequestOf<typeof OffsetCommit> {}
export interface OffsetCommitResponse extends ResponseOf<typeof OffsetCommit> {}
export interface OffsetCommitReply extends ResponseDraft<typeof OffsetCommit> {}
