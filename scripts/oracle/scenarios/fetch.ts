/** Fetch: every version, limits, sessions, epochs, topic ids. */
import { DeleteRecords } from '../../../src/protocol/messages/delete-records'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { batch } from '../batches'
import { type Scenario, eachVersion, scene } from '../scenario'
import type { Subject, Topic } from '../subject'

interface Wanted {
  readonly topic: Topic
  readonly partition?: number
  readonly fetchOffset?: number
  readonly partitionMaxBytes?: number
  readonly currentLeaderEpoch?: number
  readonly lastFetchedEpoch?: number
  readonly logStartOffset?: number
}

interface Limits {
  readonly maxWaitMs?: number
  readonly minBytes?: number
  readonly maxBytes?: number
  readonly isolationLevel?: number
  readonly sessionId?: number
  readonly sessionEpoch?: number
  readonly replicaId?: number
  readonly forgotten?: readonly Topic[]
}

function fetchOf(wanted: readonly Wanted[], limits: Limits = {}) {
  const { forgotten = [], ...rest } = limits
  const names = [...new Set(wanted.map(({ topic }) => topic))]
  return {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 10_000_000,
    ...rest,
    topics: names.map(topic => ({
      topic: topic.name,
      topicId: topic.id,
      partitions: wanted
        .filter(row => row.topic === topic)
        .map(({ topic: _, ...row }) => ({ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000, ...row })),
    })),
    forgottenTopicsData: forgotten.map(topic => ({ topic: topic.name, topicId: topic.id, partitions: [0] })),
  }
}

const nowhere: Topic = { name: 'nowhere', id: '0123456789abcdef0123456789abcdef' }

/** A topic with batches of 3, 2 and 1 records. */
async function filled(subject: Subject, stem = 't', partitions = 1): Promise<Topic> {
  const topic = await subject.topic(stem, partitions)
  for (const values of [['a', 'b', 'c'], ['d', 'e'], ['f']]) await subject.append(topic, batch(values))
  return topic
}

async function sessions(subject: Subject, version: number): Promise<void> {
  const [a, b] = [await filled(subject, 'a'), await filled(subject, 'b')]
  const ask = (wanted: readonly Wanted[], limits: Limits) => subject.ask(Fetch, fetchOf(wanted, limits), version)
  const { sessionId } = await ask([{ topic: a, fetchOffset: 6 }], { sessionId: 0, sessionEpoch: 0 })
  await ask([], { sessionId, sessionEpoch: 1 })
  await ask([{ topic: b }], { sessionId, sessionEpoch: 2 })
  await ask([{ topic: b, fetchOffset: 6 }], { sessionId, sessionEpoch: 3 })
  await subject.append(a, batch(['new']))
  await ask([], { sessionId, sessionEpoch: 4 })
  await ask([], { sessionId, sessionEpoch: 9 })
  await ask([], { sessionId, sessionEpoch: 5, forgotten: [a] })
  await ask([{ topic: a }], { sessionId, sessionEpoch: 6 })
  await ask([], { sessionId: 12345, sessionEpoch: 1 })
  await ask([{ topic: b }], { sessionId, sessionEpoch: -1 })
  await ask([], { sessionId, sessionEpoch: 7 })
  await ask([{ topic: a }], { sessionId: 0, sessionEpoch: -1 })
  await ask([{ topic: a }], { sessionId: 0, sessionEpoch: 3 })
}

async function sessionErrors(subject: Subject, version: number): Promise<void> {
  const topic = await filled(subject)
  const ask = (wanted: readonly Wanted[], limits: Limits) => subject.ask(Fetch, fetchOf(wanted, limits), version)
  const { sessionId } = await ask([{ topic }, { topic: nowhere }, { topic, partition: 5 }], {
    sessionId: 0,
    sessionEpoch: 0,
  })
  await ask([], { sessionId, sessionEpoch: 1 })
  await ask([{ topic, fetchOffset: 99 }], { sessionId, sessionEpoch: 2 })
  await ask([{ topic, fetchOffset: 5 }], { sessionId, sessionEpoch: 3 })
}

async function limits(subject: Subject, version: number): Promise<void> {
  const topic = await filled(subject, 't', 2)
  await subject.append(topic, batch(['other partition']), 1)
  for (const partitionMaxBytes of [0, 1, 80, 150, 200])
    await subject.ask(Fetch, fetchOf([{ topic, partitionMaxBytes }]), version)
  for (const maxBytes of [0, 1, 100, 250])
    await subject.ask(Fetch, fetchOf([{ topic }, { topic, partition: 1 }], { maxBytes }), version)
  await subject.ask(Fetch, fetchOf([{ topic, fetchOffset: 5 }], { minBytes: 1_000_000, maxWaitMs: 30 }), version)
  await subject.ask(Fetch, fetchOf([{ topic, fetchOffset: 6 }], { minBytes: 1, maxWaitMs: 30 }), version)
}

/** How many of them come is for each broker to say: Kafka converts the first, and then as many as it reads at once. */
async function beforeUnknown(subject: Subject, version: number): Promise<void> {
  const topic = await subject.topic('t')
  for (const compression of [0, 1, 4, 0]) await subject.append(topic, batch(['a', 'b', 'c'], { compression }))
  for (const fetchOffset of [0, 1, 3, 6, 9]) {
    const { responses } = await subject.quiet(Fetch, fetchOf([{ topic, fetchOffset }]), version)
    const { records, errorCode, highWatermark } = responses[0]!.partitions[0]!
    subject.note(`from ${fetchOffset}`, {
      errorCode,
      highWatermark,
      first: records ? String(records.readBigInt64BE()) : null,
    })
  }
}

/** A fetch that waits at the end of the log is answered when a record comes. */
async function longPoll(subject: Subject): Promise<void> {
  const topic = await filled(subject)
  const waiting = await subject.wire('waiting')
  const version = subject.newest(Fetch)
  const correlationId = waiting.send(
    Fetch,
    version,
    fetchOf([{ topic, fetchOffset: 6 }], { minBytes: 1, maxWaitMs: 10_000 }),
  )
  await new Promise(resolve => setTimeout(resolve, 50))
  await subject.append(topic, batch(['woken']))
  subject.note('woken', await waiting.answer(Fetch, version, correlationId))
}

export const fetchScenarios: readonly Scenario[] = [
  eachVersion(Fetch, 'fetch from several offsets', async (subject, version) => {
    const topic = await filled(subject)
    for (const fetchOffset of [0, 1, 2, 3, 4, 5, 6])
      await subject.ask(Fetch, fetchOf([{ topic, fetchOffset }]), version)
    await subject.ask(Fetch, fetchOf([{ topic }], { isolationLevel: version >= 4 ? 1 : 0 }), version)
  }),
  eachVersion(Fetch, 'fetch: offsets out of range', async (subject, version) => {
    const topic = await filled(subject)
    for (const fetchOffset of [7, 1000, -1, -7]) await subject.ask(Fetch, fetchOf([{ topic, fetchOffset }]), version)
    await subject.quiet(DeleteRecords, {
      topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, offset: 4 }] }],
      timeoutMs: 5000,
    })
    for (const fetchOffset of [0, 3, 4, 5]) await subject.ask(Fetch, fetchOf([{ topic, fetchOffset }]), version)
  }),
  eachVersion(Fetch, 'fetch: unknown topic and partition', async (subject, version) => {
    const topic = await filled(subject)
    await subject.ask(Fetch, fetchOf([{ topic: nowhere }]), version)
    await subject.ask(Fetch, fetchOf([{ topic, partition: 9 }, { topic }]), version)
    await subject.ask(Fetch, fetchOf([{ topic, partition: -1 }]), version)
    await subject.ask(Fetch, fetchOf([]), version)
  }),
  eachVersion(Fetch, 'fetch: in which order what is unknown is told', async (subject, version) => {
    const topic = await filled(subject)
    const of = (partition: number) => ({ topic, partition })
    const elsewhere = (partition: number) => ({ topic: nowhere, partition })
    for (const wanted of [
      [of(0), of(-1), elsewhere(0)],
      [elsewhere(0), of(-1), elsewhere(1), of(0)],
      [of(7), of(0), elsewhere(3), of(5)],
    ]) {
      await subject.ask(Fetch, fetchOf(wanted), version)
      if (version >= 7) await subject.ask(Fetch, fetchOf(wanted, { sessionId: 0, sessionEpoch: 0 }), version)
    }
  }),
  eachVersion(Fetch, 'fetch: limits', limits),
  eachVersion(Fetch, 'fetch: leader epochs', async (subject, version) => {
    if (version < 9) return
    const topic = await filled(subject)
    for (const currentLeaderEpoch of [-1, 0, 1, 7])
      await subject.ask(Fetch, fetchOf([{ topic, currentLeaderEpoch }]), version)
    if (version < 12) return
    for (const lastFetchedEpoch of [-1, 0, 1, 4])
      await subject.ask(Fetch, fetchOf([{ topic, fetchOffset: 5, lastFetchedEpoch }]), version)
  }),
  eachVersion(Fetch, 'fetch: sessions', async (subject, version) => {
    if (version >= 7) await sessions(subject, version)
  }),
  eachVersion(Fetch, 'fetch: errors inside a session', async (subject, version) => {
    if (version >= 7) await sessionErrors(subject, version)
  }),
  eachVersion(Fetch, 'fetch: compressed batches by version', async (subject, version) => {
    for (const compression of [1, 2, 3, 4]) {
      const topic = await subject.topic(`t${compression}`)
      await subject.append(topic, batch(['a', null, 'c'], { compression }))
      await subject.ask(Fetch, fetchOf([{ topic, fetchOffset: 1 }]), version)
    }
  }),
  eachVersion(Fetch, 'fetch: batches before one that an old consumer does not know', beforeUnknown),
  scene('fetch: long poll', longPoll),
  scene('fetch: as an old consumer without ids', async subject => {
    const topic = await filled(subject)
    await subject.ask(Fetch, fetchOf([{ topic }], { sessionId: 0, sessionEpoch: -1 }), 11)
    await subject.ask(Fetch, fetchOf([{ topic }], { replicaId: -2 }), 11)
  }),
  scene('fetch: an empty topic', async subject => {
    const topic = await subject.topic('t')
    await subject.ask(Fetch, fetchOf([{ topic }]))
    await subject.ask(Fetch, fetchOf([{ topic, fetchOffset: 1 }]))
  }),
  scene('fetch: the same partition twice', async subject => {
    const topic = await filled(subject)
    await subject.ask(Fetch, fetchOf([{ topic }, { topic, fetchOffset: 3 }]))
  }),
  scene('fetch: the zero topic id', async subject => {
    await subject.ask(Fetch, fetchOf([{ topic: { name: '', id: '0'.repeat(32) } }]))
  }),
]
