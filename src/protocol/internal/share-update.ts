/** A change to the state of a share partition since its last snapshot (KIP-932). */

import {
  array,
  defineRecord,
  int16,
  int32,
  int64,
  int8,
  string,
  uuid,
  type RecordKeyOf,
  type RecordValueOf,
} from '../schema'

export const ShareUpdateRecord = defineRecord({
  type: 1,
  name: 'ShareUpdate',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }), topicId: uuid({ entity: 'topicId' }), partition: int32() },
  value: {
    snapshotEpoch: int32(),
    leaderEpoch: int32(),
    startOffset: int64(),
    deliveryCompleteCount: int32({ tagged: '0+', tag: 0, default: -1 }),
    stateBatches: array({ firstOffset: int64(), lastOffset: int64(), deliveryState: int8(), deliveryCount: int16() }),
  },
})

export interface ShareUpdateKey extends RecordKeyOf<typeof ShareUpdateRecord> {}
export interface ShareUpdateValue extends RecordValueOf<typeof ShareUpdateRecord> {}
