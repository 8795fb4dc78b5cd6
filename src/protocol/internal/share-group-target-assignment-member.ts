/** Partitions that a member of a share group should get to (KIP-932). */

import { array, defineRecord, int32, string, uuid, type RecordKeyOf, type RecordValueOf } from '../schema'

export const ShareGroupTargetAssignmentMemberRecord = defineRecord({
  type: 13,
  name: 'ShareGroupTargetAssignmentMember',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }), memberId: string() },
  value: { topicPartitions: array({ topicId: uuid({ entity: 'topicId' }), partitions: array(int32()) }) },
})

export interface ShareGroupTargetAssignmentMemberKey
  extends RecordKeyOf<typeof ShareGroupTargetAssignmentMemberRecord> {}
export interface ShareGroupTargetAssignmentMemberValue
  extends RecordValueOf<typeof ShareGroupTargetAssignmentMemberRecord> {}
