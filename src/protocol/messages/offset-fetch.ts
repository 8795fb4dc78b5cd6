/**
 * OffsetFetch (9): reads the offsets that groups have committed.
 *
 * v2: tells errorCode; all topics when none are named.
 * v3: tells throttleTimeMs.
 * v5: tells committedLeaderEpoch; KIP-320.
 * v6: flexible encoding.
 * v7: asks with requireStable; KIP-447.
 * v8: asks with groups; tells groups; many groups at once (KIP-709).
 * v9: consumer groups (KIP-848).
 * v10: topic ids instead of names (KIP-848).
 */

import {
  array,
  bool,
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

export const OffsetFetch = defineApi({
  key: 9,
  name: 'OffsetFetch',
  versions: '0-10',
  flexible: '6+',
  request: {
    groupId: string({ versions: '0-7', entity: 'groupId' }),
    topics: array(
      { name: string({ entity: 'topicName' }), partitionIndexes: array(int32()) },
      { versions: '0-7', nullable: '2-7' },
    ),
    groups: array(
      {
        groupId: string({ entity: 'groupId' }),
        memberId: string({ versions: '9+', nullable: '9+', default: null, ignorable: true }),
        memberEpoch: int32({ versions: '9+', default: -1, ignorable: true }),
        topics: array(
          {
            name: string({ versions: '8-9', ignorable: true, entity: 'topicName' }),
            topicId: uuid({ versions: '10+', ignorable: true, entity: 'topicId', identifies: 'name' }),
            partitionIndexes: array(int32()),
          },
          { nullable: '8+' },
        ),
      },
      { versions: '8+' },
    ),
    requireStable: bool({ versions: '7+', default: false }),
  },
  response: {
    throttleTimeMs: int32({ versions: '3+', ignorable: true }),
    topics: array(
      {
        name: string({ entity: 'topicName' }),
        partitions: array({
          partitionIndex: int32(),
          committedOffset: int64({ exact: true }),
          committedLeaderEpoch: int32({ versions: '5-7', default: -1, ignorable: true }),
          metadata: string({ nullable: '0-7' }),
          errorCode: int16(),
        }),
      },
      { versions: '0-7' },
    ),
    errorCode: int16({ versions: '2-7', default: 0, ignorable: true }),
    groups: array(
      {
        groupId: string({ entity: 'groupId' }),
        topics: array({
          name: string({ versions: '8-9', ignorable: true, entity: 'topicName' }),
          topicId: uuid({ versions: '10+', ignorable: true, entity: 'topicId', identifies: 'name' }),
          partitions: array({
            partitionIndex: int32(),
            committedOffset: int64({ exact: true }),
            committedLeaderEpoch: int32({ default: -1, ignorable: true }),
            metadata: string({ nullable: '8+' }),
            errorCode: int16(),
          }),
        }),
        errorCode: int16({ default: 0 }),
      },
      { versions: '8+' },
    ),
  },
})

export interface OffsetFetchRequest extends RequestOf<typeof OffsetFetch> {}
export interface OffsetFetchResponse extends ResponseOf<typeof OffsetFetch> {}
export interface OffsetFetchReply extends ResponseDraft<typeof OffsetFetch> {}
