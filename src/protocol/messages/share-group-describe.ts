/** ShareGroupDescribe (77): state and members of share groups (KIP-932). v0 was early access. */

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

const topicPartitions = {
  topicId: uuid({ entity: 'topicId', identifies: 'topicName' }),
  topicName: string({ entity: 'topicName' }),
  partitions: array(int32()),
}

const assignment = { topicPartitions: array(topicPartitions) }

export const ShareGroupDescribe = defineApi({
  key: 77,
  name: 'ShareGroupDescribe',
  versions: '1',
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
        rackId: string({ nullable: '0+', default: null }),
        memberEpoch: int32(),
        clientId: string(),
        clientHost: string(),
        subscribedTopicNames: array(string({ entity: 'topicName' })),
        assignment: struct(assignment),
      }),
      authorizedOperations: int32({ default: -2147483648 }),
    }),
  },
})

export interface ShareGroupDescribeRequest extends RequestOf<typeof ShareGroupDescribe> {}
export interface ShareGroupDescribeResponse extends ResponseOf<typeof ShareGroupDescribe> {}
export interface ShareGroupDescribeReply extends ResponseDraft<typeof ShareGroupDescribe> {}
