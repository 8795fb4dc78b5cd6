/** Tasks that a member of a streams group should get to (KIP-1071). */

import { array, defineRecord, int32, string, type RecordKeyOf, type RecordValueOf } from '../schema'

const taskIds = { subtopologyId: string(), partitions: array(int32()) }

export const StreamsGroupTargetAssignmentMemberRecord = defineRecord({
  type: 21,
  name: 'StreamsGroupTargetAssignmentMember',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }), memberId: string() },
  value: { activeTasks: array(taskIds), standbyTasks: array(taskIds), warmupTasks: array(taskIds) },
})

export interface StreamsGroupTargetAssignmentMemberKey
  extends RecordKeyOf<typeof StreamsGroupTargetAssignmentMemberRecord> {}
export interface StreamsGroupTargetAssignmentMemberValue
  extends RecordValueOf<typeof StreamsGroupTargetAssignmentMemberRecord> {}
