/** Segments of the record formats before Kafka 0.11, read by a Kafka and by us: the same records, and the same found by time. */
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { Fetch } from '../../src/protocol/messages/fetch'
import { ListOffsets } from '../../src/protocol/messages/list-offsets'
import { magicAt } from '../../src/protocol/records/batch'
import { messagesOf } from '../../src/protocol/records/legacy'
import { recordsOf } from '../../src/protocol/records/records'
import { Broker } from '../judge/broker'
import { kafka } from '../judge/kafka'
import { odradek } from '../judge/odradek'
import { temporaryDir, until } from '../judge/process'
import { batch, messageSet, t0, wrapperMessage } from '../oracle/batches'
import { Wire } from '../oracle/wire'

const topics = ['magic0', 'magic1', 'mixed'] as const

/** Entries with their offsets moved on; in a wrapper of magic 0 those inside are of the log, so it stands first. */
function segment(topic: (typeof topics)[number]): Buffer {
  const plain = ['a', 'b', 'c'].map(key => ({ key, value: `${key} plain` }))
  const inside = ['d', null, 'f'].map(key => ({ key, value: `${key} in a wrapper` }))
  if (topic === 'magic0') return Buffer.concat([wrapperMessage(0, inside), moved(messageSet(0, plain), 3)])
  const legacy = Buffer.concat([messageSet(1, plain), moved(wrapperMessage(1, inside), 3)])
  return topic === 'magic1' ? legacy : Buffer.concat([legacy, moved(batch(['newer', 'newest'], { compression: 1 }), 6)])
}

function moved(entries: Buffer, by: number): Buffer {
  for (let at = 0; at < entries.length; at += 12 + entries.readInt32BE(at + 8)) {
    entries.writeBigInt64BE(entries.readBigInt64BE(at) + BigInt(by), at)
  }
  return entries
}

function entriesOf(bytes: Buffer): Buffer[] {
  const entries: Buffer[] = []
  for (let at = 0; at + 17 <= bytes.length; ) {
    const end = at + 12 + bytes.readInt32BE(at + 8)
    if (end > bytes.length) break
    entries.push(bytes.subarray(at, end))
    at = end
  }
  return entries
}

const shown = ({ offset, timestampMs, key, value }: ReturnType<typeof messagesOf>[number]) =>
  `${offset} ${timestampMs < 0 ? 'no time' : timestampMs - t0} ${String(key)} ${String(value)}`

/** What clients see: every record of every topic, and offsets by time. */
async function seen(port: number): Promise<string[]> {
  const wire = await Wire.open(port)
  const lines: string[] = []
  for (const topic of topics) {
    await until(`${topic} is led`, 20_000, async () => {
      const asked = { name: topic, partitions: [{ partitionIndex: 0, timestamp: -1 }] }
      const { errorCode, offset } = (await wire.ask(ListOffsets, 7, { replicaId: -1, topics: [asked] })).topics[0]!
        .partitions[0]!
      return errorCode === 0 && offset > 0
    })
  }
  try {
    for (const topic of topics) {
      for (const fetchOffset of [0, 1, 4]) {
        const asked = { topic, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }] }
        const reply = await wire.ask(Fetch, 11, { maxWaitMs: 0, minBytes: 0, maxBytes: 1 << 20, topics: [asked] })
        const { errorCode, highWatermark, records } = reply.responses[0]!.partitions[0]!
        const entries = entriesOf(Buffer.from(records ?? []))
        const found = entries.flatMap(entry => (magicAt(entry) === 2 ? recordsOf(entry) : messagesOf(entry)))
        lines.push(
          `${topic} ${errorCode} ${highWatermark}`,
          ...found.filter(({ offset }) => offset >= fetchOffset).map(shown),
        )
      }
      for (const timestamp of [-2, -1, -3, 0, t0, t0 + 1500, t0 + 2000, t0 + 10_000]) {
        const asked = { name: topic, partitions: [{ partitionIndex: 0, timestamp }] }
        const reply = await wire.ask(ListOffsets, 7, { replicaId: -1, topics: [asked] })
        const { errorCode, offset, timestamp: at } = reply.topics[0]!.partitions[0]!
        lines.push(
          `${topic} at ${timestamp < 1e6 ? timestamp : timestamp - t0}: ${errorCode} ${offset} ${at < 0 ? at : at - t0}`,
        )
      }
    }
  } finally {
    wire.close()
  }
  return lines
}

/**
 * Kafka looks for no latest record in a batch of magic 0, and finds the first where records of later formats have no time. Ours are
 * of the latest format by then.
 */
const latestOfMagic0 = { kafkas: 'magic0 at -3: 0 -1 -1', ours: 'magic0 at -3: 0 0 -1' }

const asOurs = (lines: readonly string[]): string[] =>
  lines.map(line => (line === latestOfMagic0.kafkas ? latestOfMagic0.ours : line))

export async function oldFormats(): Promise<string> {
  const kafkas = await Broker.start(kafka('512m'))
  const data = path.join(temporaryDir('old-'), 'data')
  try {
    await create(kafkas.port)
    await kafkas.stop()
    for (const topic of topics) replaceSegments(path.join(kafkas.dataDir, `${topic}-0`), segment(topic))
    rmSync(path.join(kafkas.dataDir, '.kafka_cleanshutdown'), { force: true })
    cpSync(kafkas.dataDir, data, { recursive: true })
    await kafkas.start()
    const theirs = asOurs(await seen(kafkas.port))
    const ours = await Broker.start(odradek({ profile: 'strict' }), { dataDir: data })
    try {
      same(theirs, await seen(ours.port))
      // Once as it was found, and once as it is kept.
      await ours.stop()
      await ours.start()
      same(theirs, await seen(ours.port))
    } finally {
      await ours.dispose()
    }
    return `records of magic 0 and 1 are what a Kafka reads: ${theirs.length} lines`
  } finally {
    await kafkas.dispose()
  }
}

async function create(port: number): Promise<void> {
  const wire = await Wire.open(port)
  const configs = [{ name: 'retention.ms', value: '-1' }]
  const wanted = topics.map(name => ({ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs }))
  await wire.ask(CreateTopics, 5, { topics: wanted, timeoutMs: 10_000 })
  wire.close()
}

function replaceSegments(directory: string, bytes: Buffer): void {
  for (const name of readdirSync(directory)) if (name !== 'partition.metadata') rmSync(path.join(directory, name))
  writeFileSync(path.join(directory, `${'0'.repeat(20)}.log`), bytes)
}

function same(theirs: readonly string[], ours: readonly string[]): void {
  const at = theirs.findIndex((line, nth) => line !== ours[nth])
  if (at >= 0) throw new Error(`old formats, line ${at}: Kafka says ${theirs[at]}, and we ${ours[at]}`)
  if (ours.length !== theirs.length)
    throw new Error(`old formats: ${ours.length} lines, and Kafka has ${theirs.length}`)
}
