/** DeleteRecords (21) raises the log start offset of partitions (KIP-107). v1 changed throttling only; v2 is flexible. */
import { outcomeOf, Refusal } from '../../protocol/errors'
import { DeleteRecords } from '../../protocol/messages/delete-records'
import { defineHandler } from '../broker'

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
    return {
      topics: await Promise.all(
        topics.map(async ({ name, partitions }) => ({
          name,
          partitions: await Promise.all(
            partitions.map(async ({ partitionIndex, offset }) => {
              const { errorCode, value: lowWatermark } = await outcomeOf(() => remove(name, partitionIndex, offset), -1)
              return { partitionIndex, lowWatermark, errorCode }
            }),
          ),
        })),
      ),
    }
  },
})
