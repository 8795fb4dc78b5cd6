/** The whole state of a share partition, in __share_group_state (KIP-932). */

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

export const ShareSnapshotRecord = defineRecord({
  type: 0,
  name: 'ShareSnapshot',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }), topicId: uuid({ entity: 'topicId' }), partition: int32() },
  value: {
    snapshotEpoch: int32(),
    stateEpoch: int32(),
    leaderEpoch: int32(),
    startOffset: int64(),
    deliveryCompleteCount: int32({ tagged: '0+', tag: 0, default: -1 }),
    createTimestamp: int64(),
    writeTimestamp: int64(),
    stateBatches: array({ firstOffset: int64(), lastOffset: int64(), deliveryState: int8(), deliveryCount: int16() }),
  },
})

export interface ShareSnapshotKey extends RecordKeyOf<typeof ShareSnapshotRecord> {}
export interface ShareSnapshotValue extends RecordValueOf<typeof ShareSnapshotRecord> {}
