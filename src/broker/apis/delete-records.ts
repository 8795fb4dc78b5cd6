/** DeleteRecords (21) raises the log start offset of partitions (KIP-107). v1 changed throttling only; v2 is flexible. */
import { outcomeOf, Refusal } from '../../protocol/errors'
import { DeleteRecords } from '../../protocol/messages/delete-records'
import type { ResponseDraft } from '../../protocol/schema'
import { defineHandler } from '../broker'
import { ByTopic, lastOfEach } from '../topics'

type Answer = ResponseDraft<typeof DeleteRecords>['topics'][number]['partitions'][number]

export const deleteRecords = defineHandler({
  api: DeleteRecords,
  serves: '0-2',
  access: [{ each: 'topic', may: 'DELETE', named: topic => topic.name }],
  entries: {
    request: 'topics',
    response: 'topics',
    refuse: ({ name, partitions }, errorCode) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, lowWatermark: -1, errorCode })),
    }),
  },

  async handle(broker, _call, { topics }) {
    const remove = async (topic: string, index: number, offset: number): Promise<number> => {
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
