/** OffsetCommit: by a member for its generation, or by anybody for a group that has no members. */
import { errors, Refusal } from '../../../protocol/errors'
import type { ClassicGroup } from '../classic/group'
import { keepAlive } from '../classic/session'
import { validateMember } from '../classic/validate'
import { fits } from '../fit'
import type { GroupRecord } from '../records'
import type { GroupTurn } from '../world'

export interface CommitAsk {
  readonly groupId: string
  /** Empty, with a generation below 0, for consumers that assign partitions to themselves. */
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly generation: number
  /** How long the client wants it kept (versions 2 to 4); -1 leaves it to the broker. */
  readonly retentionTimeMs: number
  readonly version: number
  readonly topics: readonly CommitTopic[]
}

export interface CommitTopic {
  readonly name: string
  /** 32 hex digits. */
  readonly topicId: string
  readonly partitions: readonly {
    readonly partitionIndex: number
    readonly committedOffset: bigint
    readonly committedLeaderEpoch: number
    readonly committedMetadata: string | null
    /** When the client says it was (version 1); -1 for now. */
    readonly commitTimestamp: number
  }[]
}

export interface CommittedTopic {
  readonly name: string
  readonly topicId: string
  readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[]
}

/** Throws the Refusal of the whole request: of its group, its member, its generation. */
export function decideCommit(at: GroupTurn, ask: CommitAsk): CommittedTopic[] {
  const group = groupFor(at, ask)
  checkCommit(group, ask)
  const member = group.members.get(ask.memberId)
  if (member && group.state !== 'Empty') keepAlive(at, group, member)
  return commitAll(at, ask)
}

/** All of what may be written, or nothing where that is more than fits. Throws UNKNOWN_SERVER_ERROR, as Kafka answers then. */
function commitAll(at: GroupTurn, ask: CommitAsk): CommittedTopic[] {
  const records: GroupRecord[] = []
  const committed = ask.topics.map(topic => ({
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitions.map(partition => {
      const record = offsetRecord(at, ask, topic, partition)
      if (record) records.push(record)
      const errorCode = record ? errors.NONE.code : errors.OFFSET_METADATA_TOO_LARGE.code
      return { partitionIndex: partition.partitionIndex, errorCode }
    }),
  }))
  if (mayBeTooMany(at, ask, records) && !fits(at, records)) throw new Refusal('UNKNOWN_SERVER_ERROR')
  for (const record of records) at.turn.record(record)
  return committed
}

/** Spares nearly all commits from being encoded twice. */
function mayBeTooMany(
  { settings }: GroupTurn,
  { groupId, topics }: CommitAsk,
  records: readonly GroupRecord[],
): boolean {
  let nameChars = 0
  for (const { name } of topics) nameChars = Math.max(nameChars, name.length)
  // A character comes to three bytes at most.
  const eachBytes = 128 + 3 * (groupId.length + nameChars + settings.offsetMetadataMaxBytes)
  return records.length * eachBytes + 128 > settings.batchBytesMax
}

/**
 * As `decideCommit`, for offsets that count when a transaction commits (KIP-98, KIP-447). Old producers name neither a
 * member nor a generation, so they may write for any group; and a rebalance does not keep a transaction from its end.
 */
export function decideTransactionalCommit(at: GroupTurn, ask: CommitAsk): CommittedTopic[] {
  const group = groupFor(at, ask)
  const { generation, memberId, groupInstanceId } = ask
  if (generation >= 0 || memberId !== '' || groupInstanceId !== null) {
    const wrong = generation < 0 && group.isEmpty ? null : validateMember(group, memberId, groupInstanceId)
    if (wrong) throw new Refusal(wrong)
    if (generation !== group.generation && !(generation < 0 && group.isEmpty)) throw new Refusal('ILLEGAL_GENERATION')
  }
  return commitAll(at, ask)
}

function groupFor(at: GroupTurn, ask: CommitAsk): ClassicGroup {
  const group = at.machine.classic(ask.groupId)
  if (group) return group
  if (ask.generation < 0) return at.machine.createClassic(ask.groupId, at.turn.nowMs)
  throw new Refusal(ask.version >= 9 ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION')
}

function checkCommit(group: ClassicGroup, ask: CommitAsk): void {
  if (ask.generation < 0 && group.isEmpty) return
  if (ask.generation < 0 && ask.memberId === '' && ask.groupInstanceId === null) {
    // Whoever assigns partitions to itself must not write over the offsets of members.
    throw new Refusal('UNKNOWN_MEMBER_ID')
  }
  const wrong = validateMember(group, ask.memberId, ask.groupInstanceId)
  if (wrong) throw new Refusal(wrong)
  if (ask.generation !== group.generation) throw new Refusal('ILLEGAL_GENERATION')
  if (group.state === 'CompletingRebalance') throw new Refusal('REBALANCE_IN_PROGRESS')
}

/** Null where the client has too much to say of it. */
function offsetRecord(
  at: GroupTurn,
  ask: CommitAsk,
  topic: CommitTopic,
  partition: CommitTopic['partitions'][number],
): GroupRecord | null {
  const metadata = partition.committedMetadata ?? ''
  if (metadata.length > at.settings.offsetMetadataMaxBytes) return null
  return {
    kind: 'offset',
    group: ask.groupId,
    topic: topic.name,
    partition: partition.partitionIndex,
    value: {
      offset: partition.committedOffset,
      leaderEpoch: partition.committedLeaderEpoch,
      metadata,
      commitTimestamp: partition.commitTimestamp === -1 ? at.turn.nowMs : partition.commitTimestamp,
      expireTimestamp: ask.retentionTimeMs === -1 ? -1 : at.turn.nowMs + ask.retentionTimeMs,
      topicId: topic.topicId,
    },
  }
}
