/** Tasks that a member of a streams group has, and its epoch (KIP-1071). */

import { array, defineRecord, int32, int8, string, type RecordKeyOf, type RecordValueOf } from '../schema'

const taskIds = {
  subtopologyId: string(),
  partitions: array(int32()),
  assignmentEpochs: array(int32(), { nullable: '0+', tagged: '0+', tag: 0 }),
}

export const StreamsGroupCurrentMemberAssignmentRecord = defineRecord({
  type: 22,
  name: 'StreamsGroupCurrentMemberAssignment',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }), memberId: string() },
  value: {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    activeTasks: array(taskIds),
    standbyTasks: array(taskIds),
    warmupTasks: array(taskIds),
    activeTasksPendingRevocation: array(taskIds),
    standbyTasksPendingRevocation: array(taskIds),
    warmupTasksPendingRevocation: array(taskIds),
  },
})

export interface StreamsGroupCurrentMemberAssignmentKey
  extends RecordKeyOf<typeof StreamsGroupCurrentMemberAssignmentRecord> {}
export interface StreamsGroupCurrentMemberAssignmentValue
  extends RecordValueOf<typeof StreamsGroupCurrentMemberAssignmentRecord> {}
