/** OffsetDelete (47) forgets offsets of a group that nobody reads with it (KIP-496). Never flexible. */
import type { DeletedTopic } from '../../coordinator/group/offsets/forget'
import { errors } from '../../protocol/errors'
import { OffsetDelete } from '../../protocol/messages/offset-delete'
import { defineHandler } from '../broker'

export const offsetDelete = defineHandler({
  api: OffsetDelete,
  serves: '0',
  access: [
    { one: 'group', may: 'DELETE', named: request => request.groupId },
    { each: 'topic', may: 'READ', named: topic => topic.name },
  ],
  entries: {
    request: 'topics',
    response: 'topics',
    refuse: ({ name, partitions }, errorCode) => answer(name, partitions, errorCode),
  },
  refuseAll: (_request, errorCode) => ({ errorCode, topics: [] }),

  async handle(broker, _call, { groupId, topics }) {
    const image = broker.image()
    let refused: DeletedTopic[] = []
    const valid: { name: string; partitions: { partitionIndex: number }[] }[] = []
    for (const { name, partitions } of topics) {
      const count = image.topic(name)?.partitions.length ?? 0
      const isThere = ({ partitionIndex }: { partitionIndex: number }): boolean =>
        partitionIndex >= 0 && partitionIndex < count
      const missing = partitions.filter(partition => !isThere(partition))
      const present = partitions.filter(isThere)
      if (missing.length > 0 || count === 0) {
        refused = merge(refused, [answer(name, missing, errors.UNKNOWN_TOPIC_OR_PARTITION.code)])
      }
      if (present.length > 0) valid.push({ name, partitions: present })
    }
    // The group is looked at in any case: that it is not there says more than that a topic is not.
    const deleted = await broker.groups.deleteOffsets(groupId, valid)
    return { errorCode: 0, topics: merge(refused, deleted) }
  },
})

function answer(name: string, partitions: readonly { partitionIndex: number }[], errorCode: number): DeletedTopic {
  return { name, partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })) }
}

/** Answers of the same topic are put together under the first of them. */
function merge(first: readonly DeletedTopic[], then: readonly DeletedTopic[]): DeletedTopic[] {
  if (first.length === 0) return [...then]
  const merged = [...first]
  for (const topic of then) {
    const at = merged.findIndex(({ name }) => name === topic.name)
    const known = merged[at]
    if (known) merged[at] = { ...known, partitions: [...known.partitions, ...topic.partitions] }
    else merged.push(topic)
  }
  return merged
}
