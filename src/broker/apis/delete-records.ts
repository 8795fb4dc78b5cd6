/** DeleteRecords (21) raises the log start offset of partitions (KIP-107). v1 changed throttling only; v2 is flexible. */
import { outcomeOf, Refusal } from '../../protocol/errors'
import { DeleteRecords } from '../../protocol/messages/delete-records'
import type { ResponseDraft } from '../../protocol/schema'
import { denials } from '../../security/access-control'
import { defineHandler } from '../broker'
import { ByTopic, lastOfEach } from '../topics'

type Answer = ResponseDraft<typeof DeleteRecords>['topics'][number]['partitions'][number]

export const deleteRecords = defineHandler({
  api: DeleteRecords,
  serves: '0-2',
  access: [{ own: 'topic', may: 'DELETE' }],
  entries: {
    request: 'topics',
    response: 'topics',
    refuse: ({ name, partitions }, errorCode) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, lowWatermark: -1, errorCode })),
    }),
  },

  async handle(broker, call, { topics }) {
    // Each name is asked about once, and partitions are answered as others are, since they may stand there twice or not at all.
    const names = new Set(topics.map(({ name }) => name))
    const allowed = new Set([...names].filter(name => broker.access.isAllowed(call, 'DELETE', 'topic', name)))
    const remove = async (topic: string, index: number, offset: number): Promise<number> => {
      if (!allowed.has(topic)) throw new Refusal(denials.topic)
      const partition = broker.partitions.led(topic, index)
      if (broker.image().topic(topic)?.internal) throw new Refusal('INVALID_TOPIC_EXCEPTION')
      return partition.deleteRecords(offset)
    }
    const replies = new ByTopic<Answer>()
    const asked = lastOfEach(
      topics,
      ({ partitions }) => partitions,
      ({ partitionIndex }) => partitionIndex,
    )
    const removals = asked.map(async ({ topic: { name }, asked: { offset }, index }) => {
      const { errorCode, value: lowWatermark } = await outcomeOf(() => remove(name, index, offset), -1)
      return { name, answer: { partitionIndex: index, lowWatermark, errorCode } }
    })
    for (const { name, answer } of await Promise.all(removals)) replies.set(name, '', answer.partitionIndex, answer)
    return { topics: replies.topics((name, _topicId, partitions) => ({ name, partitions })) }
  },
})
