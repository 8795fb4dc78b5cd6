/** DescribeTopicPartitions (75): topics page by page, with the eligible leader replicas of KIP-966. */
import type { Call } from '../../call/call'
import type { TopicImage } from '../../metadata/image/image'
import { topicNameProblem } from '../../metadata/topic-names'
import { errors, Refusal } from '../../protocol/errors'
import {
  DescribeTopicPartitions,
  type DescribeTopicPartitionsReply,
  type DescribeTopicPartitionsRequest,
} from '../../protocol/messages/describe-topic-partitions'
import { notTold, operationsOn } from '../authorized-operations'
import { type Broker, defineHandler } from '../broker'
import { describedPartition } from '../described-partitions'
import { zeroTopicId } from '../topics'

type ToldTopic = DescribeTopicPartitionsReply['topics'][number]

export const describeTopicPartitions = defineHandler({
  api: DescribeTopicPartitions,
  serves: '0',
  access: [{ own: 'topic', may: 'DESCRIBE' }],
  entries: {
    request: 'topics',
    response: 'topics',
    refuse: ({ name }, errorCode) => refused(name, errorCode),
  },
  refuseAll: ({ topics }, errorCode) => ({
    topics: topics.map(({ name }) => refused(name, errorCode)),
    nextCursor: null,
  }),

  async handle(broker, call, request) {
    await broker.metadata.settling
    const { cursor } = request
    const mayDescribe = (name: string) => broker.access.isAllowed(call, 'DESCRIBE', 'topic', name)
    const asked = wantedNames(broker, request)
    const allowed = new Set(asked.filter(mayDescribe))
    const names = [...allowed]
    const denied = request.topics.length === 0 ? [] : asked.filter(name => !allowed.has(name)).map(deniedTopic)
    const most = broker.configs.broker().maxRequestPartitionSizeLimit
    let left = Math.max(1, Math.min(most, request.responsePartitionLimit))
    const topics: ToldTopic[] = []
    for (const name of names) {
      if (left === 0) return { topics: [...topics, ...denied], nextCursor: { topicName: name, partitionIndex: 0 } }
      const topic = broker.image().topic(name)
      if (!topic) {
        const error =
          topicNameProblem(name) === null ? errors.UNKNOWN_TOPIC_OR_PARTITION : errors.INVALID_TOPIC_EXCEPTION
        topics.push({
          ...refused(name, error.code),
          topicAuthorizedOperations: operationsOn(broker, call, 'topic', name),
        })
        continue
      }
      const from = cursor?.topicName === name ? cursor.partitionIndex : 0
      const page = topic.partitions.slice(from, from + left)
      topics.push(told(broker, call, topic, page))
      left -= page.length
      const next = from + page.length
      if (next < topic.partitions.length) {
        return { topics: [...topics, ...denied], nextCursor: { topicName: name, partitionIndex: next } }
      }
    }
    return { topics: [...topics, ...denied], nextCursor: null }
  },
})

/**
 * Names in their order, from the cursor on. Throws Refusal when the cursor stands on nothing that was asked for. A
 * request for the empty name without a cursor is one that Kafka stumbles over as well.
 */
function wantedNames(broker: Broker, { topics, cursor }: DescribeTopicPartitionsRequest): string[] {
  if (cursor && cursor.partitionIndex < 0) throw new Refusal('INVALID_REQUEST')
  const all = topics.length === 0
  const names = all
    ? Array.from(broker.image().topics(), topic => topic.name)
    : [...new Set(topics.map(({ name }) => name))].sort()
  if (!cursor) {
    if (names[0] === '') throw new Refusal('UNKNOWN_SERVER_ERROR')
    return names
  }
  const rest = names.filter(name => name >= cursor.topicName)
  if (!all && rest[0] !== cursor.topicName) throw new Refusal('INVALID_REQUEST')
  return rest
}

function told(broker: Broker, call: Call, topic: TopicImage, partitions: TopicImage['partitions']): ToldTopic {
  return {
    errorCode: errors.NONE.code,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions: partitions.map(partition => ({
      ...describedPartition(broker, topic, partition),
      // Only Metadata says so for a partition without a leader.
      errorCode: 0,
      eligibleLeaderReplicas: partition.eligible ?? [],
      lastKnownElr: partition.lastLeader === undefined ? [] : [partition.lastLeader],
    })),
    topicAuthorizedOperations: operationsOn(broker, call, 'topic', topic.name),
  }
}

const deniedTopic = (name: string): ToldTopic => refused(name, errors.TOPIC_AUTHORIZATION_FAILED.code)

function refused(name: string, errorCode: number): ToldTopic {
  return {
    errorCode,
    name,
    topicId: zeroTopicId,
    isInternal: false,
    partitions: [],
    topicAuthorizedOperations: notTold,
  }
}
