/** Epoch of a consumer group (KIP-848). */

import { defineRecord, int32, int64, string, type RecordKeyOf, type RecordValueOf } from '../schema'

export const ConsumerGroupMetadataRecord = defineRecord({
  type: 3,
  name: 'ConsumerGroupMetadata',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }) },
  value: { epoch: int32(), metadataHash: int64({ exact: true, tagged: '0+', tag: 0, default: 0 }) },
})

export interface ConsumerGroupMetadataKey extends RecordKeyOf<typeof ConsumerGroupMetadataRecord> {}
export interface ConsumerGroupMetadataValue extends RecordValueOf<typeof ConsumerGroupMetadataRecord> {}
