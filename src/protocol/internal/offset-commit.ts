/** A committed offset of a group for a partition, in __consumer_offsets. */

import { defineRecord, int32, int64, string, uuid, type RecordKeyOf, type RecordValueOf } from '../schema'

export const OffsetCommitRecord = defineRecord({
  type: 1,
  name: 'OffsetCommit',
  versions: '0-4',
  flexible: '4+',
  key: { group: string(), topic: string(), partition: int32() },
  value: {
    offset: int64({ exact: true }),
    leaderEpoch: int32({ versions: '3+', default: -1, ignorable: true }),
    metadata: string(),
    commitTimestamp: int64(),
    expireTimestamp: int64({ versions: '1', default: -1, ignorable: true }),
    topicId: uuid({ versions: '4+', tagged: '4+', tag: 0, ignorable: true }),
  },
})

export interface OffsetCommitKey extends RecordKeyOf<typeof OffsetCommitRecord> {}
export interface OffsetCommitValue extends RecordValueOf<typeof OffsetCommitRecord> {}
