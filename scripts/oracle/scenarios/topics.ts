/** CreateTopics, DeleteTopics, CreatePartitions: every version and every refusal. */
import { CreatePartitions } from '../../../src/protocol/messages/create-partitions'
import { CreateTopics } from '../../../src/protocol/messages/create-topics'
import { DeleteTopics } from '../../../src/protocol/messages/delete-topics'
import { Metadata } from '../../../src/protocol/messages/metadata'
import { type Scenario, eachVersion, scene } from '../scenario'
import type { Subject } from '../subject'

interface NewTopic {
  readonly name: string
  readonly numPartitions?: number
  readonly replicationFactor?: number
  readonly assignments?: readonly { partitionIndex: number; brokerIds: readonly number[] }[]
  readonly configs?: readonly { name: string; value: string | null }[]
}

function createOf(topics: readonly NewTopic[], validateOnly = false) {
  const defaults = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
  return { topics: topics.map(topic => ({ ...defaults, ...topic })), timeoutMs: 10_000, validateOnly }
}

const described = (subject: Subject, name: string) =>
  subject.ask(Metadata, { topics: [{ name }], allowAutoTopicCreation: false })

/** Names, and what is wrong with each. */
const badNames: readonly (readonly [string, string])[] = [
  ['empty', ''],
  ['a dot', '.'],
  ['two dots', '..'],
  ['a space', 'a b'],
  ['a slash', 'a/b'],
  ['a tilde', 'a~b'],
  ['an umlaut', 'ä'],
  ['250 characters', 'x'.repeat(250)],
  ['249 characters', 'y'.repeat(249)],
  ['the metadata log', '__cluster_metadata'],
  ['the groups log', '__consumer_offsets'],
]

const badShapes: Readonly<Record<string, Omit<NewTopic, 'name'>>> = {
  'no partitions': { numPartitions: 0 },
  'negative partitions': { numPartitions: -2 },
  'no replicas': { replicationFactor: 0 },
  'too many replicas': { replicationFactor: 2 },
  'negative replicas': { replicationFactor: -3 },
  'defaults for both': { numPartitions: -1, replicationFactor: -1 },
  'assignment and count': {
    numPartitions: 2,
    replicationFactor: 1,
    assignments: [{ partitionIndex: 0, brokerIds: [1] }],
  },
  'assignment and replicas': {
    numPartitions: -1,
    replicationFactor: 1,
    assignments: [{ partitionIndex: 0, brokerIds: [1] }],
  },
  'an assignment': {
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [
      { partitionIndex: 0, brokerIds: [1] },
      { partitionIndex: 1, brokerIds: [1] },
    ],
  },
  'an assignment with a gap': {
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [
      { partitionIndex: 0, brokerIds: [1] },
      { partitionIndex: 2, brokerIds: [1] },
    ],
  },
  'an assignment that starts at 1': {
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [{ partitionIndex: 1, brokerIds: [1] }],
  },
  'an assignment twice': {
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [
      { partitionIndex: 0, brokerIds: [1] },
      { partitionIndex: 0, brokerIds: [1] },
    ],
  },
  'an assignment to nobody': {
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [{ partitionIndex: 0, brokerIds: [] }],
  },
  'an assignment to a stranger': {
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [{ partitionIndex: 0, brokerIds: [9] }],
  },
  'an assignment to one broker twice': {
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [{ partitionIndex: 0, brokerIds: [1, 1] }],
  },
  'an unknown config': { configs: [{ name: 'no.such.key', value: '1' }] },
  'an illegal config': { configs: [{ name: 'retention.ms', value: 'soon' }] },
  'a config out of range': { configs: [{ name: 'segment.bytes', value: '1' }] },
  'a null config': { configs: [{ name: 'retention.ms', value: null }] },
  'a config twice': {
    configs: [
      { name: 'retention.ms', value: '1' },
      { name: 'retention.ms', value: '2' },
    ],
  },
  'configs that contradict': {
    configs: [
      { name: 'min.compaction.lag.ms', value: '100' },
      { name: 'max.compaction.lag.ms', value: '10' },
    ],
  },
  'remote storage that is off': { configs: [{ name: 'remote.storage.enable', value: 'true' }] },
  'good configs': {
    configs: [
      { name: 'retention.ms', value: '1000' },
      { name: 'cleanup.policy', value: 'compact, delete' },
    ],
  },
}

async function collisions(subject: Subject): Promise<void> {
  const create = (names: readonly string[], validateOnly = false) =>
    subject.ask(
      CreateTopics,
      createOf(
        names.map(name => ({ name: subject.name(name) })),
        validateOnly,
      ),
    )
  await create(['a.b'])
  await create(['a_b'])
  await create(['a.b'])
  await create(['c.d', 'c_d'])
  await create(['e.f'], true)
  await create(['e_f'])
  await create(['twice', 'twice', 'once'])
  await create([])
}

async function deletes(subject: Subject, version: number): Promise<void> {
  const names = ['a', 'b', 'c']
  for (const name of names) await subject.topic(name)
  const remove = (stems: readonly string[]) => {
    const topicNames = stems.map(stem => (stem === '' ? '' : subject.name(stem)))
    const topics = topicNames.map(name => ({ name, topicId: '0'.repeat(32) }))
    return subject.ask(
      DeleteTopics,
      version >= 6 ? { topics, timeoutMs: 5000 } : { topicNames, timeoutMs: 5000 },
      version,
    )
  }
  await remove(['a'])
  await remove(['a', 'nowhere'])
  await remove(['b', 'b', 'c'])
  await remove([''])
  await remove([])
  await subject.eventually(
    Metadata,
    { topics: names.map(name => ({ name: subject.name(name) })), allowAutoTopicCreation: false },
    ({ topics }) => topics.filter(({ errorCode }) => errorCode === 3).length === 2,
  )
}

async function deletesById(subject: Subject): Promise<void> {
  const [a, b] = [await subject.topic('a'), await subject.topic('b')]
  const zero = '0'.repeat(32)
  const remove = (topics: readonly { name: string | null; topicId: string }[]) =>
    subject.ask(DeleteTopics, { topics, timeoutMs: 5000 }, 6)
  await remove([{ name: null, topicId: 'f'.repeat(32) }])
  await remove([{ name: null, topicId: zero }])
  await remove([{ name: a.name, topicId: a.id }])
  await remove([
    { name: a.name, topicId: zero },
    { name: null, topicId: a.id },
  ])
  await remove([
    { name: null, topicId: b.id },
    { name: null, topicId: b.id },
  ])
  await remove([{ name: null, topicId: a.id }])
  await remove([{ name: null, topicId: a.id }])
}

async function grows(subject: Subject, version: number): Promise<void> {
  const topic = await subject.topic('t', 2)
  const grow = (
    count: number,
    assignments: readonly { brokerIds: readonly number[] }[] | null = null,
    validateOnly = false,
    name = topic.name,
  ) => subject.ask(CreatePartitions, { topics: [{ name, count, assignments }], timeoutMs: 5000, validateOnly }, version)
  for (const count of [2, 1, 0, -1]) await grow(count)
  await grow(3, null, true)
  await grow(3, null, false, 'nowhere')
  await grow(3, [])
  await grow(3, [{ brokerIds: [9] }])
  await grow(3, [{ brokerIds: [1] }, { brokerIds: [1] }])
  await grow(4, [{ brokerIds: [] }, { brokerIds: [] }])
  await grow(4, [{ brokerIds: [1, 1] }, { brokerIds: [1] }])
  await grow(3, [{ brokerIds: [1] }])
  await grow(5)
  await grow(2_000_000)
  await subject.settled(topic.name, 5)
  const twice = [4, 6].map(count => ({ name: topic.name, count, assignments: null }))
  await subject.ask(CreatePartitions, { topics: twice, timeoutMs: 5000, validateOnly: false }, version)
  await subject.ask(CreatePartitions, { topics: [], timeoutMs: 5000, validateOnly: false }, version)
  await described(subject, topic.name)
}

export const topicScenarios: readonly Scenario[] = [
  eachVersion(CreateTopics, 'create topics', async (subject, version) => {
    const [a, b, c] = [subject.name('a'), subject.name('b'), subject.name('c')]
    const configs = [{ name: 'retention.ms', value: '3600000' }]
    await subject.ask(CreateTopics, createOf([{ name: a, numPartitions: 3, configs }, { name: b }]), version)
    if (version >= 1) await subject.ask(CreateTopics, createOf([{ name: c }], true), version)
    await subject.ask(
      CreateTopics,
      createOf([{ name: a }, { name: 'bad name' }, { name: c, replicationFactor: 3 }]),
      version,
    )
    await subject.settled(a, 3)
    await subject.settled(b, 1)
    await described(subject, a)
    await described(subject, c)
  }),
  ...badNames.map(([what, name]) =>
    scene(`create topics: ${what} as a name`, async subject => {
      await subject.ask(CreateTopics, createOf([{ name }]))
    }),
  ),
  ...Object.entries(badShapes).map(([what, shape]) =>
    scene(`create topics: ${what}`, async subject => {
      const name = subject.name('t')
      await subject.ask(CreateTopics, createOf([{ name, ...shape }], true))
      await subject.ask(CreateTopics, createOf([{ name, ...shape }]))
    }),
  ),
  scene('create topics: names that collide', collisions),
  eachVersion(DeleteTopics, 'delete topics', deletes),
  scene('delete topics: by id', deletesById),
  eachVersion(CreatePartitions, 'create partitions', grows),
]
