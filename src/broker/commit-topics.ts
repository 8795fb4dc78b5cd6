/** Which of the offsets that a request brings can be committed, and the answers for the rest. */
import type { CommitTopic, CommittedTopic } from '../coordinator/group/offsets/commit'
import type { Call } from '../call/call'
import { errors } from '../protocol/errors'
import type { Broker } from './broker'
import { resolveTopic } from './topics'

interface AskedTopic {
  readonly name: string
  readonly topicId: string
  readonly partitions: readonly Omit<CommitTopic['partitions'][number], 'commitTimestamp'>[]
}

export const answerAll = (
  { name, topicId, partitions }: AskedTopic | CommitTopic,
  errorCode: number,
): CommittedTopic => ({
  name,
  topicId,
  partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
})

/** What can be committed, and what is refused because the caller may not, or there is no such topic or partition. */
export function sortCommits<T extends AskedTopic>(
  broker: Broker,
  call: Call,
  topics: readonly T[],
  byId: boolean,
): {
  readonly refused: CommittedTopic[]
  readonly valid: (Omit<T, 'name' | 'topicId'> & Pick<CommitTopic, 'name' | 'topicId'>)[]
} {
  const image = broker.image()
  let refused: CommittedTopic[] = []
  const valid = []
  for (const asked of topics) {
    const { name, topicId, unknown } = resolveTopic(image, asked, byId)
    if (unknown) {
      refused = mergeCommitted(refused, [answerAll(asked, errors.UNKNOWN_TOPIC_ID.code)])
      continue
    }
    if (!broker.access.isAllowed(call, 'READ', 'topic', name)) {
      const answered = answerAll({ ...asked, name, topicId }, errors.TOPIC_AUTHORIZATION_FAILED.code)
      refused = mergeCommitted(refused, [answered])
      continue
    }
    const count = image.topic(name)?.partitions.length ?? 0
    const isThere = (index: number): boolean => index >= 0 && index < count
    const missing = asked.partitions.filter(({ partitionIndex }) => !isThere(partitionIndex))
    const present = asked.partitions.filter(({ partitionIndex }) => isThere(partitionIndex))
    if (missing.length > 0 || count === 0) {
      const answered = { ...asked, name, topicId, partitions: missing }
      refused = mergeCommitted(refused, [answerAll(answered, errors.UNKNOWN_TOPIC_OR_PARTITION.code)])
    }
    if (present.length > 0) valid.push({ ...asked, name, topicId, partitions: present })
  }
  return { refused, valid }
}

/** Answers of the same topic are put together under the first of them. */
export function mergeCommitted(first: readonly CommittedTopic[], then: readonly CommittedTopic[]): CommittedTopic[] {
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
