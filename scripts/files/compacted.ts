/** Compacted logs: ours under Kafka's tool, a Kafka's cleaned further by us, and ours by a Kafka. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { CompressionTypes, Kafka, logLevel } from 'kafkajs'
import { nodePlatform } from '../../src/platform/node/platform'
import { batchBytesAt, isControlAt } from '../../src/protocol/records/batch'
import { buildEndMarker } from '../../src/protocol/records/control'
import { codecsAside } from '../../src/protocol/records/compression'
import { buildBatch, recordsOf } from '../../src/protocol/records/records'
import { defaultLogConfig, type Log } from '../../src/storage/log'
import { openFileStore } from '../../src/storage/segments/store'
import { Broker } from '../judge/broker'
import { kafka, toolCommand } from '../judge/kafka'
import { mustRun, sleep, temporaryDir } from '../judge/process'
import { dumped, t0 } from './ours'

const config = { ...defaultLogConfig, segmentBytes: 20_000, indexIntervalBytes: 512, cleanupPolicy: ['compact'] }

/** Appends keyed batches of all compressions, tombstones and transactions among them. */
function fillKeyed(log: Log, count: number, from = 0): void {
  for (let i = from; i < from + count; i += 1) {
    const records = Array.from({ length: (i % 5) + 1 }, (_, j) => ({
      timestampMs: t0 + i * 10 + j,
      key: Buffer.from(`key ${(i * 7 + j * 3) % 50}`),
      value: (i + j) % 9 === 4 ? null : Buffer.alloc((i * 131) % 600, 97 + (i % 26)),
    }))
    const isTransaction = i % 6 === 3
    const producer = isTransaction
      ? { producerId: 1000 + i, producerEpoch: 0, baseSequence: 0, transactional: true }
      : {}
    const { first } = log.append(buildBatch({ records, compression: i % 5, ...producer }), { leaderEpoch: 0 })
    if (isTransaction) endTransaction(log, 1000 + i, first, i % 12 === 3)
  }
}

function endTransaction(log: Log, producerId: number, firstOffset: number, commit: boolean): void {
  const marker = { commit, coordinatorEpoch: 0, producerId, producerEpoch: 0, timestampMs: t0 }
  const { last } = log.append(buildEndMarker(marker), { leaderEpoch: 0 })
  if (!commit) log.aborted.add({ producerId, firstOffset, lastOffset: last, lastStableOffset: last + 1 })
}

function compact(log: Log, nowMs: number): ReturnType<Log['compact']> {
  return log.compact({
    policy: { upTo: log.end, minLagMs: 0, maxLagMs: Infinity },
    nowMs,
    deleteRetentionMs: 1000,
    mapBytes: 1 << 20,
    mapLoadFactor: 0.9,
    keepsHeader: () => false,
    pace: () => new Promise(resolve => setImmediate(resolve)),
    codecs: codecsAside,
  })
}

/** What is in a log as a consumer that reads everything sees it. */
function contentOf(log: Log): string[] {
  const content: string[] = []
  log.forEachBatch(log.start, (buffer, at) => {
    const batch = Buffer.from(buffer.subarray(at, at + batchBytesAt(buffer, at)))
    if (isControlAt(batch)) return
    for (const { offset, key, value } of recordsOf(batch)) {
      content.push(`Offset:${offset} ${key?.toString() ?? 'null'} ${value?.toString() ?? 'null'}`)
    }
  })
  return content
}

export async function ourCompactedFiles(): Promise<string> {
  const directory = path.join(temporaryDir('files-'), 'data')
  const store = await openFileStore(nodePlatform(), { directory, flush: 'group', nodeId: 1 })
  const id = { topic: 'ours', partition: 0, topicId: '0123456789abcdef0123456789abcdef' }
  const log = await store.open(id, () => config)
  let text = ''
  for (let round = 0; round < 3; round += 1) {
    fillKeyed(log, 300, round * 300)
    const { beforeBytes, afterBytes } = await compact(log, t0 + round * 10_000)
    text += `${beforeBytes} to ${afterBytes} bytes, `
  }
  const { end } = log
  await store.close()
  return `three rounds of compaction, ${text}${await dumped(path.join(directory, 'ours-0'), end)}`
}

export async function compactedByBoth(): Promise<string[]> {
  const settings = { 'log.cleaner.backoff.ms': '100', 'log.cleaner.min.cleanable.ratio': '0.01' }
  const broker = await Broker.start(kafka('512m'), { settings })
  try {
    await create(broker.address)
    await produce(broker.address, 200, 0)
    const before = await cleanedBy(broker, '')
    await broker.stop()
    const { ours, says } = await cleanFurther(broker)
    await broker.start()
    const theirs = await consumed(broker.address, ours.length)
    agree('what we cleaned further', ours, theirs)
    await produce(broker.address, 200, 200)
    const after = await cleanedBy(broker, before)
    complaints(broker)
    await broker.stop()
    const again = await cleanFurther(broker)
    return [
      `a Kafka's compacted topic, its checkpoint ${before}: ${says}`,
      `the Kafka reads the same ${theirs.length} records, and goes on: checkpoint ${after}, then ${again.says}`,
    ]
  } finally {
    await broker.dispose()
  }
}

const topic = 'table'

async function create(address: string): Promise<void> {
  const admin = new Kafka({ clientId: 'files', brokers: [address], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const configs = { 'cleanup.policy': 'compact', 'segment.ms': '1000', 'delete.retention.ms': '100' }
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }))
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: true })
  await admin.disconnect()
}

/** Every batch begins a segment. */
async function produce(address: string, batches: number, from: number): Promise<void> {
  const producer = new Kafka({ clientId: 'files', brokers: [address], logLevel: logLevel.NOTHING }).producer({
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  for (let i = from; i < from + batches; i += 1) {
    const messages = Array.from({ length: (i % 4) + 1 }, (_, j) => ({
      key: `k${(i * 5 + j) % 40}`,
      value: (i + j) % 7 === 3 ? null : `${i} ${j}`,
      timestamp: String(t0 + i * 2000),
    }))
    await producer.send({ topic, messages, compression: i % 3 === 0 ? CompressionTypes.GZIP : CompressionTypes.None })
  }
  await producer.disconnect()
}

/** Waits until the Kafka's checkpoint has stayed for a while, and is another one than before. */
async function cleanedBy(broker: Broker, before: string): Promise<string> {
  let last = before
  for (let same = 0, looks = 0; same < 10; looks += 1) {
    if (looks > 100) throw new Error(`the Kafka does not clean: ${broker.logTail()}`)
    await sleep(200)
    const now = checkpointOf(broker.dataDir)
    same = now === last && now !== before ? same + 1 : 0
    last = now
  }
  return last
}

function checkpointOf(dataDir: string): string {
  try {
    const text = readFileSync(path.join(dataDir, 'cleaner-offset-checkpoint'), 'utf8')
    return new RegExp(`^${topic} 0 (\\d+)$`, 'm').exec(text)?.[1] ?? ''
  } catch {
    return ''
  }
}

/** Opens the topic, appends to it, compacts it, and leaves it to the next. */
async function cleanFurther(broker: Broker): Promise<{ ours: readonly string[]; says: string }> {
  const store = await openFileStore(nodePlatform(), { directory: broker.dataDir, flush: 'group', nodeId: 1 })
  const id = (await store.list()).find(each => each.topic === topic)!
  const log = await store.open(id, () => ({ ...config, segmentBytes: 2000 }))
  const found = contentOf(log).length
  fillKeyed(log, 100)
  const { from, end } = await compact(log, Date.now())
  if (end <= from) throw new Error('there was nothing for us to clean')
  const ours = contentOf(log)
  const { end: logEnd } = log
  await store.close()
  const files = readdirSync(path.join(broker.dataDir, `${topic}-0`)).filter(name => name.endsWith('.log')).length
  const tool = await dumped(path.join(broker.dataDir, `${topic}-0`), logEnd)
  return {
    ours,
    says: `${found} records, ${ours.length} after we cleaned from ${from} to ${end} into ${files} segments; ${tool}`,
  }
}

/** All that it reads. Where the tool finds less than there should be, it may have had too little time for a group, and is given more. */
async function consumed(address: string, wanted: number): Promise<readonly string[]> {
  const soon = await consumedWithin(address, 8_000)
  return soon.length < wanted ? consumedWithin(address, 60_000) : soon
}

async function consumedWithin(address: string, quietMs: number): Promise<readonly string[]> {
  const shown = ['print.key=true', 'print.offset=true', 'key.separator= ', 'null.literal=null']
  const properties = shown.flatMap(property => ['--formatter-property', property])
  const range = ['--topic', topic, '--from-beginning', '--timeout-ms', String(quietMs)]
  const command = toolCommand('kafka-console-consumer', ['--bootstrap-server', address, ...range, ...properties])
  const text = await mustRun('java', command, { timeoutMs: quietMs + 120_000 })
  return text.split('\n').filter(line => line.startsWith('Offset:'))
}

function agree(what: string, ours: readonly string[], theirs: readonly string[]): void {
  const at = ours.findIndex((line, i) => line !== theirs[i])
  if (at >= 0) throw new Error(`${what}: we have '${ours[at]}' where a Kafka reads '${theirs[at]}'`)
  if (theirs.length > ours.length)
    throw new Error(`${what}: a Kafka reads '${theirs[ours.length]}' after the last of ours`)
}

function complaints(broker: Broker): void {
  const text = readFileSync(broker.logFile, 'utf8')
  // It may sync a segment that its own cleaner has just replaced, and then warns that the file is not there.
  const isOwn = (line: string): boolean => line.includes('WARN Failed to flush file ')
  const isBad = (line: string): boolean => line.includes(`${topic}-0`) && /\b(WARN|ERROR)\b/.test(line) && !isOwn(line)
  const bad = text.split('\n').find(isBad)
  if (bad) throw new Error(`Kafka says: ${bad}`)
}
