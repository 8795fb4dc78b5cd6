/**
 * TxnOffsetCommit (28): commits the offsets of a group when the transaction commits.
 *
 * v2: asks with committedLeaderEpoch; KIP-320.
 * v3: asks with generationIdOrMemberEpoch, memberId, groupInstanceId; flexible encoding; KIP-447.
 * v4: TRANSACTION_ABORTABLE (KIP-890).
 * v5: offsets join the transaction by themselves (KIP-890).
 * v6: asks with topicId; tells topicId; topic ids instead of names (KIP-1319).
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

export const TxnOffsetCommit = defineApi({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: '0-6',
  flexible: '3+',
  request: {
    transactionalId: string({ entity: 'transactionalId' }),
    groupId: string({ entity: 'groupId' }),
    producerId: int64({ entity: 'producerId' }),
    producerEpoch: int16(),
    generationIdOrMemberEpoch: int32({ versions: '3+', default: -1 }),
    memberId: string({ versions: '3+', default: '' }),
    groupInstanceId: string({ versions: '3+', nullable: '3+', default: null }),
    topics: array({
      name: string({ versions: '0-5', ignorable: true, entity: 'topicName' }),
      topicId: uuid({ versions: '6+', ignorable: true, entity: 'topicId', identifies: 'name' }),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64({ exact: true }),
        committedLeaderEpoch: int32({ versions: '2+', default: -1, ignorable: true }),
        committedMetadata: string({ nullable: '0+' }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    topics: array({
      name: string({ versions: '0-5', ignorable: true, entity: 'topicName' }),
      topicId: uuid({ versions: '6+', ignorable: true, entity: 'topicId', identifies: 'name' }),
      partitions: array({ partitionIndex: int32(), errorCode: int16() }),
    }),
  },
})

export interface TxnOffsetCommitRequest extends RequestOf<typeof TxnOffsetCommit> {}
export interface TxnOffsetCommitResponse extends ResponseOf<typeof TxnOffsetCommit> {}
export interface TxnOffsetCommitReply extends ResponseDraft<typeof TxnOffsetCommit> {}
