/**
 * OffsetCommit (8): a group commits how far it has read. v1: of a member and its generation; v2 to v4: with a retention of
 * its own; v6: leader epoch (KIP-320); v7: static members (KIP-345); v8: flexible; v9: GROUP_ID_NOT_FOUND (KIP-848);
 * v10: topics by id.
 */
import type { CommitTopic, CommittedTopic } from '../../coordinator/group/offsets/commit'
import { Refusal } from '../../protocol/errors'
import { OffsetCommit, type OffsetCommitRequest } from '../../protocol/messages/offset-commit'
import { type Broker, defineHandler } from '../broker'
import { answerAll, mergeCommitted, sortCommits } from '../commit-topics'

const namesTopicsById = (version: number): boolean => version >= 10

export const offsetCommit = defineHandler({
  api: OffsetCommit,
  serves: '0-10',
  access: [
    { one: 'group', may: 'READ', named: request => request.groupId },
    { own: 'topic', may: 'READ' },
  ],
  entries: { request: 'topics', response: 'topics', refuse: answerAll },

  async handle(broker, call, request) {
    const { refused, valid } = sortCommits(broker, call, request.topics, namesTopicsById(call.version))
    if (valid.length === 0) return { topics: refused }
    return { topics: mergeCommitted(refused, await commit(broker, call.version, request, valid)) }
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
