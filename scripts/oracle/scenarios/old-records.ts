/** Producers and consumers that are older than record batches: what they may send, and how they read on. */
import zlib from 'node:zlib'
import { messagesOf } from '../../../src/protocol/records/legacy'
import { buildBatch } from '../../../src/protocol/records/records'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { Produce } from '../../../src/protocol/messages/produce'
import { batch, changed, damaged, messageSet, record, wrapperMessage, wrapperOf } from '../batches'
import { type Scenario, eachVersion } from '../scenario'
import type { Subject, Topic } from '../subject'
import { produceTo, readAll } from './produce'

const producer = { producerId: 5, producerEpoch: 0 }
const two = [
  { key: 'a', value: '1' },
  { key: 'b', value: null },
]

/** Batches of format v2 in requests for older ones. */
const newRecords: Readonly<Record<string, () => Buffer>> = {
  'a batch': () => batch(['1', '2']),
  'a batch in gzip': () => batch(['1', '2'], { compression: 1 }),
  'a batch in zstd': () => batch(['1', '2'], { compression: 4 }),
  'two batches': () => Buffer.concat([batch(['1']), batch(['2'])]),
  'two batches in gzip': () => Buffer.concat([batch(['1'], { compression: 1 }), batch(['2'], { compression: 1 })]),
  'a batch and a few bytes': () => Buffer.concat([batch(['1']), Buffer.alloc(10)]),
  'base offset 5': () => batch(['1'], { baseOffset: 5 }),
  'a control batch': () => buildBatch({ control: true, records: [record('\0\0\0\0\0\0', '\0\0\0\0')] }),
  'a producer without a sequence': () => batch(['1'], producer),
  'of a transaction': () => batch(['1'], { ...producer, baseSequence: 0, transactional: true }),
  'with a wrong checksum': () => damaged(batch(['1'])),
  'cut short': () => batch(['1']).subarray(0, -1),
  'more records than there are': () => changed(batch(['1']), copy => void copy.writeInt32BE(9, 57)),
  'then magic 1': () => Buffer.concat([batch(['1']), messageSet(1, two)]),
  'after magic 1': () => Buffer.concat([messageSet(1, two), batch(['1'])]),
}

function changedSet(magic: 0 | 1, change: (set: Buffer) => void): Buffer {
  const set = messageSet(magic, two)
  change(set)
  return set
}

const sized = (sizeBytes: number) => (magic: 0 | 1) => changedSet(magic, set => void set.writeInt32BE(sizeBytes, 8))
const holding = (inner: (magic: 0 | 1) => Buffer) => (magic: 0 | 1) =>
  wrapperOf(magic, 1, zlib.gzipSync(inner(magic)), 2)

/** Messages that hold others, or should. */
const wrappers: Readonly<Record<string, (magic: 0 | 1) => Buffer>> = {
  'in zstd, it says': magic => wrapperOf(magic, 4, Buffer.from('abc')),
  'in zstd, it says, and more': magic =>
    Buffer.concat([wrapperOf(magic, 4, Buffer.from('abc')), messageSet(magic, two)]),
  'in compression 5': magic => wrapperOf(magic, 5, Buffer.from('abc')),
  'no gzip': magic => wrapperOf(magic, 1, Buffer.from('abc')),
  'gzip cut short': magic => wrapperOf(magic, 1, zlib.gzipSync(messageSet(magic, two)).subarray(0, 25)),
  'no snappy': magic => wrapperOf(magic, 2, Buffer.alloc(30, 0x77)),
  'no lz4': magic => wrapperOf(magic, 3, Buffer.alloc(30, 0x77)),
  'no value': magic => wrapperOf(magic, 1, null),
  'holds nothing': holding(() => Buffer.alloc(0)),
  'holds five bytes': holding(magic => messageSet(magic, two).subarray(0, 5)),
  'holds one that is cut short': holding(magic => messageSet(magic, two).subarray(0, 20)),
  'holds two of which the last is cut short': holding(magic => messageSet(magic, two).subarray(0, -2)),
  'holds a wrong checksum': holding(magic => changedSet(magic, set => void (set[set.length - 1]! ^= 1))),
  'holds a size of 3': holding(sized(3)),
  'holds a size of -1': holding(sized(-1)),
  'holds a size of 15': holding(sized(15)),
  'holds the other format': holding(magic => messageSet(magic === 0 ? 1 : 0, two)),
  'holds another one': holding(magic => wrapperMessage(magic, two)),
  'a size of 3': sized(3),
  'a size of 15': sized(15),
  'magic 7': magic => changedSet(magic, set => void (set[16] = 7)),
}

async function produced(
  subject: Subject,
  version: number,
  made: readonly (readonly [string, Buffer])[],
): Promise<void> {
  if (version > 2) return
  for (const type of ['producer', 'lz4']) {
    const topic = await subject.topic(type, 1, { 'compression.type': type })
    for (const [what, records] of made) {
      const reply = await subject.quiet(Produce, produceTo(topic, records), version)
      const [row] = reply.responses[0]!.partitionResponses
      subject.note(`${what}, ${type}`, { errorCode: row!.errorCode, baseOffset: row!.baseOffset })
    }
    await readAll(subject, topic)
  }
}

/** Reads from the beginning until nothing more comes, and notes what came: by how many fetches is for each broker to say. */
async function readThrough(subject: Subject, topic: Topic, version: number, partitionMaxBytes: number): Promise<void> {
  const offsets = new Set<number>()
  for (let fetchOffset = 0, before = -1; fetchOffset !== before; ) {
    before = fetchOffset
    const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes }]
    const wanted = { replicaId: -1, maxWaitMs: 0, minBytes: 0, maxBytes: 5_000_000, isolationLevel: 0 }
    const topics = [{ topic: topic.name, topicId: topic.id, partitions }]
    const reply = await subject.quiet(Fetch, { ...wanted, topics }, version)
    const found = messagesOf(reply.responses[0]?.partitions[0]?.records ?? Buffer.alloc(0))
    for (const { offset } of found) offsets.add(offset)
    fetchOffset = Math.max(fetchOffset, ...found.map(({ offset }) => offset + 1))
  }
  subject.note(`read in ${partitionMaxBytes} bytes`, [...offsets])
}

async function consumed(subject: Subject, version: number): Promise<void> {
  if (version > 3) return
  const short = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`)
  for (const [stem, values, compression] of [
    ['short', short(100), 0],
    ['gzip', short(100), 1],
    ['long', ['x'.repeat(1000)], 0],
  ] as const) {
    const topic = await subject.topic(stem)
    for (let i = 0; i < 5; i += 1) await subject.append(topic, batch(values, { compression }))
    for (const bytes of [0, 100, 500, 1500, 2500, 3500, 10_000, 1_000_000])
      await readThrough(subject, topic, version, bytes)
  }
}

/** By the setting of a topic, not by what is in it. */
async function inZstd(subject: Subject, version: number): Promise<void> {
  const topic = await subject.topic('t', 1, { 'compression.type': 'zstd' })
  const ask = (fetchOffset: number) => {
    const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1_000_000 }]
    const wanted = { replicaId: -1, maxWaitMs: 0, minBytes: 0, maxBytes: 5_000_000, isolationLevel: 0 }
    return subject.ask(Fetch, { ...wanted, topics: [{ topic: topic.name, topicId: topic.id, partitions }] }, version)
  }
  await ask(0)
  await subject.append(topic, batch(['1', '2'], { compression: 4 }))
  for (const fetchOffset of [0, 2, 7]) await ask(fetchOffset)
}

export const oldRecordsScenarios: readonly Scenario[] = [
  eachVersion(Produce, 'old records: batches of the new format', (subject, version) =>
    produced(
      subject,
      version,
      Object.entries(newRecords).map(([what, make]) => [what, make()]),
    ),
  ),
  eachVersion(Produce, 'old records: messages that hold others', (subject, version) =>
    produced(
      subject,
      version,
      Object.entries(wrappers).map(([what, make]) => [what, make(version === 2 ? 1 : 0)]),
    ),
  ),
  eachVersion(Fetch, 'old records: read with little room', consumed),
  eachVersion(Fetch, 'old records: fetch of topics in zstd', inZstd),
]
