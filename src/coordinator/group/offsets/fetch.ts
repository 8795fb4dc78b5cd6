/** OffsetFetch: what a group has committed. Never an error of the group: one that is not there has committed nothing. */
import { errors } from '../../../protocol/errors'
import type { GroupMachine } from '../machine'
import type { CommittedOffset } from './offsets'

export interface FetchedPartition {
  readonly partitionIndex: number
  /** -1n when nothing is committed. */
  readonly committedOffset: bigint
  readonly committedLeaderEpoch: number
  readonly metadata: string
  readonly errorCode: number
}

export interface FetchedTopic {
  readonly name: string
  readonly topicId: string
  readonly partitions: readonly FetchedPartition[]
}

export interface WantedTopic {
  readonly name: string
  /** Zeroes when the topic was asked for by name. */
  readonly topicId: string
  readonly partitionIndexes: readonly number[]
}

export const noTopicId = '0'.repeat(32)

/** `requireStable` refuses an offset that an open transaction may still change (KIP-447). */
export function fetchOffsets(
  machine: GroupMachine,
  groupId: string,
  topics: readonly WantedTopic[],
  requireStable: boolean,
): FetchedTopic[] {
  return topics.map(({ name, topicId, partitionIndexes }) => ({
    name,
    topicId,
    partitions: partitionIndexes.map(partition => {
      if (requireStable && machine.offsets.isPending(groupId, name, partition)) return unstable(partition)
      const committed = machine.offsets.get(groupId, name, partition)
      return committed && isOf(committed, topicId)
        ? fetched(partition, committed)
        : nothing(partition, errors.NONE.code)
    }),
  }))
}

export function fetchAllOffsets(machine: GroupMachine, groupId: string, requireStable: boolean): FetchedTopic[] {
  return [...(machine.offsets.of(groupId) ?? [])].map(([name, partitions]) => ({
    name,
    topicId: noTopicId,
    partitions: [...partitions].map(([partition, committed]) =>
      requireStable && machine.offsets.isPending(groupId, name, partition)
        ? unstable(partition)
        : fetched(partition, committed),
    ),
  }))
}

/** Not when both sides know an id and it is another: that was a topic of the same name. */
function isOf(committed: CommittedOffset, topicId: string): boolean {
  return committed.topicId === topicId || committed.topicId === noTopicId || topicId === noTopicId
}

function fetched(partitionIndex: number, { offset, leaderEpoch, metadata }: CommittedOffset): FetchedPartition {
  return { partitionIndex, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata, errorCode: 0 }
}

export function nothing(partitionIndex: number, errorCode: number): FetchedPartition {
  return { partitionIndex, committedOffset: -1n, committedLeaderEpoch: -1, metadata: '', errorCode }
}

const unstable = (partition: number): FetchedPartition => nothing(partition, errors.UNSTABLE_OFFSET_COMMIT.code)
