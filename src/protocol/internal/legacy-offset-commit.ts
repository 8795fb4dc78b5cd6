/** A committed offset under its oldest key; read and never written. */

import { defineRecord, int32, int64, string, type RecordKeyOf, type RecordValueOf } from '../schema'

export const LegacyOffsetCommitRecord = defineRecord({
  type: 0,
  name: 'LegacyOffsetCommit',
  versions: '0',
  flexible: 'none',
  key: { group: string(), topic: string(), partition: int32() },
  value: { offset: int64({ exact: true }), metadata: string(), commitTimestamp: int64() },
})

export interface LegacyOffsetCommitKey extends RecordKeyOf<typeof LegacyOffsetCommitRecord> {}
export interface LegacyOffsetCommitValue extends RecordValueOf<typeof LegacyOffsetCommitRecord> {}
