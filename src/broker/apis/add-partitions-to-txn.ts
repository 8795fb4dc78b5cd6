/**
 * AddPartitionsToTxn (24) adds partitions to a transaction (KIP-98). v2: PRODUCER_FENCED (KIP-588); v3: flexible; v4: from
 * brokers, many transactions at once, or only the question whether partitions are in them (KIP-890).
 */
import type { Call } from '../../call/call'
import type { PartitionsAsk } from '../../coordinator/transaction/partitions'
import { errors, type ErrorName, Refusal } from '../../protocol/errors'
import { isInternalTopic } from '../../metadata/topics/internal-topics'
import { AddPartitionsToTxn, type AddPartitionsToTxnRequest } from '../../protocol/messages/add-partitions-to-txn'
import { type Broker, defineHandler } from '../broker'
import { ByTopic } from '../topics'
import { codeFor, errorFor } from '../transaction-errors'

type Topics = AddPartitionsToTxnRequest['v3AndBelowTopics']
type Codes = (topic: string, partition: number) => number
type Result = ReturnType<typeof resultOf>
type TopicResults = { readonly name: string; readonly resultsByPartition: Result[] }[]

const since = { fenced: 2, abortable: 4 }
const comesFromBrokers = (version: number): boolean => version >= 4

const resultOf = (partitionIndex: number, partitionErrorCode: number) => ({ partitionIndex, partitionErrorCode })

/** What was added, or could not be, is answered in the shape of the request. */
const inShape = (topics: Topics, code: number): TopicResults =>
  topics.map(({ name, partitions }) => ({ name, resultsByPartition: partitions.map(index => resultOf(index, code)) }))

/** Elsewhere a partition is answered once however often it is named, and a topic only with partitions. */
function results(topics: Topics, codeOf: Codes): TopicResults {
  const replies = new ByTopic<Result>()
  for (const { name, partitions } of topics) {
    for (const index of partitions) replies.set(name, '', index, resultOf(index, codeOf(name, index)))
  }
  return replies.topics((name, _topicId, resultsByPartition) => ({ name, resultsByPartition }))
}

export const addPartitionsToTxn = defineHandler({
  api: AddPartitionsToTxn,
  serves: '0-5',
  access: [
    { own: 'transactionalId', may: 'WRITE' },
    { own: 'topic', may: 'WRITE' },
    { own: 'cluster', may: 'CLUSTER_ACTION' },
  ],
  refuseAll: (request, errorCode, _message, { version }) =>
    comesFromBrokers(version)
      ? { errorCode, resultsByTransaction: [], resultsByTopicV3AndBelow: [] }
      : {
          errorCode,
          resultsByTransaction: [],
          resultsByTopicV3AndBelow: inShape(request.v3AndBelowTopics, errorCode),
        },

  async handle(broker, call, request) {
    const { version } = call
    const mayWrite = (id: string) => broker.access.isAllowed(call, 'WRITE', 'transactionalId', id)
    if (!comesFromBrokers(version)) {
      if (!mayWrite(request.v3AndBelowTransactionalId)) throw new Refusal('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
      const ask = {
        transactionalId: request.v3AndBelowTransactionalId,
        producerId: request.v3AndBelowProducerId,
        producerEpoch: request.v3AndBelowProducerEpoch,
      }
      const resultsByTopicV3AndBelow = await outcome(broker, call, ask, request.v3AndBelowTopics, false)
      return { errorCode: 0, resultsByTransaction: [], resultsByTopicV3AndBelow }
    }
    if (!broker.access.isAllowedOnCluster(call, 'CLUSTER_ACTION')) throw new Refusal('CLUSTER_AUTHORIZATION_FAILED')
    // Kafka keeps what is asked by the transactional id: of two with one id both are about the partitions of the last, and
    // whether they were added is told in the shape of the first.
    const last = new Map(request.transactions.map(({ transactionalId, topics }) => [transactionalId, topics]))
    const first = new Map(
      request.transactions.toReversed().map(({ transactionalId, topics }) => [transactionalId, topics]),
    )
    const resultsByTransaction = []
    for (const { topics: _, verifyOnly, ...ask } of request.transactions) {
      const { transactionalId: id } = ask
      const topicResults = mayWrite(id)
        ? await outcome(broker, call, ask, last.get(id)!, verifyOnly, first.get(id)!)
        : results(first.get(id)!, () => errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code)
      resultsByTransaction.push({ transactionalId: id, topicResults })
    }
    return { errorCode: 0, resultsByTransaction, resultsByTopicV3AndBelow: [] }
  },
})

/** What keeps a partition from being added. Of those that brokers ask for, the client may write to them already. */
function problemsOf(broker: Broker, call: Call): (topic: string, partition: number) => ErrorName | null {
  const image = broker.image()
  const mayWrite = (topic: string): boolean =>
    comesFromBrokers(call.version) ||
    (!isInternalTopic(topic) && broker.access.isAllowed(call, 'WRITE', 'topic', topic))
  return (topic, partition) => {
    if (broker.access.isOn && !mayWrite(topic)) return 'TOPIC_AUTHORIZATION_FAILED'
    return image.topic(topic)?.partitions[partition] === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : null
  }
}

/** What becomes of each partition. One that is not there keeps the others from being tried. */
async function outcome(
  broker: Broker,
  call: Call,
  ask: Omit<PartitionsAsk, 'partitions'>,
  topics: Topics,
  verifyOnly: boolean,
  askedTopics = topics,
): Promise<TopicResults> {
  const { version } = call
  const problem = problemsOf(broker, call)
  const partitions = topics.flatMap(({ name, partitions: indexes }) =>
    indexes.map(partition => ({ topic: name, partition })),
  )
  if (partitions.some(({ topic, partition }) => problem(topic, partition) !== null)) {
    return results(topics, (topic, partition) => errors[problem(topic, partition) ?? 'OPERATION_NOT_ATTEMPTED'].code)
  }
  try {
    if (!verifyOnly) {
      await broker.transactions.add({ ...ask, partitions }, comesFromBrokers(version) ? 2 : 0)
      return inShape(askedTopics, 0)
    }
    const verdicts = await broker.transactions.verify({ ...ask, partitions })
    const byPlace = new Map(partitions.map((each, i) => [`${each.topic}\0${each.partition}`, verdicts[i]!]))
    const errorOf = (topic: string, partition: number): ErrorName => byPlace.get(`${topic}\0${partition}`)!
    return results(topics, (topic, partition) => errors[errorFor(errorOf(topic, partition), version, since)].code)
  } catch (error) {
    const code = codeFor(error, version, since)
    return verifyOnly ? results(topics, () => code) : inShape(askedTopics, code)
  }
}
