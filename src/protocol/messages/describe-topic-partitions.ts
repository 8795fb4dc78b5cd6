/** DescribeTopicPartitions (75): partitions of topics, page by page (KIP-966). */

import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  string,
  struct,
  uuid,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const DescribeTopicPartitions = defineApi({
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: '0',
  flexible: '0+',
  request: {
    topics: array({ name: string({ entity: 'topicName' }) }),
    responsePartitionLimit: int32({ default: 2000 }),
    cursor: struct(
      { topicName: string({ entity: 'topicName' }), partitionIndex: int32() },
      { nullable: '0+', default: null },
    ),
  },
  response: {
    throttleTimeMs: int32({ ignorable: true }),
    topics: array({
      errorCode: int16(),
      name: string({ nullable: '0+', entity: 'topicName' }),
      topicId: uuid({ ignorable: true, entity: 'topicId', identifies: 'name' }),
      isInternal: bool({ default: false, ignorable: true }),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32({ entity: 'brokerId' }),
        leaderEpoch: int32({ default: -1, ignorable: true }),
        replicaNodes: array(int32({ entity: 'brokerId' })),
        isrNodes: array(int32({ entity: 'brokerId' })),
        eligibleLeaderReplicas: array(int32({ entity: 'brokerId' }), { nullable: '0+', default: null }),
        lastKnownElr: array(int32({ entity: 'brokerId' }), { nullable: '0+', default: null }),
        offlineReplicas: array(int32({ entity: 'brokerId' }), { ignorable: true }),
      }),
      topicAuthorizedOperations: int32({ default: -2147483648 }),
    }),
    nextCursor: struct(
      { topicName: string({ entity: 'topicName' }), partitionIndex: int32() },
      { nullable: '0+', default: null },
    ),
  },
})

export interface DescribeTopicPartitionsRequest extends RequestOf<typeof DescribeTopicPartitions> {}
export interface DescribeTopicPartitionsResponse extends ResponseOf<typeof DescribeTopicPartitions> {}
export interface DescribeTopicPartitionsReply extends ResponseDraft<typeof DescribeTopicPartitions> {}
