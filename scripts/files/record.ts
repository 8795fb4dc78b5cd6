/**
 * Records test/golden/segments: small files as Apache Kafka wrote them, so that tests of the formats run without one.
 *
 *     node scripts/run.js scripts/files/record.ts
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { CompressionTypes, Kafka, logLevel } from 'kafkajs'
import { Broker } from '../judge/broker'
import { kafka, kafkaVersion } from '../judge/kafka'

const target = 'test/golden/segments'
const t0 = 1_700_000_000_000
/** What the topic is made with; the tests make their logs with the same. */
const topicConfig = { 'segment.ms': '10000', 'index.interval.bytes': '512' }

async function produce(address: string): Promise<void> {
  const client = new Kafka({ clientId: 'record', brokers: [address], logLevel: logLevel.NOTHING })
  const admin = client.admin()
  await admin.connect()
  const configEntries = Object.entries(topicConfig).map(([name, value]) => ({ name, value }))
  await admin.createTopics({ topics: [{ topic: 'golden', numPartitions: 1, configEntries }], waitForLeaders: true })
  const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (let i = 0; i < 60; i += 1) {
    // Times jump back and forth, and every twenty batches so far ahead that a new segment begins.
    const timestamp = t0 + Math.floor(i / 20) * 20_000 + ((i * 37) % 200)
    const messages = Array.from({ length: (i % 4) + 1 }, (_, j) => ({
      key: `k${j}`,
      value: String.fromCharCode(97 + (i % 26)).repeat((i * 13) % 120),
      timestamp: String(timestamp + j),
    }))
    await producer.send({
      topic: 'golden',
      messages,
      compression: i % 3 === 0 ? CompressionTypes.GZIP : CompressionTypes.None,
    })
  }
  await producer.disconnect()
  const transactional = client.producer({ transactionalId: 'golden', idempotent: true, maxInFlightRequests: 1 })
  await transactional.connect()
  for (const ends of ['abort', 'commit', 'abort'] as const) {
    const transaction = await transactional.transaction()
    await transaction.send({ topic: 'golden', messages: [{ value: ends, timestamp: String(t0 + 40_300) }] })
    await transaction[ends]()
  }
  await transactional.disconnect()
  await admin.disconnect()
}

async function main(): Promise<void> {
  const broker = await Broker.start(kafka('512m'))
  try {
    await produce(broker.address)
    await broker.stop()
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target, { recursive: true })
    cpSync(path.join(broker.dataDir, 'golden-0'), path.join(target, 'golden-0'), { recursive: true })
    for (const name of readdirSync(broker.dataDir).filter(each => /checkpoint$|^meta|cleanshutdown$/.test(each))) {
      const text = readFileSync(path.join(broker.dataDir, name), 'utf8')
      writeFileSync(path.join(target, name), name.endsWith('checkpoint') ? onlyGolden(text) : text)
    }
    writeFileSync(path.join(target, 'FROM'), `Apache Kafka ${kafkaVersion}\n`)
  } finally {
    await broker.dispose()
  }
}

/** A checkpoint without the lines of internal topics, which are many. */
function onlyGolden(text: string): string {
  const lines = text.split('\n').filter(line => line.startsWith('golden '))
  return `0\n${lines.length}\n${lines.map(line => `${line}\n`).join('')}`
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
})
