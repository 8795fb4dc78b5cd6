/** Directories that a Kafka wrote, opened by us and given back. */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { nodePlatform } from '../../src/platform/node/platform'
import { defaultLogConfig, type Log, type LogStore } from '../../src/storage/log'
import { type FileStore, openFileStore } from '../../src/storage/segments/store'
import type { Broker } from '../judge/broker'
import { toolCommand } from '../judge/kafka'
import { mustRun } from '../judge/process'
import { dumped, fill } from './ours'

const config = { ...defaultLogConfig, segmentBytes: 1024 * 1024 }

export async function theirFilesByUs(broker: Broker): Promise<string[]> {
  const says: string[] = []
  const address = broker.address
  await tool('kafka-topics', address, '--create', '--topic', 'theirs', '--partitions', '2')
  await tool('kafka-topics', address, '--create', '--topic', 'given', '--partitions', '1')
  await produce(address, 'theirs', 3000)
  await produce(address, 'theirs', 500, '--transactional-id', 'files', '--transaction-duration-ms', '50')
  await produce(address, 'given', 10)
  await tool(
    'kafka-console-consumer',
    address,
    '--topic',
    'theirs',
    '--group',
    'g',
    '--from-beginning',
    '--max-messages',
    '100',
  )
  await broker.stop()

  let store = await open(broker)
  if (!store.cleanShutdown) throw new Error('the mark of the clean shutdown was not understood')
  says.push(`a stopped Kafka's directory: ${await visit(store)} (broker epoch ${store.cleanShutdown.brokerEpoch})`)
  const appended = await appendTo(store, 'theirs', 200)
  const given = await rewrite(store, broker.dataDir)
  await store.close()

  const loggedBytes = statSync(broker.logFile).size
  await broker.start()
  const all = await count(address, 'theirs')
  if (all !== appended) throw new Error(`Kafka reads ${all} records of theirs, and there are ${appended}`)
  const givenRead = await count(address, 'given')
  if (givenRead !== given)
    throw new Error(`Kafka reads ${givenRead} records of a topic that we wrote, and there are ${given}`)
  says.push(
    `Kafka goes on with it: ${all} records of its topic with ours after them, ${givenRead} of one that we wrote alone`,
  )
  complaints(broker, loggedBytes)
  await produce(address, 'theirs', 2000)
  await broker.kill()

  store = await open(broker)
  says.push(`a killed Kafka's directory: ${await visit(store)}`)
  await store.close()
  for (const name of readdirSync(broker.dataDir).filter(each => /^(theirs|given)-\d$/.test(each))) {
    const end = ends.get(name)!
    if (end > 0) says.push(`${name}: ${await dumped(path.join(broker.dataDir, name), end)}`)
  }
  return says
}

const ends = new Map<string, number>()

function open(broker: Broker): Promise<FileStore> {
  return openFileStore(nodePlatform(), { directory: broker.dataDir, flush: 'group', nodeId: 1 })
}

/** Opens every log and reads it whole. */
async function visit(store: LogStore): Promise<string> {
  let batches = 0
  let bytes = 0
  const ids = await store.list()
  for (const id of ids) {
    const log = await store.open(id, () => config)
    let next = log.start
    while (next < log.end) {
      const { buffers, sizeBytes } = log.read(next, { maxBytes: 100_000, upTo: log.end })
      if (sizeBytes === 0) throw new Error(`${id.topic}-${id.partition} has nothing at ${next}, and ends at ${log.end}`)
      for (const buffer of buffers) {
        for (let at = 0; at < buffer.length; at += buffer.readInt32BE(at + 8) + 12) {
          next = Number(buffer.readBigInt64BE(at)) + buffer.readInt32BE(at + 23) + 1
          batches += 1
        }
      }
      bytes += sizeBytes
    }
    const latest = log.maxTimestamp()
    if (log.end > log.start && (!latest || !log.findByTime(latest.timestampMs, 0))) throw new Error('no latest record')
    if (id.topic.startsWith('theirs') || id.topic === 'given') ends.set(`${id.topic}-${id.partition}`, log.end)
  }
  return `${ids.length} logs, ${batches} batches, ${bytes} bytes`
}

/** Appends to all partitions of a topic; returns how many records it has then, markers of transactions not counted. */
async function appendTo(store: LogStore, topic: string, batches: number): Promise<number> {
  let records = 0
  for (const id of (await store.list()).filter(each => each.topic === topic)) {
    const log = await store.open(id, () => config)
    fill(log, batches)
    records += countRecords(log)
  }
  return records
}

function countRecords(log: Log): number {
  let records = 0
  log.forEachBatch(0, (buffer, at) => {
    const isControl = (buffer.readInt16BE(at + 21) & 0x20) !== 0
    if (!isControl) records += buffer.readInt32BE(at + 57)
  })
  return records
}

/** Writes a topic's directory from nothing, under the id that Kafka's metadata know it by. */
async function rewrite(store: FileStore, dataDir: string): Promise<number> {
  const id = (await store.list()).find(each => each.topic === 'given')!
  await store.drop(id)
  rmSync(path.join(dataDir, 'given-0'), { recursive: true, force: true })
  const log = await store.open(id, () => ({ ...config, segmentBytes: 100_000 }))
  fill(log, 300)
  return countRecords(log)
}

/** What Kafka's log says against our topics since it was started with what we wrote. */
function complaints(broker: Broker, fromByte: number): void {
  const text = readFileSync(broker.logFile).toString('utf8', fromByte)
  const bad = text.split('\n').find(line => /(theirs|given)-\d/.test(line) && /\b(WARN|ERROR)\b/.test(line))
  if (bad) throw new Error(`Kafka says: ${text.slice(text.indexOf(bad)).slice(0, 1000)}`)
}

async function produce(address: string, topic: string, records: number, ...more: string[]): Promise<void> {
  const shape = ['--num-records', String(records), '--record-size', '900', '--throughput', '-1']
  const to = ['--producer-props', `bootstrap.servers=${address}`, 'compression.type=lz4', 'linger.ms=2']
  const arguments_ = ['--topic', topic, ...shape, ...more, ...to]
  await mustRun('java', toolCommand('kafka-producer-perf-test', arguments_), { timeoutMs: 60_000 })
}

/** How many records it reads. Where none come, it may have had too little time for a group, and is given more. */
async function count(address: string, topic: string): Promise<number> {
  return (await countWithin(address, topic, 8_000)) || countWithin(address, topic, 40_000)
}

async function countWithin(address: string, topic: string, quietMs: number): Promise<number> {
  const arguments_ = [
    '--topic',
    topic,
    '--from-beginning',
    '--timeout-ms',
    String(quietMs),
    '--formatter-property',
    'print.value=false',
  ]
  const text = await tool('kafka-console-consumer', address, ...arguments_, '--formatter-property', 'print.offset=true')
  return text.match(/^.*Offset:\d+/gm)?.length ?? 0
}

function tool(name: string, address: string, ...arguments_: string[]): Promise<string> {
  const command = toolCommand(name, ['--bootstrap-server', address, ...arguments_])
  return mustRun('java', command, { timeoutMs: 60_000 })
}
