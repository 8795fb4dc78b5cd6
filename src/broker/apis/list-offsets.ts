/**
 * ListOffsets (2) finds offsets by time or by name of a place. v0: up to N offsets a partition; v1: one offset with its
 * timestamp (KIP-79); v2: isolation level (KIP-98); v4: leader epochs (KIP-320); v6: flexible; v7: max timestamp (-3,
 * KIP-734); v8: earliest local (-4, KIP-405); v9: latest tiered (-5, KIP-1005); v10: timeout (KIP-1075); v11: -6.
 */
import { errors, Refusal } from '../../protocol/errors'
import { ListOffsets, type ListOffsetsRequest } from '../../protocol/messages/list-offsets'
import type { ResponseDraft } from '../../protocol/schema'
import { findOffset, specialTimestamps } from '../../partition/offsets'
import type { Partition } from '../../partition/partition'
import { OffsetOutOfRange } from '../../storage/fault'
import { defineHandler, type Broker } from '../broker'
import { readsCommitted } from '../isolation'
import { ByTopic, lastOfEach } from '../topics'

type Asked = ListOffsetsRequest['topics'][number]['partitions'][number]
type Answer = ResponseDraft<typeof ListOffsets>['topics'][number]['partitions'][number]

/** The version that brought each special timestamp; older versions refuse it. */
const since = new Map<number, number>([
  [specialTimestamps.latest, 0],
  [specialTimestamps.earliest, 0],
  [specialTimestamps.maxTimestamp, 7],
  [specialTimestamps.earliestLocal, 8],
  [specialTimestamps.latestTiered, 9],
  [specialTimestamps.earliestPendingUpload, 11],
])

export const listOffsets = defineHandler({
  api: ListOffsets,
  serves: '0-11',
  access: [{ each: 'topic', may: 'DESCRIBE', named: topic => topic.name }],
  entries: {
    request: 'topics',
    response: 'topics',
    refuse: ({ name, partitions }, errorCode) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => refused(partitionIndex, errorCode)),
    }),
  },

  handle(broker, call, request) {
    const readCommitted = readsCommitted(request)
    if (call.version === 0) return { topics: request.topics.map(topic => oldStyleTopic(broker, topic)) }
    const repeated = repeatedPartitions(request)
    const replies = new ByTopic<Answer>()
    for (const { topic, asked, index } of lastOfEach(
      request.topics,
      ({ partitions }) => partitions,
      ({ partitionIndex }) => partitionIndex,
    )) {
      const answer = () => {
        if (repeated.has(`${topic.name}\0${index}`)) throw new Refusal('INVALID_REQUEST')
        return find(broker, topic.name, asked, call.version, readCommitted)
      }
      replies.set(topic.name, '', index, orRefused(answer, index))
    }
    return { topics: replies.topics((name, _topicId, partitions) => ({ name, partitions })) }
  },
})

function orRefused(answer: () => Answer, index: number): Answer {
  try {
    return answer()
  } catch (error) {
    if (error instanceof Refusal) return refused(index, error.code)
    if (error instanceof OffsetOutOfRange) return refused(index, errors.OFFSET_OUT_OF_RANGE.code)
    throw error
  }
}

function find(broker: Broker, topic: string, asked: Asked, version: number, readCommitted: boolean): Answer {
  const { partitionIndex, timestamp, currentLeaderEpoch } = asked
  if (timestamp < 0 && version < (since.get(timestamp) ?? Infinity)) throw new Refusal('UNSUPPORTED_VERSION')
  const partition = broker.partitions.led(topic, partitionIndex, currentLeaderEpoch)
  const upTo = readCommitted ? partition.lastStableOffset : partition.highWatermark
  const { offset, timestampMs, leaderEpoch } = findOffset(partition, timestamp, upTo)
  return {
    partitionIndex,
    errorCode: 0,
    oldStyleOffsets: [],
    timestamp: timestampMs,
    offset,
    leaderEpoch: version < 4 ? -1 : leaderEpoch,
  }
}

/** A partition named twice is answered twice in this version. */
function oldStyleTopic(broker: Broker, { name, partitions }: ListOffsetsRequest['topics'][number]) {
  const answer = (asked: Asked) =>
    oldStyle(broker.partitions.led(name, asked.partitionIndex), asked, broker.clock.now())
  return { name, partitions: partitions.map(asked => orRefused(() => answer(asked), asked.partitionIndex)) }
}

/**
 * Version 0 lists the offsets at which segments begin, and the end, newest first, of those that are no newer than the
 * time. The log is taken for one segment here: clients of that age ask for the first or the last.
 */
function oldStyle(partition: Partition, { partitionIndex, timestamp, maxNumOffsets }: Asked, nowMs: number): Answer {
  if (timestamp < specialTimestamps.earliest) throw new Refusal('UNSUPPORTED_VERSION')
  const isNow = timestamp === specialTimestamps.latest || timestamp >= nowMs
  const found = isNow ? [partition.highWatermark] : []
  // The only segment was written to just now, as far as files tell: no earlier time is at or after it.
  if ((isNow || timestamp === specialTimestamps.earliest) && found[0] !== partition.start) found.push(partition.start)
  const oldStyleOffsets = found.slice(0, Math.max(0, maxNumOffsets))
  return { partitionIndex, errorCode: 0, oldStyleOffsets, timestamp: -1, offset: -1, leaderEpoch: -1 }
}

function refused(partitionIndex: number, errorCode: number): Answer {
  return { partitionIndex, errorCode, oldStyleOffsets: [], timestamp: -1, offset: -1, leaderEpoch: -1 }
}

function repeatedPartitions({ topics }: ListOffsetsRequest): ReadonlySet<string> {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const { name, partitions } of topics) {
    for (const { partitionIndex } of partitions) {
      const key = `${name}\0${partitionIndex}`
      if (seen.has(key)) repeated.add(key)
      seen.add(key)
    }
  }
  return repeated
}
