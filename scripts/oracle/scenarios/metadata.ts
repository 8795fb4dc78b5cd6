/** Metadata and DescribeTopicPartitions. */
import { DescribeTopicPartitions } from '../../../src/protocol/messages/describe-topic-partitions'
import { Metadata } from '../../../src/protocol/messages/metadata'
import { type Scenario, eachVersion, scene } from '../scenario'
import type { Subject } from '../subject'

interface Limits {
  readonly limit?: number
  readonly cursor?: { readonly topicName: string; readonly partitionIndex: number } | null
}

const partitionsOf = (subject: Subject, names: readonly string[], { limit = 2000, cursor = null }: Limits = {}) =>
  subject.ask(DescribeTopicPartitions, { topics: names.map(name => ({ name })), responsePartitionLimit: limit, cursor })

async function pages(subject: Subject): Promise<void> {
  const [a, b] = [(await subject.topic('a', 3)).name, (await subject.topic('b', 2)).name]
  for (const limit of [2000, 5, 4, 3, 2, 1, 0, -1]) await partitionsOf(subject, [a, b], { limit })
  for (const cursor of [
    { topicName: a, partitionIndex: 0 },
    { topicName: a, partitionIndex: 2 },
    { topicName: a, partitionIndex: 3 },
    { topicName: b, partitionIndex: 1 },
    { topicName: b, partitionIndex: 9 },
    { topicName: b, partitionIndex: -1 },
    { topicName: `${a}a`, partitionIndex: 0 },
    { topicName: 'zzz', partitionIndex: 0 },
  ]) {
    await partitionsOf(subject, [a, b], { cursor })
    await partitionsOf(subject, [a, b], { cursor, limit: 1 })
  }
  await partitionsOf(subject, [b, a])
  await partitionsOf(subject, [a, a])
  await partitionsOf(subject, [a, 'nowhere', 'bad name', ''])
}

export const metadataScenarios: readonly Scenario[] = [
  eachVersion(Metadata, 'metadata', async (subject, version) => {
    const [a, b] = [await subject.topic('a', 3), await subject.topic('b', 1, { 'retention.ms': '1000' })]
    const more = version >= 4 ? { allowAutoTopicCreation: false } : {}
    const ask = (names: readonly string[]) =>
      subject.ask(Metadata, { topics: names.map(name => ({ name })), ...more }, version)
    await ask([a.name])
    await ask([a.name, b.name, a.name])
    if (version >= 4) await ask([a.name, subject.name('nowhere'), 'bad name', ''])
    await ask(['bad name', '..'])
    if (version >= 1) await ask([])
  }),
  eachVersion(Metadata, 'metadata: all topics', async (subject, version) => {
    await subject.topic('a', 2)
    await subject.ask(
      Metadata,
      { topics: version === 0 ? [] : null, ...(version >= 4 ? { allowAutoTopicCreation: false } : {}) },
      version,
    )
  }),
  eachVersion(Metadata, 'metadata: creates a topic', async (subject, version) => {
    const name = subject.name('auto')
    await subject.ask(
      Metadata,
      { topics: [{ name }], ...(version >= 4 ? { allowAutoTopicCreation: true } : {}) },
      version,
    )
    await subject.settled(name, 1)
    await subject.ask(Metadata, { topics: [{ name }] }, version)
  }),
  eachVersion(Metadata, 'metadata: by id', async (subject, version) => {
    if (version < 10) return
    const topic = await subject.topic('a', 2)
    const zero = '0'.repeat(32)
    const ask = (topics: readonly { topicId: string; name: string | null }[]) =>
      subject.ask(Metadata, { topics, allowAutoTopicCreation: false }, version)
    await ask([{ topicId: topic.id, name: null }])
    await ask([{ topicId: 'f'.repeat(32), name: null }])
    await ask([{ topicId: topic.id, name: topic.name }])
    await ask([{ topicId: zero, name: topic.name }])
    await ask([{ topicId: zero, name: null }])
    await ask([
      { topicId: topic.id, name: null },
      { topicId: zero, name: topic.name },
    ])
    await ask([
      { topicId: topic.id, name: null },
      { topicId: topic.id, name: null },
    ])
  }),
  eachVersion(Metadata, 'metadata: authorized operations', async (subject, version) => {
    if (version < 8) return
    const topic = await subject.topic('a')
    const cluster = version <= 10 ? { includeClusterAuthorizedOperations: true } : {}
    await subject.ask(
      Metadata,
      { topics: [{ name: topic.name }], includeTopicAuthorizedOperations: true, ...cluster },
      version,
    )
  }),
  scene('describe topic partitions: pages', pages),
  scene('describe topic partitions: all', async subject => {
    const { name: own } = await subject.topic('a', 2)
    // A page has room for 2,000 partitions, and those of other scenarios may be more by now: it begins at the own ones.
    const reply = await subject.quiet(DescribeTopicPartitions, {
      topics: [],
      responsePartitionLimit: 2000,
      cursor: { topicName: subject.name(''), partitionIndex: 0 },
    })
    subject.note(
      'own topics',
      reply.topics.filter(({ name }) => name === own),
    )
  }),
]
