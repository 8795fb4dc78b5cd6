/** Produce: every version, and everything a batch can be refused for. */
import { ListOffsets } from '../../../src/protocol/messages/list-offsets'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { Produce } from '../../../src/protocol/messages/produce'
import { InitProducerId } from '../../../src/protocol/messages/init-producer-id'
import { compressionNames } from '../../../src/protocol/records/compression'
import { buildBatch } from '../../../src/protocol/records/records'
import { batch, changed, damaged, messageSet, record, t0 } from '../batches'
import { type Scenario, eachVersion, scene } from '../scenario'
import type { Subject, Topic } from '../subject'

/** A request with one batch for one partition. */
export function produceTo(
  topic: Topic,
  records: Buffer | null,
  more: { acks?: number; index?: number; timeoutMs?: number } = {},
) {
  const { acks = -1, index = 0, timeoutMs = 10_000 } = more
  return { acks, timeoutMs, topicData: [{ name: topic.name, topicId: topic.id, partitionData: [{ index, records }] }] }
}

/** Everything a partition holds, as a new consumer sees it. */
export function readAll(
  subject: Subject,
  topic: Topic,
  version = Math.min(12, subject.newest(Fetch)),
  fetchOffset = 0,
) {
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 8_000_000 }]
  return subject.ask(
    Fetch,
    {
      replicaId: -1,
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 50_000_000,
      isolationLevel: 0,
      topics: [{ topic: topic.name, topicId: topic.id, partitions }],
    },
    version,
  )
}

const recordsFor = (version: number): Buffer => {
  if (version < 2)
    return messageSet(0, [
      { key: 'a', value: '1' },
      { key: null, value: '2' },
    ])
  if (version === 2)
    return messageSet(1, [
      { key: 'a', value: '1' },
      { key: 'b', value: null },
    ])
  return batch(['1', null, '3'])
}

const nowhere: Topic = { name: 'nowhere', id: '0123456789abcdef0123456789abcdef' }

const refusals: Readonly<Record<string, () => Buffer>> = {
  'bad crc': () => damaged(batch(['v'])),
  'count too high': () => changed(batch(['v', 'w']), copy => copy.writeInt32BE(3, 57)),
  'count too low': () => changed(batch(['v', 'w']), copy => copy.writeInt32BE(1, 57)),
  'count negative': () => changed(batch(['v', 'w']), copy => copy.writeInt32BE(-1, 57)),
  'last offset delta too high': () => changed(batch(['v', 'w']), copy => copy.writeInt32BE(7, 23)),
  'magic 3': () => changed(batch(['v']), copy => copy.writeInt8(3, 16)),
  'magic 1 in a new request': () => messageSet(1, [{ key: 'a', value: '1' }]),
  'two batches': () => Buffer.concat([batch(['v']), batch(['w'])]),
  'empty records': () => Buffer.alloc(0),
  'a batch without records': () => buildBatch({ records: [] }),
  truncated: () => batch(['value']).subarray(0, -3),
  'length too short': () => changed(batch(['value']), copy => copy.writeInt32BE(10, 8)),
  'base offset 5': () => changed(batch(['v']), copy => copy.writeInt32BE(5, 4)),
  'a time in the future': () => batch(['v'], { fromMs: t0 + 48 * 3_600_000 }),
  'no time': () => batch(['v'], { fromMs: -1 }),
  'too large': () => batch(['v'.repeat(1_100_000)]),
  'too large, compressed': () =>
    batch(
      Array.from({ length: 40 }, () => 'v'.repeat(60_000)),
      { compression: 1 },
    ),
  'a control batch': () => batch(['v'], { control: true }),
  'a transactional batch without an id': () =>
    batch(['v'], { transactional: true, producerId: 4000, producerEpoch: 0, baseSequence: 0 }),
  'an unknown compression': () => changed(batch(['v']), copy => copy.writeInt16BE(7, 21)),
  'says gzip, is plain': () => changed(batch(['v']), copy => copy.writeInt16BE(1, 21)),
  'says lz4, is plain': () => changed(batch(['v']), copy => copy.writeInt16BE(3, 21)),
  'says snappy, is plain': () => changed(batch(['v']), copy => copy.writeInt16BE(2, 21)),
  'says zstd, is plain': () => changed(batch(['v']), copy => copy.writeInt16BE(4, 21)),
  'log append time claimed': () => changed(batch(['v']), copy => copy.writeInt16BE(8, 21)),
  'garbage inside': () => changed(batch(['value of some length']), copy => copy.fill(0xff, 61)),
  'max timestamp wrong': () =>
    changed(batch(['v', 'w']), copy => copy.writeInt32BE(copy.readInt32BE(39) + 500_000, 39)),
  'a producer without an epoch': () => batch(['v'], { producerId: 77, producerEpoch: -1, baseSequence: 0 }),
  'a sequence without a producer': () => batch(['v'], { producerId: -1, producerEpoch: -1, baseSequence: 3 }),
  'a negative sequence': () => batch(['v'], { producerId: 77, producerEpoch: 0, baseSequence: -1 }),
}

async function idempotence(subject: Subject): Promise<void> {
  const topic = await subject.topic('t')
  const { producerId, producerEpoch } = await subject.ask(InitProducerId, {
    transactionalId: null,
    transactionTimeoutMs: 60_000,
  })
  const send = (baseSequence: number, count: number, epoch = producerEpoch) => {
    const values = Array.from({ length: count }, (_, index) => `v${baseSequence + index}`)
    return subject.ask(Produce, produceTo(topic, batch(values, { producerId, producerEpoch: epoch, baseSequence })))
  }
  for (const [at, count] of [
    [0, 2],
    [2, 3],
    [2, 3],
    [0, 2],
    [5, 1],
    [9, 1],
    [6, 1],
    [7, 1],
    [8, 1],
    [9, 1],
    [0, 2],
    [6, 2],
  ] as const)
    await send(at, count)
  await send(0, 1, 3)
  await send(10, 1)
  await send(5, 1, 4)
  await readAll(subject, topic)
}

async function sequenceWraps(subject: Subject): Promise<void> {
  const topic = await subject.topic('t')
  const send = (baseSequence: number, count: number) =>
    subject.ask(
      Produce,
      produceTo(
        topic,
        batch(
          Array.from({ length: count }, () => 'v'),
          { producerId: 9000, producerEpoch: 0, baseSequence },
        ),
      ),
    )
  await send(2_147_483_646, 2)
  await send(0, 1)
  await send(1, 1)
}

async function compacted(subject: Subject): Promise<void> {
  const topic = await subject.topic('t', 1, { 'cleanup.policy': 'compact' })
  await subject.ask(
    Produce,
    produceTo(topic, buildBatch({ records: [record('with key'), record('without', null), record('x', null)] })),
  )
  await subject.ask(Produce, produceTo(topic, batch(['with keys'])))
}

async function logAppendTime(subject: Subject): Promise<void> {
  const topic = await subject.topic('t', 1, { 'message.timestamp.type': 'LogAppendTime' })
  await subject.ask(Produce, produceTo(topic, batch(['1', '2'])))
  await subject.ask(Produce, produceTo(topic, batch(['3', '4'], { compression: 1 })))
  await readAll(subject, topic)
}

/** Bytes that another compressor made need not be the same; sizes of re-compressed batches are not compared. */
async function brokerCodec(subject: Subject): Promise<void> {
  const topic = await subject.topic('t', 1, { 'compression.type': 'gzip' })
  await subject.ask(Produce, produceTo(topic, batch(['1', '2'])))
  const plain = await subject.topic('plain', 1, { 'compression.type': 'uncompressed' })
  await subject.ask(Produce, produceTo(plain, batch(['1', '2'], { compression: 4 })))
  await readAll(subject, plain)
}

async function acksZero(subject: Subject): Promise<void> {
  const topic = await subject.topic('t')
  const wire = await subject.wire('zero')
  wire.send(Produce, 11, produceTo(topic, batch(['1', '2']), { acks: 0 }))
  const asked = {
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
  }
  await subject.eventually(ListOffsets, asked, reply => reply.topics[0]?.partitions[0]?.offset === 2)
  wire.send(Produce, 11, produceTo(topic, damaged(batch(['3'])), { acks: 0 }))
  const gone = await wire.frame(2000).then(
    () => 'an answer',
    error => (error as Error).message,
  )
  subject.note('after an error with acks=0', gone)
}

/** Apache Kafka never answers this one, so it is asked once and not for long. */
async function noRecords(subject: Subject): Promise<void> {
  const topic = await subject.topic('t')
  const wire = await subject.wire('null')
  const version = subject.newest(Produce)
  const correlationId = wire.send(Produce, version, produceTo(topic, null))
  const outcome = await wire.frame(2000).then(
    frame => (frame.readInt32BE(0) === correlationId ? 'an answer' : 'another answer'),
    error => (error as Error).message,
  )
  subject.note('null records', outcome)
}

async function severalPartitions(subject: Subject): Promise<void> {
  const [a, b] = [await subject.topic('a', 2), await subject.topic('b', 1)]
  const version = Math.min(12, subject.newest(Produce))
  const partitionData = [0, 1, 2].map(index => ({ index, records: batch([`p${index}`]) }))
  const topicData = [
    { name: a.name, partitionData },
    { name: b.name, partitionData: [{ index: 0, records: damaged(batch(['x'])) }] },
    { name: 'nowhere', partitionData: [{ index: 0, records: batch(['x']) }] },
  ]
  await subject.ask(Produce, { acks: 1, timeoutMs: 1000, topicData }, version)
  await subject.ask(Produce, { acks: 1, timeoutMs: 1000, topicData: [] }, version)
}

export const produceScenarios: readonly Scenario[] = [
  eachVersion(Produce, 'produce and read back', async (subject, version) => {
    const topic = await subject.topic('t')
    for (const acks of [1, -1]) await subject.ask(Produce, produceTo(topic, recordsFor(version), { acks }), version)
    await readAll(subject, topic)
  }),
  eachVersion(Produce, 'produce: unknown topic and partition', async (subject, version) => {
    const topic = await subject.topic('t')
    await subject.ask(Produce, produceTo(nowhere, recordsFor(version)), version)
    await subject.ask(Produce, produceTo(topic, recordsFor(version), { index: 7 }), version)
    await subject.ask(Produce, produceTo(topic, recordsFor(version), { index: -1 }), version)
  }),
  eachVersion(Produce, 'produce: acks that do not exist', async (subject, version) => {
    const topic = await subject.topic('t')
    for (const acks of [2, -2, 5]) await subject.ask(Produce, produceTo(topic, recordsFor(version), { acks }), version)
  }),
  eachVersion(Produce, 'produce: zstd by version', async (subject, version) => {
    if (version < 3) return
    const topic = await subject.topic('t')
    await subject.ask(Produce, produceTo(topic, batch(['1', '2'], { compression: 4 })), version)
  }),
  ...Object.entries(refusals).map(([what, build]) =>
    eachVersion(Produce, `produce: ${what}`, async (subject, version) => {
      if (version < 7 && version !== 3) return
      const topic = await subject.topic('t')
      await subject.ask(Produce, produceTo(topic, build()), version)
      await subject.ask(Produce, produceTo(topic, batch(['good'])), version)
      await readAll(subject, topic)
    }),
  ),
  ...compressionNames.map((name, compression) =>
    scene(`produce: codec ${name}`, async subject => {
      const topic = await subject.topic('t')
      await subject.ask(Produce, produceTo(topic, batch(['1', null, '3'.repeat(5000)], { compression })))
      await readAll(subject, topic)
      await readAll(subject, topic, undefined, 1)
    }),
  ),
  scene('produce: idempotence', idempotence),
  scene('produce: sequence numbers wrap', sequenceWraps),
  scene('produce: a producer nobody knows', async subject => {
    const topic = await subject.topic('t')
    await subject.ask(Produce, produceTo(topic, batch(['v'], { producerId: 8000, producerEpoch: 2, baseSequence: 5 })))
    await subject.ask(Produce, produceTo(topic, batch(['v'], { producerId: 8001, producerEpoch: 2, baseSequence: 0 })))
    await subject.ask(Produce, produceTo(topic, batch(['v'], { producerId: 8001, producerEpoch: 1, baseSequence: 1 })))
    await subject.ask(Produce, produceTo(topic, batch(['v'], { producerId: 8001, producerEpoch: 3, baseSequence: 1 })))
    await subject.ask(Produce, produceTo(topic, batch(['v'], { producerId: 8001, producerEpoch: 3, baseSequence: 0 })))
  }),
  scene('produce: a compacted topic wants keys', compacted),
  scene('produce: LogAppendTime', logAppendTime),
  scene('produce: codec of the topic', brokerCodec),
  scene('produce: limits of the topic', async subject => {
    const topic = await subject.topic('t', 1, { 'max.message.bytes': '200' })
    await subject.ask(Produce, produceTo(topic, batch(['v'.repeat(300)])))
    await subject.ask(Produce, produceTo(topic, batch(['v'])))
    const strict = await subject.topic('times', 1, {
      'message.timestamp.before.max.ms': '1000',
      'message.timestamp.after.max.ms': '1000',
    })
    await subject.ask(Produce, produceTo(strict, batch(['v', 'w'])))
    await subject.ask(Produce, produceTo(strict, batch(['v'], { fromMs: t0 + 4 * 3_600_000 })))
  }),
  scene('produce: too few replicas', async subject => {
    const topic = await subject.topic('t', 1, { 'min.insync.replicas': '2' })
    await subject.ask(Produce, produceTo(topic, batch(['v'])))
    await subject.ask(Produce, produceTo(topic, batch(['v']), { acks: 1 }))
  }),
  scene('produce: an internal topic', async subject => {
    const partitionData = [{ index: 0, records: batch(['v']) }]
    await subject.ask(
      Produce,
      { acks: 1, timeoutMs: 1000, topicData: [{ name: '__consumer_offsets', partitionData }] },
      11,
    )
  }),
  scene('produce: no records', noRecords),
  scene('produce: acks=0', acksZero),
  scene('produce: several partitions, some refused', severalPartitions),
]
