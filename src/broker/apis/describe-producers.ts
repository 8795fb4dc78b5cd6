/** DescribeProducers (61): what partitions remember of producers, so that transactions that hang are found (KIP-664). */
import { topicNameProblem } from '../../metadata/topic-names'
import { errors, Refusal } from '../../protocol/errors'
import { DescribeProducers } from '../../protocol/messages/describe-producers'
import { type Broker, defineHandler } from '../broker'

export const describeProducers = defineHandler({
  api: DescribeProducers,
  serves: '0',
  access: [{ each: 'topic', may: 'READ', named: topic => topic.name }],
  entries: {
    request: 'topics',
    response: 'topics',
    refuse: ({ name, partitionIndexes }, errorCode) => ({
      name,
      partitions: partitionIndexes.map(index => refused(index, errorCode, errors.TOPIC_AUTHORIZATION_FAILED.says)),
    }),
  },

  handle: (broker, _call, { topics }) => ({
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map(index => describe(broker, name, index)),
    })),
  }),
})

const refused = (partitionIndex: number, errorCode: number, errorMessage: string | null = null) => ({
  partitionIndex,
  errorCode,
  errorMessage,
  activeProducers: [],
})

function describe(broker: Broker, topic: string, partitionIndex: number) {
  const problem = topicNameProblem(topic)
  if (problem !== null) return refused(partitionIndex, errors.INVALID_TOPIC_EXCEPTION.code, problem)
  try {
    const { producers } = broker.partitions.replica(topic, partitionIndex)
    const activeProducers = Array.from(producers.entries(), entry => ({
      producerId: entry.producerId,
      producerEpoch: entry.epoch,
      lastSequence: entry.batches.at(-1)?.lastSequence ?? -1,
      lastTimestamp: entry.lastTimestampMs,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTxnStartOffset: entry.transactionFirstOffset,
    }))
    return { ...refused(partitionIndex, 0), activeProducers }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    // Kafka says in words that there is no such topic, and nothing of a partition.
    const says = broker.image().topic(topic) ? null : 'This server does not host this topic-partition.'
    return refused(partitionIndex, error.code, says)
  }
}
