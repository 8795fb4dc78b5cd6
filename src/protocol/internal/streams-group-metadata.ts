/** Epoch of a streams group (KIP-1071). */

import { array, defineRecord, int32, int64, string, type RecordKeyOf, type RecordValueOf } from '../schema'

const lastAssignmentConfig = { key: string(), value: string() }

export const StreamsGroupMetadataRecord = defineRecord({
  type: 17,
  name: 'StreamsGroupMetadata',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }) },
  value: {
    epoch: int32(),
    metadataHash: int64({ exact: true }),
    validatedTopologyEpoch: int32({ tagged: '0+', tag: 0, default: -1 }),
    lastAssignmentConfigs: array(lastAssignmentConfig, { nullable: '0+', tagged: '0+', tag: 1 }),
    storedDescriptionTopologyEpoch: int32({ tagged: '0+', tag: 2, default: -1 }),
    failedDescriptionTopologyEpoch: int32({ tagged: '0+', tag: 3, default: -1 }),
  },
})

export interface StreamsGroupMetadataKey extends RecordKeyOf<typeof StreamsGroupMetadataRecord> {}
export interface StreamsGroupMetadataValue extends RecordValueOf<typeof StreamsGroupMetadataRecord> {}
