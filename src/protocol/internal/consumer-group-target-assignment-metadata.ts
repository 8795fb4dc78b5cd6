/** Epoch of the target assignment of a consumer group (KIP-848). */

import { defineRecord, int32, int64, string, type RecordKeyOf, type RecordValueOf } from '../schema'

export const ConsumerGroupTargetAssignmentMetadataRecord = defineRecord({
  type: 6,
  name: 'ConsumerGroupTargetAssignmentMetadata',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }) },
  value: {
    assignmentEpoch: int32(),
    assignmentTimestamp: int64({ tagged: '0+', tag: 0, default: 0, ignorable: true }),
  },
})

export interface ConsumerGroupTargetAssignmentMetadataKey
  extends RecordKeyOf<typeof ConsumerGroupTargetAssignmentMetadataRecord> {}
export interface ConsumerGroupTargetAssignmentMetadataValue
  extends RecordValueOf<typeof ConsumerGroupTargetAssignmentMetadataRecord> {}
