/**
 * ConsumerGroupDescribe (69): state and members of consumer groups (KIP-848).
 *
 * v1: tells memberType.
 */

import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  int8,
  string,
  struct,
  uuid,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

const topicPartitions = {
  topicId: uuid({ entity: 'topicId', identifies: 'topicName' }),
  topicName: string({ entity: 'topicName' }),
  partitions: array(int32()),
}

const assignment = { topicPartitions: array(topicPartitions) }

export const ConsumerGroupDescribe = defineApi({
  key: 69,
  name: 'ConsumerGroupDescribe',
  versions: '0-1',
  flexible: '0+',
  request: { groupIds: array(string({ entity: 'groupId' })), includeAuthorizedOperations: bool() },
  response: {
    throttleTimeMs: int32(),
    groups: array({
      errorCode: int16(),
      errorMessage: string({ nullable: '0+', default: null }),
      groupId: string({ entity: 'groupId' }),
      groupState: string(),
      groupEpoch: int32(),
      assignmentEpoch: int32(),
      assignorName: string(),
      members: array({
        memberId: string(),
        instanceId: string({ nullable: '0+', default: null }),
        rackId: string({ nullable: '0+', default: null }),
        memberEpoch: int32(),
        clientId: string(),
        clientHost: string(),
        subscribedTopicNames: array(string({ entity: 'topicName' })),
        subscribedTopicRegex: string({ nullable: '0+', default: null }),
        assignment: struct(assignment),
        targetAssignment: struct(assignment),
        memberType: int8({ versions: '1+', default: -1, ignorable: true }),
      }),
      authorizedOperations: int32({ default: -2147483648 }),
    }),
  },
})

export interface ConsumerGroupDescribeRequest extends RequestOf<typeof ConsumerGroupDescribe> {}
export interface ConsumerGroupDescribeResponse extends ResponseOf<typeof ConsumerGroupDescribe> {}
export interface ConsumerGroupDescribeReply extends ResponseDraft<typeof ConsumerGroupDescribe> {}
