/**
 * Metadata (3): brokers, and topics with their leaders. v1: null asks for all topics, where an empty list did; v4:
 * allowAutoTopicCreation; v7: leader epochs; v8 to v10: authorized operations of the cluster; v10: topic ids; v12: topics
 * by id (KIP-516).
 */
import type { Call } from '../../call/call'
import type { TopicImage } from '../../metadata/image/image'
import { errors, type ErrorName, Refusal } from '../../protocol/errors'
import { Metadata, type MetadataReply, type MetadataRequest } from '../../protocol/messages/metadata'
import { topicNameProblem } from '../../metadata/topic-names'
import { isInternalTopic } from '../../metadata/topics/internal-topics'
import { notTold, operationsOn, operationsOnCluster } from '../authorized-operations'
import { type Broker, defineHandler } from '../broker'
import { describedPartition } from '../described-partitions'
import { zeroTopicId } from '../topics'

type ToldTopic = MetadataReply['topics'][number]

export const metadata = defineHandler({
  api: Metadata,
  serves: '0-13',
  access: [
    { own: 'topic', may: 'DESCRIBE' },
    { own: 'topic', may: 'CREATE' },
  ],
  entries: {
    request: 'topics',
    response: 'topics',
    refuse: ({ name, topicId }, errorCode) => ({ ...unknownTopic(name, topicId), errorCode }),
  },
  refuseAll: (request, errorCode) => ({
    brokers: [],
    clusterId: null,
    controllerId: -1,
    topics: (request.topics ?? []).map(({ name, topicId }) => ({ ...unknownTopic(name ?? '', topicId), errorCode })),
    clusterAuthorizedOperations: notTold,
    errorCode,
  }),

  async handle(broker, call, request) {
    checkReferences(call, request)
    // Whoever learns of a topic here may use it in the next moment: let everybody be ready for it.
    await broker.metadata.settling
    const { missing, denied } = missingTopics(broker, call, request)
    const errorsByName = missing.length > 0 ? await createdFor(broker, missing) : none
    const image = broker.image()
    const topics = toldTopics(broker, call, request, new Map([...errorsByName, ...denied]))
    if (missing.length > 0 && !readyInReply(broker)) createMeanwhile(broker, missing)
    return {
      brokers: image
        .brokers()
        .filter(other => !other.fenced)
        .map(({ id, rack }) => ({ nodeId: id, ...broker.advertised(call, id), rack })),
      clusterId: image.clusterId,
      controllerId: image.controllerId,
      topics: request.includeTopicAuthorizedOperations
        ? topics.map(topic => withOperations(broker, call, topic))
        : topics,
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
        ? operationsOnCluster(broker, call)
        : notTold,
      errorCode: errors.NONE.code,
    }
  },
})

const none: ReadonlyMap<string, number> = new Map()

interface Missing {
  readonly missing: readonly string[]
  /** Errors by the names of topics that the caller may not create. */
  readonly denied: readonly (readonly [string, number])[]
}

const nothingMissing: Missing = { missing: [], denied: [] }

const readyInReply = (broker: Broker) => broker.configs.broker().odradekAutoCreateReadyInReply

const asksForAll = (call: Call, { topics }: MetadataRequest) =>
  topics === null || (call.version === 0 && topics.length === 0)

/** Throws Refusal for topics named in a way that the version does not know, or not named at all. */
function checkReferences({ version }: Call, { topics }: MetadataRequest): void {
  for (const { name, topicId } of topics ?? []) {
    if (version < 12 && (name === null || topicId !== zeroTopicId)) throw new Refusal('INVALID_REQUEST')
    if (name === null && topicId === zeroTopicId) throw new Refusal('UNKNOWN_SERVER_ERROR')
  }
}

/** A request that gives any topic by its id is about ids alone. */
const ids = ({ topics }: MetadataRequest) =>
  [...new Set((topics ?? []).map(({ topicId }) => topicId))].filter(id => id !== zeroTopicId)
const names = ({ topics }: MetadataRequest) => [...new Set((topics ?? []).map(({ name }) => name!))]

/** Names that are asked for, missing, and to be created, since both the client and the broker want that; and who may not. */
function missingTopics(broker: Broker, call: Call, request: MetadataRequest): Missing {
  if (!request.allowAutoTopicCreation || asksForAll(call, request) || ids(request).length > 0) return nothingMissing
  if (!broker.configs.broker().autoCreateTopicsEnable) return nothingMissing
  const { access } = broker
  const absent = names(request).filter(
    name => !broker.image().topic(name) && access.isAllowed(call, 'DESCRIBE', 'topic', name),
  )
  const mayCreate = (name: string) =>
    access.wouldAllowOnCluster(call, 'CREATE') || access.isAllowed(call, 'CREATE', 'topic', name)
  const creatable = new Set(absent.filter(mayCreate))
  return {
    missing: [...creatable].filter(name => topicNameProblem(name) === null),
    denied: absent
      .filter(name => !creatable.has(name))
      .map(name => [name, errors.TOPIC_AUTHORIZATION_FAILED.code] as const),
  }
}

/**
 * Apache Kafka answers that there is no such topic, and creates it meanwhile. `odradek.auto.create.ready.in.reply` waits
 * for it instead; then this returns the errors of topics that could not be created, by name.
 */
async function createdFor(broker: Broker, missing: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (!readyInReply(broker)) return none
  const created = await broker.metadata.autoCreateTopics(missing)
  return new Map(created.flatMap(({ name, errorCode }) => (failedFor(errorCode) ? [[name, errorCode]] : [])))
}

function createMeanwhile(broker: Broker, missing: readonly string[]): void {
  broker.metadata.autoCreateTopics(missing).catch((error: unknown) => {
    broker.logger.warn('auto-create.failed', { topics: missing.join(','), error: String(error) })
  })
}

/** Another client that created the topic in the meantime is no failure. */
const failedFor = (errorCode: number) =>
  errorCode !== errors.NONE.code && errorCode !== errors.TOPIC_ALREADY_EXISTS.code

function toldTopics(
  broker: Broker,
  call: Call,
  request: MetadataRequest,
  errorsByName: ReadonlyMap<string, number>,
): ToldTopic[] {
  const image = broker.image()
  const { access } = broker
  const isOfAll = asksForAll(call, request)
  const mayDescribe = (name: string) =>
    isOfAll ? access.wouldAllow(call, 'DESCRIBE', 'topic', name) : access.isAllowed(call, 'DESCRIBE', 'topic', name)
  const told = (topic: TopicImage): ToldTopic => ({
    errorCode: errors.NONE.code,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions: topic.partitions.map(partition => describedPartition(broker, topic, partition)),
    topicAuthorizedOperations: notTold,
  })
  if (isOfAll)
    return Array.from(image.topics())
      .filter(({ name }) => mayDescribe(name))
      .map(told)
  const byId = ids(request)
  if (byId.length > 0) {
    return byId.map(id => {
      const topic = image.topicById(id)
      if (topic && !mayDescribe(topic.name)) return deniedTopic(null, id)
      return topic ? told(topic) : { ...unknownTopic(null, id), errorCode: errors.UNKNOWN_TOPIC_ID.code }
    })
  }
  return names(request).map(name => {
    // That it is there, or that it is not, is not told.
    if (!mayDescribe(name)) return deniedTopic(name, zeroTopicId)
    const topic = image.topic(name)
    if (topic) return told(topic)
    const error: ErrorName = topicNameProblem(name) === null ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'
    return { ...unknownTopic(name, zeroTopicId), errorCode: errorsByName.get(name) ?? errors[error].code }
  })
}

function unknownTopic(name: string | null, topicId: string): ToldTopic {
  return {
    errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION.code,
    name,
    topicId,
    isInternal: name !== null && isInternalTopic(name),
    partitions: [],
    topicAuthorizedOperations: notTold,
  }
}

const deniedTopic = (name: string | null, topicId: string): ToldTopic => ({
  ...unknownTopic(name, topicId),
  errorCode: errors.TOPIC_AUTHORIZATION_FAILED.code,
  isInternal: false,
})

const withOperations = (broker: Broker, call: Call, topic: ToldTopic): ToldTopic =>
  topic.name === null || topic.errorCode === errors.TOPIC_AUTHORIZATION_FAILED.code
    ? topic
    : { ...topic, topicAuthorizedOperations: operationsOn(broker, call, 'topic', topic.name) }
