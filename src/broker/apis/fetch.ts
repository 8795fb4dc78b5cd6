/**
 * Fetch (1) reads record batches. v4: isolation levels (KIP-98); v5: log start offset; v7: sessions (KIP-227); v9: leader
 * epochs (KIP-320); v11: rack (KIP-392); v12: flexible, divergence (KIP-595); v13: topic ids (KIP-516); v15: replica
 * state (KIP-903); v16: node endpoints (KIP-951); v17: directory ids (KIP-853); v18: high watermark (KIP-1166).
 */
import type { Call } from '../../call/call'
import { isPromise } from '../../call/stage'
import { type ErrorName, errors, Refusal } from '../../protocol/errors'
import { Fetch, type FetchRequest } from '../../protocol/messages/fetch'
import type { ResponseDraft } from '../../protocol/schema'
import type { Partition } from '../../partition/partition'
import { defineHandler, type Broker } from '../broker'
import { inFormatOf, type ReadInFormat, refuseZstd } from '../fetch/convert'
import { readAll, type FetchBudget, type ReadAll } from '../fetch/read'
import { readsCommitted } from '../isolation'
import { leaderHints } from '../leader-hints'
import type { FetchContext } from '../fetch/sessions'
import type { ReadingTurns } from '../fetch/turns'
import { untilReadable } from '../fetch/wait'
import { forgottenOf, wantedOf, type Wanted } from '../fetch/wanted'

type TopicReply = ResponseDraft<typeof Fetch>['responses'][number]
type FetchReply = Omit<ResponseDraft<typeof Fetch>, 'throttleTimeMs'>

/** What a reply says of a partition besides its records, about: it counts for quotas. */
const besidesRecordsBytes = 60

const noneAborted: [] = []

const refusedTopic = (
  { topic, topicId, partitions }: FetchRequest['topics'][number],
  errorCode: number,
  abortedTransactions: [] | null = noneAborted,
): TopicReply => ({
  topic,
  topicId,
  partitions: partitions.map(({ partition }) => ({
    partitionIndex: partition,
    errorCode,
    highWatermark: -1,
    abortedTransactions,
    records: Buffer.alloc(0),
  })),
})

/** Where no log was asked Kafka lists no transactions, and where one was asked in vain it has no list. */
const errorsOfNoTopic = codesOf('UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID', 'TOPIC_AUTHORIZATION_FAILED')
const errorsOfSessions = codesOf(
  'FETCH_SESSION_ID_NOT_FOUND',
  'INVALID_FETCH_SESSION_EPOCH',
  'FETCH_SESSION_TOPIC_ID_ERROR',
)

function codesOf(...names: ErrorName[]): ReadonlySet<number> {
  return new Set(names.map(name => errors[name].code))
}

export const fetch = defineHandler({
  api: Fetch,
  serves: '0-18',
  access: [
    { own: 'topic', may: 'READ' },
    { own: 'cluster', may: 'CLUSTER_ACTION' },
  ],
  entries: {
    request: 'topics',
    response: 'responses',
    refuse: (topic, errorCode) => refusedTopic(topic, errorCode, errorsOfNoTopic.has(errorCode) ? noneAborted : null),
  },
  refuseAll: ({ sessionId, topics }, errorCode, _message, { version }) =>
    errorsOfSessions.has(errorCode)
      ? { errorCode, sessionId: 0, responses: [] }
      : { errorCode, sessionId, responses: version >= 13 ? [] : topics.map(topic => refusedTopic(topic, errorCode)) },

  handle(broker, call, request) {
    const byId = call.version >= 13
    const context = broker.fetchSessions.open({
      sessionId: request.sessionId,
      sessionEpoch: call.version >= 7 ? request.sessionEpoch : -1,
      byId,
      wanted: wantedOf(broker.image(), request, byId),
      forgotten: forgottenOf(request, byId),
      nameOf: topicId => broker.image().topicById(topicId)?.name ?? null,
    })
    if ('refused' in context) return { errorCode: errors[context.refused].code, sessionId: 0, responses: [] }
    return inTurn(broker.readingTurns, () => serve(broker, call, request, context))
  },
})

/** Reads at once, or when those who came before have read and others had their turn. */
function inTurn<T>(turns: ReadingTurns, read: () => T | Promise<T>): T | Promise<T> {
  const { wait } = turns
  return wait ? wait.then(() => inTurn(turns, read)) : read()
}

function serve(
  broker: Broker,
  call: Call,
  request: FetchRequest,
  context: FetchContext,
): FetchReply | Promise<FetchReply> {
  const { maxBytes, maxWaitMs } = broker.fetchLimits()
  const budget: FetchBudget = {
    maxBytes: Math.min(request.maxBytes, maxBytes, broker.unsent.leftBytes, broker.quotas.fetchBytesMax(call)),
    readCommitted: readsCommitted(request),
    minOneBatch: call.version >= 3,
    mayFollow: call.version >= 11,
    byId: call.version >= 13,
  }
  const mayRead = readable(broker, call, request)
  const check = ({ topic }: Wanted): void => {
    const isUnknown = budget.byId && topic === ''
    if (!mayRead(isUnknown ? null : topic)) throw new Refusal('TOPIC_AUTHORIZATION_FAILED')
    if (isUnknown) throw new Refusal('UNKNOWN_TOPIC_ID')
  }
  const isZstd = (topic: string): boolean => broker.configs.topic(topic).compressionType === 'zstd'
  const minBytes = Math.min(request.minBytes, budget.maxBytes)
  const answer = (all: ReadAll): FetchReply | Promise<FetchReply> => {
    if (!broker.quotas.mayFetch(call, all.sizeBytes + all.reads.length * besidesRecordsBytes)) {
      release(all)
      return { errorCode: 0, sessionId: context.known, responses: [] }
    }
    broker.readingTurns.read(all.sizeBytes)
    const told = (reads: readonly ReadInFormat[]): FetchReply => {
      const sent = broker.unsent.hold(reads.reduce((sum, { records }) => sum + (records?.sizeBytes ?? 0), 0))
      call.whenSent(() => {
        sent()
        release(all)
      })
      const hints = leaderHints.Fetch(broker, call)
      const hintOf = ({ wanted, errorCode }: ReadInFormat) => hints.of(wanted.topic, wanted.index, errorCode)
      const reply = replyOf(context, reads, budget, call.version, hintOf)
      return { ...reply, nodeEndpoints: hints.nodeEndpoints }
    }
    const known = call.version < broker.firstFetchOfZstd ? refuseZstd(all.reads, isZstd) : all.reads
    const reads = inFormatOf(known, call.version, budget.maxBytes, broker.longWork)
    return isPromise(reads) ? heldUntil(broker, all, reads).then(told) : told(reads)
  }
  const first = readAll(broker.partitions, check, context.wanted, budget)
  const waitMs = Math.min(request.maxWaitMs, maxWaitMs)
  if (first.urgent || first.sizeBytes >= minBytes || waitMs <= 0 || context.wanted.length === 0) {
    return answer(first)
  }
  release(first)
  const partitions = first.reads.map(({ partition }) => partition).filter((one): one is Partition => one !== null)
  const waiters = partitions.map(partition => (budget.readCommitted ? partition.stableWaiters : partition.waiters))
  const waited = untilReadable(broker.timers, call.connection, waiters, minBytes - first.sizeBytes, waitMs)
  return waited.then(() => answer(readAll(broker.partitions, check, context.wanted, budget)))
}

/** Replicas may read all of it, and are of the cluster; others what they may read. */
function readable({ access }: Broker, call: Call, request: FetchRequest): (topic: string | null) => boolean {
  const isReplica = (call.version >= 15 ? request.replicaState.replicaId : request.replicaId) >= 0
  if (isReplica) return () => access.isAllowedOnCluster(call, 'CLUSTER_ACTION')
  return topic => topic === null || access.isAllowed(call, 'READ', 'topic', topic)
}

/** What is being converted counts as what is not sent, and its buffers are given back if that fails. */
async function heldUntil<T>(broker: Broker, all: ReadAll, converted: Promise<T>): Promise<T> {
  const done = broker.unsent.hold(all.sizeBytes)
  try {
    return await converted
  } catch (error) {
    release(all)
    throw error
  } finally {
    done()
  }
}

/** Buffers of a read go back to the pool when the reply is gone, or at once when it is not what is answered with. */
function release({ reads }: ReadAll): void {
  for (const { records } of reads) records.release?.()
}

/** What was read, then partitions of ids that no topic has, then those that a topic has not. */
function inKafkasOrder(reads: readonly ReadInFormat[]): readonly ReadInFormat[] {
  if (reads.every(read => !read.isUnknown)) return reads
  const place = ({ isUnknown, errorCode }: ReadInFormat) =>
    !isUnknown ? 0 : errorCode === errors.UNKNOWN_TOPIC_ID.code ? 1 : 2
  return [0, 1, 2].flatMap(nth => reads.filter(read => place(read) === nth))
}

function replyOf(
  context: FetchContext,
  reads: readonly ReadInFormat[],
  { readCommitted: committed }: FetchBudget,
  version: number,
  hintOf: (read: ReadInFormat) => object,
): FetchReply {
  const responses: { topic: string; topicId: string; partitions: TopicReply['partitions'][number][] }[] = []
  for (const read of inKafkasOrder(reads)) {
    if (!context.tells(read.wanted, toldOf(read))) continue
    const { topic, topicId } = read.wanted
    let last = responses.at(-1)
    if (!last || last.topic !== topic || last.topicId !== topicId)
      responses.push((last = { topic, topicId, partitions: [] }))
    last.partitions.push({
      partitionIndex: read.wanted.index,
      errorCode: toldCode(read.errorCode, version),
      ...(read.errorCode !== 0 && hintOf(read)),
      highWatermark: read.highWatermark,
      lastStableOffset: read.lastStableOffset,
      logStartOffset: read.logStartOffset,
      ...(read.diverging && { divergingEpoch: read.diverging }),
      // Kafka's own inconsistency: an empty list for what is unknown, null for what was read or failed.
      abortedTransactions:
        read.isUnknown || (committed && read.errorCode === 0 && !read.diverging) ? read.aborted : null,
      records: read.records,
    })
  }
  return { errorCode: 0, sessionId: context.sessionId(), responses }
}

const firstWithStorageErrors = 6

/** Older clients know no failed disks; the leader is to be looked for again. */
const toldCode = (errorCode: number, version: number): number =>
  errorCode === errors.KAFKA_STORAGE_ERROR.code && version < firstWithStorageErrors
    ? errors.NOT_LEADER_OR_FOLLOWER.code
    : errorCode

const toldOf = ({ errorCode, highWatermark, logStartOffset, records, diverging }: ReadInFormat) => ({
  errorCode,
  highWatermark,
  logStartOffset,
  recordBytes: records?.sizeBytes ?? 0,
  diverges: diverging !== null,
})
