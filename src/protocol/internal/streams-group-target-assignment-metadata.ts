/** Epoch of the target assignment of a streams group (KIP-1071). */

import { defineRecord, int32, int64, string, type RecordKeyOf, type RecordValueOf } from '../schema'

export const StreamsGroupTargetAssignmentMetadataRecord = defineRecord({
  type: 20,
  name: 'StreamsGroupTargetAssignmentMetadata',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }) },
  value: {
    assignmentEpoch: int32(),
    assignmentTimestamp: int64({ tagged: '0+', tag: 0, default: 0, ignorable: true }),
  },
})

export interface StreamsGroupTargetAssignmentMetadataKey
  extends RecordKeyOf<typeof StreamsGroupTargetAssignmentMetadataRecord> {}
export interface StreamsGroupTargetAssignmentMetadataValue
  extends RecordValueOf<typeof StreamsGroupTargetAssignmentMetadataRecord> {}
