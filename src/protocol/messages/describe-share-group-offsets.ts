/**
 * DescribeShareGroupOffsets (90): start offsets of share groups (KIP-932).
 *
 * v1: tells lag; KIP-1226.
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

export const DescribeShareGroupOffsets = defineApi({
  key: 90,
  name: 'DescribeShareGroupOffsets',
  versions: '0-1',
  flexible: '0+',
  request: {
    groups: array({
      groupId: string({ entity: 'groupId' }),
      topics: array({ topicName: string({ entity: 'topicName' }), partitions: array(int32()) }, { nullable: '0+' }),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    groups: array({
      groupId: string({ entity: 'groupId' }),
      topics: array({
        topicName: string({ entity: 'topicName' }),
        topicId: uuid({ entity: 'topicId', identifies: 'topicName' }),
        partitions: array({
          partitionIndex: int32(),
          startOffset: int64(),
          leaderEpoch: int32(),
          lag: int64({ versions: '1+', default: -1, ignorable: true }),
          errorCode: int16(),
          errorMessage: string({ nullable: '0+', default: null }),
        }),
      }),
      errorCode: int16(),
      errorMessage: string({ nullable: '0+', default: null }),
    }),
  },
})

export interface DescribeShareGroupOffsetsRequest extends RequestOf<typeof DescribeShareGroupOffsets> {}
export interface DescribeShareGroupOffsetsResponse extends ResponseOf<typeof DescribeShareGroupOffsets> {}
export interface DescribeShareGroupOffsetsReply extends ResponseDraft<typeof DescribeShareGroupOffsets> {}
