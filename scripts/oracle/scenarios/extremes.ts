/** Numbers at the ends of what they may be, and beyond: times, offsets, epochs, sizes and waits. */
import { DeleteRecords } from '../../../src/protocol/messages/delete-records'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { ListOffsets } from '../../../src/protocol/messages/list-offsets'
import { OffsetCommit } from '../../../src/protocol/messages/offset-commit'
import { OffsetFetch } from '../../../src/protocol/messages/offset-fetch'
import { OffsetForLeaderEpoch } from '../../../src/protocol/messages/offset-for-leader-epoch'
import { Produce } from '../../../src/protocol/messages/produce'
import { batch, changed } from '../batches'
import { type Scenario, scene } from '../scenario'
import type { Subject, Topic } from '../subject'
import { produceTo, readAll } from './produce'

const [least, most] = [-(2 ** 53), 2 ** 53]

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

/** One record of that time. */
const at = (time: bigint, largest = time): Buffer =>
  changed(batch(['v']), copy => {
    copy.writeBigInt64BE(time, 27)
    copy.writeBigInt64BE(largest, 35)
  })

const listOf = ({ name }: Topic, timestamp: number, isolationLevel = 0) => ({
  replicaId: -1,
  isolationLevel,
  topics: [{ name, partitions: [{ partitionIndex: 0, maxNumOffsets: 1, timestamp }] }],
})

async function lookUp(subject: Subject, topic: Topic): Promise<void> {
  for (const timestamp of [-1, -2, -3, 0, 1, most, least, -8]) await subject.ask(ListOffsets, listOf(topic, timestamp))
  await readAll(subject, topic)
}

const times: Readonly<Record<string, readonly [bigint, bigint?]>> = {
  'the largest': [int64.max],
  'the least': [int64.min],
  none: [-1n],
  'none, the batch another': [-1n, 7n],
  'a little less than none': [-2n],
  nought: [0n],
  'one, the batch none': [1n, -1n],
  'one day ahead': [BigInt(Date.now() + 86_400_000)],
}

const rules: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'message.timestamp.after.max.ms': '9223372036854775807' },
  { 'message.timestamp.before.max.ms': '0', 'message.timestamp.after.max.ms': '0' },
  { 'message.timestamp.type': 'LogAppendTime' },
]

const timeScenarios = Object.entries(times).map(([name, [time, largest]]) =>
  scene(`extremes: a record's time is ${name}`, async subject => {
    for (const rule of rules) {
      const topic = await subject.topic('t', 1, { 'retention.ms': '-1', ...rule })
      await subject.ask(Produce, produceTo(topic, at(time, largest)))
      if (rule['message.timestamp.type'] === undefined) await lookUp(subject, topic)
    }
  }),
)

async function fetches(subject: Subject): Promise<void> {
  const topic = await subject.topic('t')
  for (const values of [['a', 'b'], ['c'], ['d']]) await subject.append(topic, batch(values))
  const ask = (limits: object, row: object = {}, version?: number) => {
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100_000, ...row }]
    const topics = [{ topic: topic.name, topicId: topic.id, partitions }]
    return subject.ask(
      Fetch,
      { replicaId: -1, maxWaitMs: 0, minBytes: 0, maxBytes: 100_000, topics, ...limits },
      version,
    )
  }
  for (const version of [4, 11, 18])
    for (const maxBytes of [-1, -100, -(2 ** 31), 2 ** 31 - 1]) await ask({ maxBytes }, {}, version)
  for (const minBytes of [-1, -(2 ** 31)]) await ask({ minBytes })
  for (const maxWaitMs of [-1, -(2 ** 31)]) await ask({ maxWaitMs, minBytes: 1 })
  for (const maxWaitMs of [-1, -(2 ** 31)]) await ask({ maxWaitMs, minBytes: 1_000_000 })
  for (const isolationLevel of [2, -1, 127])
    for (const version of [4, 7, 12, 13, 18]) await ask({ isolationLevel }, {}, version)
  for (const partitionMaxBytes of [-1, -100, -(2 ** 31), 2 ** 31 - 1])
    for (const version of [4, 18]) await ask({}, { partitionMaxBytes }, version)
  for (const fetchOffset of [-1, -2, least, most, 4, 5]) await ask({}, { fetchOffset })
  for (const logStartOffset of [-2, least, most]) await ask({}, { logStartOffset })
  for (const currentLeaderEpoch of [-2, -(2 ** 31), 2 ** 31 - 1]) await ask({}, { currentLeaderEpoch })
  for (const lastFetchedEpoch of [-2, -(2 ** 31), 0, 2 ** 31 - 1]) await ask({}, { lastFetchedEpoch })
  for (const sessionEpoch of [-2, -(2 ** 31), 2 ** 31 - 1]) await ask({ sessionEpoch })
  for (const sessionId of [-1, 1]) await ask({ sessionId, sessionEpoch: 1 })
  for (const replicaId of [-2, -3, 7]) await ask({ replicaId })
}

async function offsets(subject: Subject): Promise<void> {
  const topic = await subject.topic('t')
  const group = subject.name('g')
  for (const values of [['a', 'b'], ['c']]) await subject.append(topic, batch(values))
  for (const isolationLevel of [2, -1, 127]) await subject.ask(ListOffsets, listOf(topic, -1, isolationLevel))
  for (const leaderEpoch of [-2, -1, 0, 1, -(2 ** 31), 2 ** 31 - 1]) {
    const topics = [{ topic: topic.name, partitions: [{ partition: 0, leaderEpoch }] }]
    await subject.ask(OffsetForLeaderEpoch, { replicaId: -1, topics })
  }
  const committed = { memberId: '', groupInstanceId: null, groupId: group }
  for (const generationIdOrMemberEpoch of [-1, -2, 0, 2 ** 31 - 1])
    for (const committedOffset of [0, -1, -2, least, most]) {
      const partitions = [{ partitionIndex: 0, committedOffset, committedLeaderEpoch: -2, committedMetadata: null }]
      const topics = [{ name: topic.name, topicId: topic.id, partitions }]
      await subject.ask(OffsetCommit, { ...committed, generationIdOrMemberEpoch, topics })
      const topicsOf = [{ name: topic.name, topicId: topic.id, partitionIndexes: [0, 1, -1] }]
      await subject.ask(OffsetFetch, { groups: [{ groupId: group, topics: topicsOf }], requireStable: false })
    }
  for (const offset of [-2, least, most, 4, -1]) {
    const topics = [{ name: topic.name, partitions: [{ partitionIndex: 0, offset }] }]
    await subject.ask(DeleteRecords, { topics, timeoutMs: -1 })
  }
}

export const extremeScenarios: readonly Scenario[] = [
  ...timeScenarios,
  scene('extremes: what a fetch asks for', fetches),
  scene('extremes: offsets and epochs', offsets),
]
