/** Partitions that a member of a consumer group has, and its epoch (KIP-848). */

import { array, defineRecord, int32, int8, string, uuid, type RecordKeyOf, type RecordValueOf } from '../schema'

const topicPartitions = {
  topicId: uuid({ entity: 'topicId' }),
  partitions: array(int32()),
  assignmentEpochs: array(int32(), { nullable: '0+', tagged: '0+', tag: 0 }),
}

export const ConsumerGroupCurrentMemberAssignmentRecord = defineRecord({
  type: 8,
  name: 'ConsumerGroupCurrentMemberAssignment',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }), memberId: string() },
  value: {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: array(topicPartitions),
    partitionsPendingRevocation: array(topicPartitions),
  },
})

export interface ConsumerGroupCurrentMemberAssignmentKey
  extends RecordKeyOf<typeof ConsumerGroupCurrentMemberAssignmentRecord> {}
export interface ConsumerGroupCurrentMemberAssignmentValue
  extends RecordValueOf<typeof ConsumerGroupCurrentMemberAssignmentRecord> {}
