/** Compaction: the same records to both, cleaned by both, and what is left compared batch by batch. */
import { DeleteRecords } from '../../../src/protocol/messages/delete-records'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/incremental-alter-configs'
import { InitProducerId } from '../../../src/protocol/messages/init-producer-id'
import { ListOffsets } from '../../../src/protocol/messages/list-offsets'
import { type NewBatch, buildBatch } from '../../../src/protocol/records/records'
import { sleep } from '../../judge/process'
import { t0 } from '../batches'
import { type Scenario, scene } from '../scenario'
import type { Subject, Topic } from '../subject'
import { Client } from '../transactional-client'
import { everything, whatIsLeft } from '../whole'

const segmentMs = 10_000
/** No share of a log is larger, so nothing is cleaned before a scenario says so. */
const never = '1'
const configs = {
  'cleanup.policy': 'compact',
  'segment.ms': String(segmentMs),
  'min.cleanable.dirty.ratio': never,
  'delete.retention.ms': '0',
}

type Pair = readonly [key: string | null, value: string | null]

/** Appends batches, each of which begins a segment. */
class Writer {
  readonly subject: Subject
  readonly topic: Topic
  private readonly fromMs: number
  private segment = 0

  constructor(subject: Subject, topic: Topic, fromMs = t0) {
    this.subject = subject
    this.topic = topic
    this.fromMs = fromMs
  }

  /** A time that begins a segment. */
  nextMs(): number {
    this.segment += 1
    return this.fromMs + this.segment * 2 * segmentMs
  }

  async put(pairs: readonly Pair[], how: Partial<NewBatch> = {}, fromMs = this.nextMs()): Promise<void> {
    await this.subject.append(this.topic, batchOf(pairs, fromMs, how))
  }
}

function batchOf(pairs: readonly Pair[], fromMs: number, how: Partial<NewBatch> = {}): Buffer {
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text))
  return buildBatch({
    ...how,
    records: pairs.map(([key, value], i) => ({
      timestampMs: fromMs + i,
      key: bytes(key),
      value: bytes(value),
      headers: i % 2 === 0 ? [] : [{ key: 'h', value: bytes(value) }],
    })),
  })
}

async function set(subject: Subject, topic: Topic, changes: Readonly<Record<string, string>>): Promise<void> {
  const resource = { resourceType: 2, resourceName: topic.name }
  const entries = Object.entries(changes).map(([name, value]) => ({ name, configOperation: 0, value }))
  await subject.quiet(IncrementalAlterConfigs, { resources: [{ ...resource, configs: entries }], validateOnly: false })
}

/** Lets a round begin, waits until it has changed what is there and nothing changes any more, and records what is left. */
async function cleaned(
  subject: Subject,
  topic: Topic,
  changes: Readonly<Record<string, string>> = {},
  from = 0,
): Promise<void> {
  const look = async () => Buffer.concat(await everything(subject, topic, from)).toString('latin1')
  const before = await look()
  await set(subject, topic, { 'min.cleanable.dirty.ratio': '0', ...changes })
  const deadline = Date.now() + 15_000
  let last = before
  for (let same = 0; same < 12 && Date.now() < deadline; ) {
    await sleep(100)
    const now = await look()
    same = now === last && now !== before ? same + 1 : 0
    last = now
  }
  await set(subject, topic, { 'min.cleanable.dirty.ratio': never })
  await whatIsLeft(subject, topic, from)
}

async function keys(subject: Subject): Promise<void> {
  const topic = await subject.topic('t', 1, configs)
  const to = new Writer(subject, topic)
  for (const [i, compression] of [0, 1, 2, 3, 4].entries()) {
    await to.put(
      [
        ['a', `${i}`],
        ['b', `${i}`],
        ['a', `${i}+`],
        [`only ${i}`, `${i}`],
      ],
      { compression },
    )
  }
  await to.put([['', 'an empty key']])
  await to.put([['', 'again']])
  await to.put([
    ['a', 'last but one'],
    ['x', null],
  ])
  await to.put([['active', '1']])
  await cleaned(subject, topic)
  for (const timestamp of [-1, -2, -3, t0, t0 + 4 * segmentMs, t0 + 9 * segmentMs]) {
    await subject.ask(ListOffsets, {
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, timestamp, currentLeaderEpoch: -1 }] }],
    })
  }
  await to.put([['a', 'new']])
  await to.put([['active', '2']])
  await cleaned(subject, topic)
}

async function tombstones(subject: Subject): Promise<void> {
  const topic = await subject.topic('t', 1, { ...configs, 'delete.retention.ms': '3600000' })
  const to = new Writer(subject, topic)
  await to.put([
    ['a', '1'],
    ['b', '1'],
    ['c', '1'],
  ])
  await to.put(
    [
      ['a', null],
      ['d', '1'],
    ],
    { compression: 1 },
  )
  await to.put([['b', null]])
  await to.put([['active', '1']])
  await set(subject, topic, { 'delete.retention.ms': '0' })
  await cleaned(subject, topic)
  await to.put([['c', '2']])
  await to.put([['active', '2']])
  await cleaned(subject, topic)
  await to.put([['c', '3']])
  await to.put([['active', '3']])
  await cleaned(subject, topic)
}

async function producers(subject: Subject): Promise<void> {
  const topic = await subject.topic('t', 1, configs)
  const to = new Writer(subject, topic)
  const { producerId, producerEpoch } = await subject.ask(InitProducerId, {
    transactionalId: null,
    transactionTimeoutMs: 60_000,
  })
  for (const baseSequence of [0, 2, 4]) {
    await to.put(
      [
        ['a', `${baseSequence}`],
        ['b', `${baseSequence}`],
      ],
      { producerId, producerEpoch, baseSequence },
    )
  }
  await to.put([
    ['a', 'of nobody'],
    ['b', 'of nobody'],
  ])
  await to.put([['active', '1']])
  await cleaned(subject, topic)
  await to.put([['a', '6']], { producerId, producerEpoch, baseSequence: 6 })
  await to.put([['active', '2']])
  await cleaned(subject, topic)
}

async function rounds(subject: Subject): Promise<void> {
  const topic = await subject.topic('t', 1, configs)
  const to = new Writer(subject, topic)
  await to.put([['a', '1']])
  await to.put([['b', '1']])
  await to.put([['a', null]])
  await to.put([['active', '1']])
  await cleaned(subject, topic)
  await to.put([['b', '2']])
  await to.put([['b', null]])
  await to.put([['active', '2']])
  await cleaned(subject, topic)
  await to.put([['c', '1']])
  await to.put([['active', '3']])
  await to.put([['active', '4']])
  await cleaned(subject, topic)
}

/** From every offset, since Kafka answers with one segment at a time. */
async function readCommitted(subject: Subject, topic: Topic): Promise<void> {
  for (let fetchOffset = 0; fetchOffset < 10; fetchOffset += 1) {
    const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 8_000_000 }]
    const wanted = { replicaId: -1, maxWaitMs: 0, minBytes: 0, maxBytes: 50_000_000, isolationLevel: 1 }
    const topics = [{ topic: topic.name, topicId: topic.id, partitions }]
    const reply = await subject.quiet(Fetch, { ...wanted, topics }, 12)
    const aborted = reply.responses[0]?.partitions[0]?.abortedTransactions ?? null
    subject.note(`aborted from ${fetchOffset}`, aborted)
  }
}

async function transactions(subject: Subject): Promise<void> {
  const topic = await subject.topic('t', 1, configs)
  // Markers bear the time at which they were written, which must not begin a segment.
  const to = new Writer(subject, topic, t0 + 3 * 3_600_000 + 120_000)
  const client = new Client(subject, 1)
  await client.init()
  let sequence = 0
  const within = async (commit: boolean, pairs: readonly Pair[]) => {
    await client.add([[topic.name, [0]]])
    const producer = { ...client.producer, baseSequence: sequence, transactional: true }
    await client.send(topic, batchOf(pairs, to.nextMs(), producer))
    sequence += pairs.length
    await client.end(commit)
  }
  await to.put([['a', 'before']])
  await within(false, [
    ['a', 'aborted'],
    ['b', 'aborted'],
  ])
  await within(true, [['c', 'committed']])
  await within(true, [['d', 'committed and replaced']])
  await within(false, [['c', null]])
  await to.put([['d', 'plain']])
  await to.put([['active', '1']])
  for (let round = 1; round <= 3; round += 1) {
    await cleaned(subject, topic)
    await readCommitted(subject, topic)
    await to.put([['d', `round ${round}`]])
    await to.put([['active', `round ${round}`]])
  }
}

async function keyless(subject: Subject): Promise<void> {
  const topic = await subject.topic('t', 1, { ...configs, 'cleanup.policy': 'delete' })
  const to = new Writer(subject, topic)
  await to.put([
    ['a', '1'],
    [null, 'no key'],
    ['a', '2'],
  ])
  await to.put([['b', '1']])
  await to.put([[null, 'no key either']])
  await to.put([['active', '1']])
  await cleaned(subject, topic, { 'cleanup.policy': 'compact' })
}

async function stamped(subject: Subject): Promise<void> {
  const topic = await subject.topic('t', 1, {
    ...configs,
    'segment.ms': '50',
    'message.timestamp.type': 'LogAppendTime',
  })
  const to = new Writer(subject, topic)
  for (const value of ['1', '2', '3']) {
    await to.put([
      ['a', value],
      [`only ${value}`, value],
      ['t', null],
    ])
    await sleep(120)
  }
  await to.put([['active', '1']])
  await cleaned(subject, topic)
}

async function deletedToo(subject: Subject): Promise<void> {
  const topic = await subject.topic('t', 1, { ...configs, 'cleanup.policy': 'compact,delete' })
  const to = new Writer(subject, topic)
  for (const value of ['1', '2', '3', '4']) await to.put([['a', value]])
  await to.put([['b', '1']])
  await to.put([['active', '1']])
  await subject.ask(DeleteRecords, {
    topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, offset: 2 }] }],
    timeoutMs: 5000,
  })
  await cleaned(subject, topic, {}, 2)
}

export const compactionScenarios: readonly Scenario[] = [
  scene('compaction keeps the last of each key', keys),
  scene('compaction and tombstones', tombstones),
  scene('compaction and producers', producers),
  scene('compaction round after round', rounds),
  scene('compaction and transactions', transactions),
  scene('compaction of records without a key', keyless),
  scene('compaction with log append time', stamped),
  scene('compaction and deletion', deletedToo),
]
