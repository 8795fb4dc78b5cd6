/** What a broker makes of a batch before it stores it: compression, timestamps, limits; and when it lets go of it. */
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/incremental-alter-configs'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { ListOffsets } from '../../../src/protocol/messages/list-offsets'
import { Produce } from '../../../src/protocol/messages/produce'
import { compressionNames } from '../../../src/protocol/records/compression'
import { messagesOf } from '../../../src/protocol/records/legacy'
import { batch, changed, messageSet, t0, wrapperMessage } from '../batches'
import { eachVersion, type Scenario, scene } from '../scenario'
import type { Subject, Topic } from '../subject'
import { whatIsLeft } from '../whole'
import { produceTo, readAll } from './produce'

const types = ['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd']

/** Batches of every codec, of a producer with an id, and with a header that lies. */
async function everyCodec(subject: Subject, topic: Topic): Promise<void> {
  for (const [compression] of compressionNames.entries()) {
    await subject.ask(Produce, produceTo(topic, batch(['1', null, '3'.repeat(300)], { compression })))
    const producer = { producerId: 7000 + compression, producerEpoch: 1, baseSequence: 0 }
    await subject.ask(Produce, produceTo(topic, batch(['of a producer'], { compression, ...producer })))
    const lying = changed(batch(['v', 'w'], { compression }), copy => copy.writeInt32BE(copy.readInt32BE(39) + 5, 39))
    await subject.ask(Produce, produceTo(topic, lying))
  }
  await whatIsLeft(subject, topic)
}

async function sizes(subject: Subject, type: string): Promise<void> {
  const topic = await subject.topic('t', 1, { 'compression.type': type, 'max.message.bytes': '500' })
  for (const compression of [0, 1, 4]) {
    for (const length of [300, 2000, 20_000]) {
      await subject.ask(Produce, produceTo(topic, batch(['v'.repeat(length)], { compression })))
    }
  }
  await whatIsLeft(subject, topic)
}

async function decompressed(subject: Subject, type: string): Promise<void> {
  const config = { 'max.decompressed.message.bytes': '1000', 'compression.type': type }
  const topic = await subject.topic('t', 1, config)
  for (const [compression] of compressionNames.entries()) {
    for (const length of [500, 980, 986, 987, 988, 989, 990, 991, 1000, 1100, 5000]) {
      await subject.ask(Produce, produceTo(topic, batch(['v'.repeat(length)], { compression })))
    }
    // Together too much, each of them not.
    await subject.ask(Produce, produceTo(topic, batch(['v'.repeat(600), 'w'.repeat(600)], { compression })))
  }
  await whatIsLeft(subject, topic)
}

async function longerThanASegment(subject: Subject): Promise<void> {
  const topic = await subject.topic('t', 1, { 'internal.segment.bytes': '300' })
  for (const length of [100, 230, 231, 232, 240, 300, 1000]) {
    await subject.ask(Produce, produceTo(topic, batch(['v'.repeat(length)])))
  }
  await subject.ask(Produce, produceTo(topic, batch(['v'.repeat(1000)], { compression: 1 })))
  await whatIsLeft(subject, topic)
}

async function times(subject: Subject, type: string): Promise<void> {
  const topic = await subject.topic('t', 1, {
    'message.timestamp.type': type,
    'message.timestamp.before.max.ms': String(4 * 3_600_000),
    'message.timestamp.after.max.ms': String(3_600_000),
  })
  for (const compression of [0, 1]) {
    for (const fromMs of [t0, t0 - 2 * 3_600_000, t0 + 3 * 3_600_000, t0 + 6 * 3_600_000, -1, 0]) {
      await subject.ask(Produce, produceTo(topic, batch(['1', '2', '3'], { compression, fromMs })))
    }
  }
  await whatIsLeft(subject, topic)
}

async function keyless(subject: Subject): Promise<void> {
  const topic = await subject.topic('t', 1, {
    'cleanup.policy': 'compact,delete',
    'message.timestamp.before.max.ms': '1000',
  })
  await subject.ask(Produce, produceTo(topic, batch(['1', '2'])))
  const now = t0 + 3 * 3_600_000
  await subject.ask(Produce, produceTo(topic, batch(['1', '2'], { fromMs: now + 60_000 })))
}

async function set(subject: Subject, topic: Topic, changes: Readonly<Record<string, string>>): Promise<void> {
  const resource = { resourceType: 2, resourceName: topic.name }
  const entries = Object.entries(changes).map(([name, value]) => ({ name, configOperation: 0, value }))
  await subject.quiet(IncrementalAlterConfigs, { resources: [{ ...resource, configs: entries }], validateOnly: false })
}

/** The first offset that is left, once it is `expected` or five seconds have passed. */
async function startsAt(subject: Subject, topic: Topic, expected: number): Promise<void> {
  const partitions = [{ partitionIndex: 0, timestamp: -2, currentLeaderEpoch: -1 }]
  await subject.eventually(
    ListOffsets,
    { replicaId: -1, isolationLevel: 0, topics: [{ name: topic.name, partitions }] },
    reply => reply.topics[0]?.partitions[0]?.offset === expected,
  )
}

/** All messages as an old consumer gets them, in as many fetches as it takes: a Kafka cuts off what grew in conversion. */
async function readOld(subject: Subject, topic: Topic, version: number): Promise<void> {
  const seen = new Map<number, unknown>()
  for (let fetchOffset = 0, before = -1; fetchOffset !== before; ) {
    before = fetchOffset
    const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1_000_000 }]
    const wanted = { replicaId: -1, maxWaitMs: 0, minBytes: 0, maxBytes: 5_000_000, isolationLevel: 0 }
    const topics = [{ topic: topic.name, topicId: topic.id, partitions }]
    const reply = await subject.quiet(Fetch, { ...wanted, topics }, version)
    const records = reply.responses[0]?.partitions[0]?.records ?? Buffer.alloc(0)
    for (const { offset, timestampMs, key, value } of messagesOf(records)) {
      seen.set(offset, { offset, createTimestamp: timestampMs, key: key?.toString(), value: value?.toString() })
      fetchOffset = Math.max(fetchOffset, offset + 1)
    }
  }
  subject.note(`fetched with version ${version}`, [...seen.values()])
}

/** Sets and wrappers of the oldest formats, with keys and without, read back in every format. */
async function oldFormats(subject: Subject, version: number, configs: Readonly<Record<string, string>>): Promise<void> {
  if (version > 2) return
  const topic = await subject.topic('t', 1, configs)
  const magic = version === 2 ? 1 : 0
  const keyed = [
    { key: 'a', value: '1' },
    { key: 'b', value: null },
    { key: 'a', value: '3'.repeat(200) },
  ]
  for (const messages of [keyed, [...keyed, { key: null, value: 'no key' }]]) {
    await subject.ask(Produce, produceTo(topic, messageSet(magic, messages)), version)
    await subject.ask(Produce, produceTo(topic, wrapperMessage(magic, messages)), version)
  }
  await subject.append(topic, batch(['new', 'newer'], { compression: 1 }))
  for (const fetchVersion of [0, 1, 2, 3]) await readOld(subject, topic, fetchVersion)
  await readAll(subject, topic)
}

const hour = 3_600_000

/** Each batch begins a segment. */
async function segments(subject: Subject, configs: Readonly<Record<string, string>>, times: readonly number[]) {
  const topic = await subject.topic('t', 1, { 'internal.segment.bytes': '200', 'retention.ms': '-1', ...configs })
  for (const fromMs of times) await subject.append(topic, batch(['v'.repeat(90)], { fromMs }))
  return topic
}

async function retention(subject: Subject): Promise<void> {
  const byTime = await segments(subject, {}, [t0, t0 - 5 * hour, t0 + hour, t0 - 9 * hour, t0 + 2 * hour])
  await set(subject, byTime, { 'retention.ms': String(2.5 * hour) })
  await startsAt(subject, byTime, 2)
  await set(subject, byTime, { 'retention.ms': '1000' })
  await startsAt(subject, byTime, 5)
  await subject.append(byTime, batch(['after']))
  await startsAt(subject, byTime, 6)
  const bySize = await segments(subject, {}, [t0, t0, t0, t0, t0])
  await set(subject, bySize, { 'retention.bytes': '500' })
  await startsAt(subject, bySize, 1)
  await set(subject, bySize, { 'retention.bytes': '1' })
  await startsAt(subject, bySize, 4)
  await set(subject, bySize, { 'retention.bytes': '0' })
  await startsAt(subject, bySize, 5)
  const compacted = await segments(subject, { 'cleanup.policy': 'compact' }, [t0 - 5 * hour, t0 - 5 * hour])
  await set(subject, compacted, { 'retention.ms': '1000' })
  await startsAt(subject, compacted, 0)
  const both = await segments(subject, { 'cleanup.policy': 'compact,delete' }, [t0 - 5 * hour, t0 - 5 * hour])
  await set(subject, both, { 'retention.ms': String(4 * hour) })
  await startsAt(subject, both, 2)
}

export const storingScenarios: readonly Scenario[] = [
  ...types.flatMap(type =>
    ['CreateTime', 'LogAppendTime'].map(times =>
      scene(`storing: ${type}, ${times}`, async subject => {
        const configs = { 'compression.type': type, 'message.timestamp.type': times }
        await everyCodec(subject, await subject.topic('t', 1, configs))
      }),
    ),
  ),
  ...[
    ['compression.gzip.level', '9', 'gzip'],
    ['compression.lz4.level', '17', 'lz4'],
    ['compression.zstd.level', '-5', 'zstd'],
  ].map(([key, level, type]) =>
    scene(`storing: ${key}`, async subject =>
      everyCodec(subject, await subject.topic('t', 1, { 'compression.type': type!, [key!]: level! })),
    ),
  ),
  ...types.map(type => scene(`storing: limits, ${type}`, subject => sizes(subject, type))),
  ...['producer', 'gzip', 'uncompressed'].map(type =>
    scene(`storing: max.decompressed.message.bytes, ${type}`, subject => decompressed(subject, type)),
  ),
  scene('storing: longer than a segment', longerThanASegment),
  scene('storing: times, CreateTime', subject => times(subject, 'CreateTime')),
  scene('storing: times, LogAppendTime', subject => times(subject, 'LogAppendTime')),
  scene('storing: no key and no fitting time', keyless),
  scene('storing: retention', retention),
  ...Object.entries<Readonly<Record<string, string>>>({
    plain: {},
    'log append time': { 'message.timestamp.type': 'LogAppendTime' },
    compacted: { 'cleanup.policy': 'compact' },
    uncompressed: { 'compression.type': 'uncompressed' },
    gzip: { 'compression.type': 'gzip' },
  }).map(([what, configs]) =>
    eachVersion(Produce, `storing: old formats, ${what}`, (subject, version) => oldFormats(subject, version, configs)),
  ),
]
