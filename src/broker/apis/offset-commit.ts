/**
 * OffsetCommit (8): a group commits how far it has read. v1: of a member and its generation; v2 to v4: with a retention of
 * its own; v6: leader epoch (KIP-320); v7: static members (KIP-345); v8: flexible; v9: GROUP_ID_NOT_FOUND (KIP-848);
 * v10: topics by id.
 */
import type { CommitTopic, CommittedTopic } from '../../coordinator/group/offsets/commit'
import { errors, Refusal } from '../../protocol/errors'
import { OffsetCommit, type OffsetCommitRequest } from '../../protocol/messages/offset-commit'
import { type Broker, defineHandler } from '../broker'
import { resolveTopic } from '../topics'

type AskedTopic = OffsetCommitRequest['topics'][number]

const namesTopicsById = (version: number): boolean => version >= 10

const answerAll = ({ name, topicId, partitions }: AskedTopic | CommitTopic, errorCode: number): CommittedTopic => ({
  name,
  topicId,
  partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
})

export const offsetCommit = defineHandler({
  api: OffsetCommit,
  serves: '0-10',
  access: [
    { one: 'group', may: 'READ', named: request => request.groupId },
    { each: 'topic', may: 'READ', named: topic => topic.name },
  ],
  entries: { request: 'topics', response: 'topics', refuse: answerAll },

  async handle(broker, call, request) {
    const { refused, valid } = sort(broker, request, namesTopicsById(call.version))
    if (valid.length === 0) return { topics: refused }
    return { topics: merge(refused, await commit(broker, call.version, request, valid)) }
  },
})

/** What the coordinator refuses is the group's fault, and is said of what could have been committed. */
async function commit(
  broker: Broker,
  version: number,
  request: OffsetCommitRequest,
  topics: readonly CommitTopic[],
): Promise<readonly CommittedTopic[]> {
  try {
    return await broker.groups.commit({
      groupId: request.groupId,
      memberId: request.memberId,
      groupInstanceId: request.groupInstanceId,
      generation: request.generationIdOrMemberEpoch,
      retentionTimeMs: request.retentionTimeMs,
      version,
      topics,
    })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return topics.map(topic => answerAll(topic, error.code))
  }
}

/** What can be committed, and what is refused because there is no such topic or partition. */
function sort(
  broker: Broker,
  request: OffsetCommitRequest,
  byId: boolean,
): { readonly refused: CommittedTopic[]; readonly valid: CommitTopic[] } {
  const image = broker.image()
  let refused: CommittedTopic[] = []
  const valid: CommitTopic[] = []
  for (const asked of request.topics) {
    const { name, topicId, unknown } = resolveTopic(image, asked, byId)
    if (unknown) {
      refused = merge(refused, [answerAll(asked, errors.UNKNOWN_TOPIC_ID.code)])
      continue
    }
    const count = image.topic(name)?.partitions.length ?? 0
    const isThere = (index: number): boolean => index >= 0 && index < count
    const missing = asked.partitions.filter(({ partitionIndex }) => !isThere(partitionIndex))
    const present = asked.partitions.filter(({ partitionIndex }) => isThere(partitionIndex))
    if (missing.length > 0 || count === 0) {
      const answered = { ...asked, name, topicId, partitions: missing }
      refused = merge(refused, [answerAll(answered, errors.UNKNOWN_TOPIC_OR_PARTITION.code)])
    }
    if (present.length > 0) valid.push({ name, topicId, partitions: present })
  }
  return { refused, valid }
}

/** Answers of the same topic are put together under the first of them. */
function merge(first: readonly CommittedTopic[], then: readonly CommittedTopic[]): CommittedTopic[] {
  if (first.length === 0) return [...then]
  const merged = [...first]
  for (const topic of then) {
    const at = merged.findIndex(({ name, topicId }) =>
      topic.name === '' ? topicId === topic.topicId : name === topic.name,
    )
    const known = merged[at]
    if (known) merged[at] = { ...known, partitions: [...known.partitions, ...topic.partitions] }
    else merged.push(topic)
  }
  return merged
}
