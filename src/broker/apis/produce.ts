/**
 * Produce (0) appends record batches. v0 to v2: message sets of the formats before batches, converted; v3: format v2, transactional ids; v5: log start offset in the reply; v7: zstd
 * (KIP-110); v8: record errors (KIP-467); v9: flexible; v10: current leader (KIP-951); v12: transactions V2 (KIP-890);
 * v13: topic ids (KIP-516).
 *
 * Everything is appended before the handler first waits, so batches are used where the network left them; where a log wants
 * to look at them for longer, it keeps the frame.
 */
import type { Call } from '../../call/call'
import { isPromise } from '../../call/stage'
import { errors, Refusal, type ErrorName } from '../../protocol/errors'
import { Produce, type ProduceRequest } from '../../protocol/messages/produce'
import type { ResponseDraft } from '../../protocol/schema'
import { compressionAt, magicAt, minBatchBytes } from '../../protocol/records/batch'
import { upConverted } from '../../protocol/records/legacy'
import { RecordsRefused, soleBatch, wholeBatchBytes } from '../../protocol/records/validate'
import type { Partition } from '../../partition/partition'
import { defineHandler, type Broker } from '../broker'
import { copied, prepareProduced, type PreparedProduced, type Produced } from '../prepare-produced'
import { joinTransaction, NotVerified, transactionalBatch, type Word, type Words } from '../join-transaction'
import { leaderHints } from '../leader-hints'
import { ByTopic, lastOfEach, resolveTopic } from '../topics'

type TopicReply = ResponseDraft<typeof Produce>['responses'][number]
type PartitionReply = TopicReply['partitionResponses'][number]

const zstd = 4
const nothing = Buffer.alloc(0)
/** Older versions bring message sets of magic 0 and 1. */
const firstWithBatches = 3

/** Refusals after which Kafka does not tell where the log starts. */
const withoutLogStart = new Set<ErrorName>([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'NOT_LEADER_OR_FOLLOWER',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'CORRUPT_MESSAGE',
  'KAFKA_STORAGE_ERROR',
  'UNKNOWN_TOPIC_ID',
])

export const produce = defineHandler({
  api: Produce,
  serves: '0-13',
  access: [
    { own: 'transactionalId', may: 'WRITE' },
    { own: 'topic', may: 'WRITE' },
  ],
  entries: {
    request: 'topicData',
    response: 'responses',
    refuse: ({ name, topicId, partitionData }, errorCode) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => refused(index, errorCode)),
    }),
  },
  refuseAll(request, errorCode, errorMessage) {
    const replies = new ByTopic<PartitionReply>()
    for (const { topic, index } of askedOf(request)) {
      replies.set(topic.name, topic.topicId, index, { ...refused(index, errorCode), errorMessage })
    }
    return { responses: replies.topics(topicReply) }
  },
  borrows: true,

  handle(broker, call, request) {
    broker.quotas.produced(call, call.requestBytes)
    if (beginsTransaction(request, call.version)) {
      const { transactionalId } = request
      if (transactionalId === null || !broker.access.isAllowed(call, 'WRITE', 'transactionalId', transactionalId)) {
        throw new Refusal('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
      }
    }
    const asked = askedOf(request)
    const joined = joinTransaction(broker, call, request, asked)
    const all = prepareProduced(broker, call, asked)
    if (!isPromise(joined) && !isPromise(all)) return appendAll(broker, call, request, all, joined)
    // The network's buffer is only lent until the handler waits.
    const kept = isPromise(all) ? all : all.map(copied)
    return Promise.all([kept, joined]).then(([ready, words]) =>
      appendAll(broker, { ...call, keep: undefined }, request, ready, words),
    )
  },
})

function appendAll(
  broker: Broker,
  call: Call,
  request: ProduceRequest,
  all: readonly PreparedProduced[],
  words: Words,
) {
  const replies = new ByTopic<PartitionReply>()
  const waits: Promise<unknown>[] = []
  const hints = leaderHints.Produce(broker, call)
  for (const one of all) {
    const { topic, index } = one
    const { name, topicId, unknown } = resolveTopic(broker.image(), topic, call.version >= 13)
    if (unknown) {
      replies.set(name, topicId, index, refused(index, errors.UNKNOWN_TOPIC_ID.code))
      continue
    }
    if (!broker.access.isAllowed(call, 'WRITE', 'topic', name)) {
      replies.set(name, topicId, index, refused(index, errors.TOPIC_AUTHORIZATION_FAILED.code))
      continue
    }
    const word = words.get(name, index)
    const { reply, durable } = appendOne(broker, call, request, name, one, word)
    replies.set(
      name,
      topicId,
      index,
      reply.errorCode === 0 ? reply : { ...reply, ...hints.of(name, index, reply.errorCode) },
    )
    if (durable) waits.push(durable.catch(error => replies.set(name, topicId, index, failed(index, error))))
  }
  if (request.acks === 0) {
    if (replies.some(({ errorCode }) => errorCode !== 0)) call.connection.close('a produce request without acks failed')
    return null
  }
  const answer = () => ({ responses: replies.topics(topicReply), nodeEndpoints: hints.nodeEndpoints })
  if (waits.length === 0) return answer()
  call.accepted()
  const [wait] = waits
  return (waits.length === 1 ? wait! : Promise.all(waits)).then(answer)
}

/** The one client that Kafka lets write to internal topics. */
const adminClientId = '__admin_client'

interface Outcome {
  readonly reply: PartitionReply
  readonly durable?: Promise<void> | undefined
}

function appendOne(
  broker: Broker,
  call: Call,
  { acks }: ProduceRequest,
  topic: string,
  { index, records, prepared }: PreparedProduced,
  word: Word | null,
): Outcome {
  let partition: Partition | null = null
  try {
    const leader = broker.partitions.led(topic, index)
    const isOld = call.version < firstWithBatches
    const batch = isOld ? fromOldProducer(records ?? nothing, call.version) : soleBatch(records, call.version)
    if (batch === null) return { reply: { ...refused(index, 0), logStartOffset: leader.start } }
    if (!isOld && call.version < 7 && compressionAt(batch) === zstd) throw new Refusal('UNSUPPORTED_COMPRESSION_TYPE')
    if (word?.refusal) throw word.refusal
    if (acks < -1 || acks > 1) throw new Refusal('INVALID_REQUIRED_ACKS')
    if (broker.image().topic(topic)?.internal && call.clientId !== adminClientId) {
      throw new Refusal('INVALID_TOPIC_EXCEPTION')
    }
    partition = leader
    const verification = word?.verification ?? null
    const { baseOffset, nextOffset, logAppendTimeMs } = partition.produce(
      batch,
      acks,
      broker.clock.now(),
      verification,
      { keep: call.keep, prepared },
    )
    const reply = { index, errorCode: 0, baseOffset, logAppendTimeMs, logStartOffset: partition.start }
    // Also where nobody waits for it: records are readable once they are durable, and a flush makes them so.
    return { reply, durable: partition.durable(nextOffset) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { reply: refusedBy(error, index, partition) }
  }
}

/** Some old producers send the new format in requests that are too old for it, and Kafka 3.9 takes it in every compression. */
function fromOldProducer(records: Buffer, version: number): Buffer | null {
  const sizeBytes = wholeBatchBytes(records, 0)
  return sizeBytes !== null && magicAt(records) === 2 ? soleBatch(records, version) : upConverted(records)
}

/** Where the log starts is told once the log was asked, except after some refusals; records' own faults are told too. */
function refusedBy(refusal: Refusal, index: number, partition: Partition | null): PartitionReply {
  const logStartOffset = partition && !withoutLogStart.has(refusal.error) ? partition.start : -1
  const reply = { ...refused(index, refusal.code), logStartOffset }
  if (refusal instanceof NotVerified) return { ...reply, errorMessage: refusal.detail }
  if (!(refusal instanceof RecordsRefused)) return reply
  const recordErrors = refusal.recordErrors.map(({ batchIndex, message }) => ({
    batchIndex,
    batchIndexErrorMessage: message,
  }))
  return { ...reply, recordErrors, errorMessage: refusal.detail }
}

const topicReply = (name: string, topicId: string, partitionResponses: PartitionReply[]): TopicReply => ({
  name,
  topicId,
  partitionResponses,
})

function askedOf({ topicData }: ProduceRequest): readonly Produced[] {
  const [topic] = topicData
  const [only] = topic?.partitionData ?? []
  // As most requests are.
  if (topic && only && topicData.length === 1 && topic.partitionData.length === 1) {
    return [{ topic, index: only.index, records: only.records }]
  }
  const all = lastOfEach(
    topicData,
    ({ partitionData }) => partitionData,
    ({ index }) => index,
  )
  return all.map(({ topic, index, asked }) => ({ topic, index, records: asked.records }))
}

/** Whether any partition's first batch is of a transaction (KIP-98); older messages are of none. */
function beginsTransaction({ topicData }: ProduceRequest, version: number): boolean {
  return topicData.some(({ partitionData }) =>
    partitionData.some(
      ({ records }) => (version >= firstWithBatches || isBatch(records)) && transactionalBatch(records),
    ),
  )
}

const isBatch = (records: Buffer | null): boolean =>
  records !== null && records.length >= minBatchBytes && magicAt(records) === 2

function refused(index: number, errorCode: number): PartitionReply {
  return { index, errorCode, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 }
}

function failed(index: number, error: unknown): PartitionReply {
  if (error instanceof Refusal) return refused(index, error.code)
  throw error
}
