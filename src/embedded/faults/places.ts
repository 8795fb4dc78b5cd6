/**
 * Where in a reply an error stands. Most APIs have one place for errors; some tell what concerns the whole above, and what
 * concerns a topic, a partition or a member beside it, and clients look for an error only where Kafka tells it.
 */
import type { Body, Handler } from '../../call/handler'
import { refuseAll } from '../../call/stage'
import type { Call } from '../../call/call'
import type { ErrorName } from '../../protocol/errors'
import type { About, Entries } from './fault-parts'

/** Of APIs that have a place for errors of the whole too: what stands further inside. */
const inside: { readonly [api: string]: readonly ErrorName[] } = {
  AlterPartitionReassignments: [
    'INVALID_REPLICA_ASSIGNMENT',
    'NO_REASSIGNMENT_IN_PROGRESS',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'INVALID_TOPIC_EXCEPTION',
  ],
  ElectLeaders: [
    'ELECTION_NOT_NEEDED',
    'ELIGIBLE_LEADERS_NOT_AVAILABLE',
    'PREFERRED_LEADER_NOT_AVAILABLE',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'INVALID_TOPIC_EXCEPTION',
  ],
  LeaveGroup: ['UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID'],
  OffsetDelete: ['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED', 'GROUP_SUBSCRIBED_TO_TOPIC'],
  OffsetFetch: [
    'UNSTABLE_OFFSET_COMMIT',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'UNKNOWN_TOPIC_ID',
    'TOPIC_AUTHORIZATION_FAILED',
  ],
}

/** Of APIs whose errors nearly all stand further inside: those of the whole. */
const outside: { readonly [api: string]: readonly ErrorName[] } = {
  Fetch: ['FETCH_SESSION_ID_NOT_FOUND', 'INVALID_FETCH_SESSION_EPOCH', 'FETCH_SESSION_TOPIC_ID_ERROR'],
  Metadata: ['REBOOTSTRAP_REQUIRED'],
}

/** What a topic that is there has no error of its own for: each of its partitions tells it. */
const ofPartitions: readonly ErrorName[] = ['LEADER_NOT_AVAILABLE', 'LISTENER_NOT_FOUND']

export type Place = 'whole' | 'inside' | 'partitions'

export function placeOf(api: string, error: ErrorName): Place | null {
  if (api in outside) {
    if (outside[api]!.includes(error)) return 'whole'
    return api === 'Metadata' && ofPartitions.includes(error) ? 'partitions' : 'inside'
  }
  if (api in inside) return inside[api]!.includes(error) ? 'inside' : 'whole'
  return api === 'DescribeTopicPartitions' && ofPartitions.includes(error) ? 'partitions' : null
}

/** Entries of a handler, and of one whose requests have them in some versions only. */
export function entriesOf(handler: Handler<never>, call: Call, request: Body): Entries | undefined {
  if (handler.api.name !== 'OffsetFetch' || call.version < firstOfManyGroups) return handler.entries
  const refuse = (group: Body, errorCode: number): Body =>
    refuseAll(handler, call, { ...request, groups: [group] }, errorCode, null).groups[0]
  return { request: 'groups', response: 'groups', refuse }
}

const firstOfManyGroups = 8
const firstOfManyMembers = 3

/** The refusal of a request whose error stands with each thing that was asked about; null for an API that has no other form. */
export function refusedInside(handler: Handler<never>, call: Call, request: Body, errorCode: number): Body {
  const whole = (): Body => refuseAll(handler, call, request, errorCode, null)
  switch (handler.api.name) {
    case 'LeaveGroup': {
      if (call.version < firstOfManyMembers) return whole()
      const { members } = request
      return {
        errorCode: 0,
        members: members.map(({ memberId, groupInstanceId }: Body) => ({ memberId, groupInstanceId, errorCode })),
      }
    }
    case 'AlterPartitionReassignments':
    case 'ElectLeaders':
      return { ...whole(), errorCode: 0 }
    default:
      return null
  }
}

/** Partitions that an answer of OffsetFetch is about, as if nothing were known of them. */
export function withoutOffsets(reply: Body, groups: readonly string[] | null, about: About, errorCode: number): Body {
  const ofTopic = (topic: Body): Body => ({
    ...topic,
    partitions: topic.partitions.map((one: Body) =>
      about.partition === null || about.partition === one.partitionIndex
        ? { ...one, committedOffset: -1n, committedLeaderEpoch: -1, metadata: '', errorCode }
        : one,
    ),
  })
  const ofTopics = (topics: readonly Body[]): Body[] =>
    topics.map(topic => (isMeant(topic, about) ? ofTopic(topic) : topic))
  return {
    ...reply,
    topics: ofTopics(reply.topics),
    groups: reply.groups.map((group: Body) =>
      groups === null || groups.includes(group.groupId) ? { ...group, topics: ofTopics(group.topics) } : group,
    ),
  }
}

/** Topics of which no partition can be led. One that has none, as it is not there, tells the error itself. */
export function withoutLeaders(reply: Body, about: About, errorCode: number): Body {
  const leaderless = (one: Body): Body =>
    about.partition === null || about.partition === one.partitionIndex ? { ...one, errorCode, leaderId: -1 } : one
  return {
    ...reply,
    topics: reply.topics.map((topic: Body) => {
      if (!isMeant(topic, about)) return topic
      if (topic.partitions.length === 0) return { ...topic, errorCode }
      return { ...topic, partitions: topic.partitions.map(leaderless) }
    }),
  }
}

const isMeant = ({ name, topicId }: Body, { names }: About): boolean =>
  names === null || names.includes(name) || names.includes(topicId)
