/** Epoch of a share group (KIP-932). */

import { defineRecord, int32, int64, string, type RecordKeyOf, type RecordValueOf } from '../schema'

export const ShareGroupMetadataRecord = defineRecord({
  type: 11,
  name: 'ShareGroupMetadata',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }) },
  value: { epoch: int32(), metadataHash: int64({ exact: true }) },
})

export interface ShareGroupMetadataKey extends RecordKeyOf<typeof ShareGroupMetadataRecord> {}
export interface ShareGroupMetadataValue extends RecordValueOf<typeof ShareGroupMetadataRecord> {}
