/** Committed offsets that go: by OffsetDelete, with their topic, or because they are old. */
import { errors, Refusal } from '../../../protocol/errors'
import type { ClassicGroup } from '../classic/group'
import { arm, type GroupTurn } from '../world'
import { noTopicId } from './fetch'
import type { CommittedOffset } from './offsets'

export interface DeletedTopic {
  readonly name: string
  readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[]
}

interface UnwantedTopic {
  readonly name: string
  readonly partitions: readonly { readonly partitionIndex: number }[]
}

/** OffsetDelete (KIP-496). Throws GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP for members whose subscription cannot be read. */
export function decideDeleteOffsets(at: GroupTurn, groupId: string, topics: readonly UnwantedTopic[]): DeletedTopic[] {
  const group = at.machine.classic(groupId)
  if (!group) throw new Refusal('GROUP_ID_NOT_FOUND', `Group ${groupId} not found.`)
  if (!group.isEmpty && !group.usesConsumerProtocol) throw new Refusal('NON_EMPTY_GROUP')
  return topics.map(({ name, partitions }) => {
    const subscribed = group.isSubscribedTo(name)
    return {
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        if (subscribed) return { partitionIndex, errorCode: errors.GROUP_SUBSCRIBED_TO_TOPIC.code }
        if (isKnown(at, groupId, name, partitionIndex)) forget(at, groupId, name, partitionIndex)
        return { partitionIndex, errorCode: errors.NONE.code }
      }),
    }
  })
}

/** Everything that a group committed or is about to commit. */
export function forgetAllOf(at: GroupTurn, groupId: string): void {
  for (const topics of [at.machine.offsets.of(groupId), at.machine.offsets.pendingOf(groupId)]) {
    for (const [topic, partitions] of topics ?? []) {
      for (const partition of partitions.keys()) forget(at, groupId, topic, partition)
    }
  }
}

/** Topics are gone: so is what was committed for them. `isGone` is asked with the id the offset was committed under. */
export function decideForgetTopics(at: GroupTurn, isGone: (topic: string, topicId: string) => boolean): void {
  const gone: [group: string, topic: string, partition: number][] = []
  const collect = (groups: Iterable<[string, ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>>]>): void => {
    for (const [group, topics] of groups) {
      for (const [topic, partitions] of topics) {
        for (const [partition, { topicId }] of partitions)
          if (isGone(topic, topicId)) gone.push([group, topic, partition])
      }
    }
  }
  collect(at.machine.offsets.all())
  for (const [, groups] of at.machine.offsets.allPending()) collect(groups)
  for (const [group, topic, partition] of gone) {
    if (isKnown(at, group, topic, partition)) forget(at, group, topic, partition)
  }
}

/** Whether an offset was committed to one of these topics, by id or, in old records, by name. */
export function isOneOf(deleted: readonly { readonly id: string; readonly name: string }[]) {
  return (topic: string, topicId: string): boolean =>
    deleted.some(({ id, name }) => name === topic && (topicId === noTopicId || topicId === id))
}

/** The regular look at what is too old: offsets, and groups that have neither members nor offsets. */
export function decideExpire(at: GroupTurn): void {
  for (const group of at.machine.groups()) {
    const expiredAll = expireOffsetsOf(at, group)
    if (expiredAll && group.isEmpty) at.turn.record({ kind: 'group', group: group.id, value: null })
  }
  armExpiry(at)
}

export function armExpiry(at: GroupTurn): void {
  arm(at, { kind: 'expire-offsets' }, at.settings.retentionCheckIntervalMs)
}

/** True when the group has no offset left, settled or pending. */
function expireOffsetsOf(at: GroupTurn, group: ClassicGroup): boolean {
  const { offsets } = at.machine
  const topics = offsets.of(group.id)
  if (topics) {
    const since = expiryBase(group)
    if (!since) return false
    for (const [topic, partitions] of topics) {
      if (group.isSubscribedTo(topic)) continue
      for (const [partition, committed] of partitions) {
        if (!isExpired(at, committed, since)) continue
        if (!offsets.isPending(group.id, topic, partition)) forget(at, group.id, topic, partition)
      }
    }
  }
  return offsets.of(group.id) === null && offsets.pendingOf(group.id) === null
}

/**
 * From when an offset of the group ages (KIP-211): from its commit where nobody is subscribed to its topic; for a group
 * without members from the moment the last one left. Null while the group may still need all of them.
 */
function expiryBase(group: ClassicGroup): ((committed: CommittedOffset) => number) | null {
  const sinceCommit = (committed: CommittedOffset): number => committed.commitTimestampMs
  if (group.protocolType === null) return sinceCommit
  if (group.isEmpty) return committed => group.stateSinceMs ?? committed.commitTimestampMs
  return group.usesConsumerProtocol && group.subscribed && group.state === 'Stable' ? sinceCommit : null
}

function isExpired(at: GroupTurn, committed: CommittedOffset, since: (committed: CommittedOffset) => number): boolean {
  if (committed.expireTimestampMs !== -1) return at.turn.nowMs >= committed.expireTimestampMs
  return at.turn.nowMs - since(committed) >= at.settings.offsetsRetentionMs
}

function isKnown(at: GroupTurn, group: string, topic: string, partition: number): boolean {
  const { offsets } = at.machine
  return offsets.get(group, topic, partition) !== null || offsets.isPending(group, topic, partition)
}

function forget(at: GroupTurn, group: string, topic: string, partition: number): void {
  at.turn.record({ kind: 'offset', group, topic, partition, value: null })
}
