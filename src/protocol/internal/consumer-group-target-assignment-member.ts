/** Partitions that a member of a consumer group should get to (KIP-848). */

import { array, defineRecord, int32, string, uuid, type RecordKeyOf, type RecordValueOf } from '../schema'

export const ConsumerGroupTargetAssignmentMemberRecord = defineRecord({
  type: 7,
  name: 'ConsumerGroupTargetAssignmentMember',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }), memberId: string() },
  value: { topicPartitions: array({ topicId: uuid({ entity: 'topicId' }), partitions: array(int32()) }) },
})

export interface ConsumerGroupTargetAssignmentMemberKey
  extends RecordKeyOf<typeof ConsumerGroupTargetAssignmentMemberRecord> {}
export interface ConsumerGroupTargetAssignmentMemberValue
  extends RecordValueOf<typeof ConsumerGroupTargetAssignmentMemberRecord> {}
