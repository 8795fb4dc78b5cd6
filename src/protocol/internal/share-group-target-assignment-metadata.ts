/** Epoch of the target assignment of a share group (KIP-932). */

import { defineRecord, int32, int64, string, type RecordKeyOf, type RecordValueOf } from '../schema'

export const ShareGroupTargetAssignmentMetadataRecord = defineRecord({
  type: 12,
  name: 'ShareGroupTargetAssignmentMetadata',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }) },
  value: {
    assignmentEpoch: int32(),
    assignmentTimestamp: int64({ tagged: '0+', tag: 0, default: 0, ignorable: true }),
  },
})

export interface ShareGroupTargetAssignmentMetadataKey
  extends RecordKeyOf<typeof ShareGroupTargetAssignmentMetadataRecord> {}
export interface ShareGroupTargetAssignmentMetadataValue
  extends RecordValueOf<typeof ShareGroupTargetAssignmentMetadataRecord> {}
