/** Partitions that a member of a share group has, and its epoch (KIP-932). */

import { array, defineRecord, int32, int8, string, uuid, type RecordKeyOf, type RecordValueOf } from '../schema'

const topicPartitions = { topicId: uuid({ entity: 'topicId' }), partitions: array(int32()) }

export const ShareGroupCurrentMemberAssignmentRecord = defineRecord({
  type: 14,
  name: 'ShareGroupCurrentMemberAssignment',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }), memberId: string() },
  value: {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: array(topicPartitions),
  },
})

export interface ShareGroupCurrentMemberAssignmentKey
  extends RecordKeyOf<typeof ShareGroupCurrentMemberAssignmentRecord> {}
export interface ShareGroupCurrentMemberAssignmentValue
  extends RecordValueOf<typeof ShareGroupCurrentMemberAssignmentRecord> {}
