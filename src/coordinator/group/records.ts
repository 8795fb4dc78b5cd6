/** What the machine of groups remembers, as records of `__consumer_offsets`: Kafka's own schemas and versions. */
import type { KeyValue } from '../../machine/record-log'
import { decodeKey, decodeValue, encodeKey, encodeValue, recordTypeOf } from '../../protocol/internal/encoding'
import { GroupMetadataRecord, type GroupMetadataValue } from '../../protocol/internal/group-metadata'
import { LegacyOffsetCommitRecord } from '../../protocol/internal/legacy-offset-commit'
import { OffsetCommitRecord, type OffsetCommitValue } from '../../protocol/internal/offset-commit'

export type GroupRecord =
  /** A classic group as a whole; null removes it. */
  | { readonly kind: 'group'; readonly group: string; readonly value: GroupMetadataValue | null }
  /** An offset that a group committed; null forgets it. */
  | {
      readonly kind: 'offset'
      readonly group: string
      readonly topic: string
      readonly partition: number
      readonly value: OffsetCommitValue | null
    }

/** What 4.4 writes: version 3 of GroupMetadata; of OffsetCommit version 4 with a topic id, or 1 to carry an expiry. */
const groupValueVersion = 3
const offsetValueVersion = 4
const expiringOffsetValueVersion = 1

const noTopicId = '0'.repeat(32)

export function encodeGroupRecord(record: GroupRecord): KeyValue {
  if (record.kind === 'group') {
    return {
      key: encodeKey(GroupMetadataRecord, { group: record.group }),
      value: record.value && encodeValue(GroupMetadataRecord, groupValueVersion, record.value),
    }
  }
  const { group, topic, partition, value } = record
  const expires = value !== null && value.expireTimestamp !== -1
  const version = expires ? expiringOffsetValueVersion : offsetValueVersion
  return {
    key: encodeKey(OffsetCommitRecord, { group, topic, partition }),
    value: value && encodeValue(OffsetCommitRecord, version, value),
  }
}

/** Null for records of other kinds of groups, and for those that a newer Kafka may have left. */
export function decodeGroupRecord(key: Buffer, value: Buffer | null): GroupRecord | null {
  switch (recordTypeOf(key)) {
    case LegacyOffsetCommitRecord.type: {
      const { group, topic, partition } = decodeKey(LegacyOffsetCommitRecord, key)
      const legacy = value && decodeValue(LegacyOffsetCommitRecord, value)
      const current = legacy && { ...legacy, leaderEpoch: -1, expireTimestamp: -1, topicId: noTopicId }
      return { kind: 'offset', group, topic, partition, value: current }
    }
    case OffsetCommitRecord.type: {
      const { group, topic, partition } = decodeKey(OffsetCommitRecord, key)
      return { kind: 'offset', group, topic, partition, value: value && decodeValue(OffsetCommitRecord, value) }
    }
    case GroupMetadataRecord.type: {
      const { group } = decodeKey(GroupMetadataRecord, key)
      return { kind: 'group', group, value: value && detached(decodeValue(GroupMetadataRecord, value)) }
    }
    default:
      return null
  }
}

/** What was read may be a view of much more; a kept slice would keep all of it in memory. */
function detached(value: GroupMetadataValue): GroupMetadataValue {
  return {
    ...value,
    members: value.members.map(member => ({
      ...member,
      subscription: Buffer.from(member.subscription),
      assignment: Buffer.from(member.assignment),
    })),
  }
}
