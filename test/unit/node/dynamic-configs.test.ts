/** Configs of all brokers, changed while a broker runs: what it does with the next request is what they say. */
import { DescribeProducers } from '../../../src/protocol/messages/describe-producers'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/incremental-alter-configs'
import { InitProducerId } from '../../../src/protocol/messages/init-producer-id'
import { ListOffsets } from '../../../src/protocol/messages/list-offsets'
import { Produce } from '../../../src/protocol/messages/produce'
import { errors } from '../../../src/protocol/errors'
import { compressionAt } from '../../../src/protocol/records/batch'
import { type NewBatch, buildBatch, recordsOf } from '../../../src/protocol/records/records'
import { EngineBench } from '../../support/engine-bench'

const clusterWide = ''
const minute = 60_000

async function opened() {
  const bench = new EngineBench()
  const { cluster, port } = await bench.start({ topics: ['t'] })
  const client = await bench.connect(port)
  const until = <T>(promise: Promise<T>) => bench.world.until(promise)

  /** Null takes the key away again. */
  const set = async (name: string, value: string | null) => {
    const configs = [{ name, value, configOperation: value === null ? 1 : 0 }]
    const resources = [{ resourceType: 4, resourceName: clusterWide, configs }]
    const { responses } = await until(client.request(IncrementalAlterConfigs, 1, { resources, validateOnly: false }))
    expect(responses[0]!.errorMessage).toBeNull()
  }
  const produce = async (records: Buffer) => {
    const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }]
    const reply = await until(client.request(Produce, 9, { acks: -1, timeoutMs: 1000, topicData }))
    return reply.responses[0]!.partitionResponses[0]!
  }
  const fetched = async (fetchOffset: number) => {
    const topics = [{ topic: 't', partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }] }]
    const reply = await until(client.request(Fetch, 11, { maxWaitMs: 0, minBytes: 0, maxBytes: 1 << 20, topics }))
    return Buffer.from(reply.responses[0]!.partitions[0]!.records ?? [])
  }
  const start = async () => {
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0, timestamp: -2 }] }]
    return (await until(client.request(ListOffsets, 5, { replicaId: -1, topics }))).topics[0]!.partitions[0]!.offset
  }
  const advance = (byMs: number) => bench.ask(cluster, 'time', { move: 'advance', byMs })
  const nowMs = () => bench.ask(cluster, 'time', { move: 'none' })
  return { bench, client, until, set, produce, fetched, start, advance, nowMs }
}

const batchAt = (timestampMs: number, text = 'v', more: Partial<NewBatch> = {}) =>
  buildBatch({ records: [{ timestampMs, key: Buffer.from('k'), value: Buffer.from(text) }], ...more })

test('message.max.bytes', async () => {
  const { set, produce, nowMs } = await opened()
  const batch = () => nowMs().then(now => batchAt(now, 'v'.repeat(500)))
  expect((await produce(await batch())).errorCode).toBe(0)
  await set('message.max.bytes', '400')
  expect((await produce(await batch())).errorCode).toBe(errors.MESSAGE_TOO_LARGE.code)
  await set('message.max.bytes', null)
  expect((await produce(await batch())).errorCode).toBe(0)
})

test('compression.type and the level of it', async () => {
  const { set, produce, fetched, nowMs } = await opened()
  const text = Array.from({ length: 2000 }, (_, nth) => (nth * nth) % 97).join('')
  const sizes: number[] = []
  for (const level of ['1', '9']) {
    await set('compression.type', 'gzip')
    await set('compression.gzip.level', level)
    const { baseOffset } = await produce(batchAt(await nowMs(), text))
    const stored = await fetched(baseOffset)
    expect(compressionAt(stored)).toBe(1)
    sizes.push(stored.length)
  }
  expect(sizes[1]).toBeLessThan(sizes[0]!)
  await set('compression.type', 'zstd')
  const { baseOffset } = await produce(batchAt(await nowMs(), text))
  expect(compressionAt(await fetched(baseOffset))).toBe(4)
})

test('log.message.timestamp.type, and how old and how new records may be', async () => {
  const { set, produce, fetched, nowMs } = await opened()
  const now = await nowMs()
  const hour = 3_600_000
  expect((await produce(batchAt(now - hour))).errorCode).toBe(0)
  await set('log.message.timestamp.before.max.ms', String(hour / 2))
  expect((await produce(batchAt(now - hour))).errorCode).toBe(errors.INVALID_TIMESTAMP.code)
  await set('log.message.timestamp.after.max.ms', '1000')
  expect((await produce(batchAt(now + 10_000))).errorCode).toBe(errors.INVALID_TIMESTAMP.code)
  await set('log.message.timestamp.type', 'LogAppendTime')
  const { errorCode, baseOffset, logAppendTimeMs } = await produce(batchAt(now - hour))
  expect(errorCode).toBe(0)
  expect(logAppendTimeMs).toBeGreaterThanOrEqual(now)
  expect(recordsOf(await fetched(baseOffset))[0]!.timestampMs).toBe(logAppendTimeMs)
})

test('log.cleanup.policy: a compacted topic asks for keys', async () => {
  const { set, produce, nowMs } = await opened()
  const keyless = async () =>
    buildBatch({ records: [{ timestampMs: await nowMs(), key: null, value: Buffer.from('v') }] })
  expect((await produce(await keyless())).errorCode).toBe(0)
  await set('log.cleanup.policy', 'compact')
  expect((await produce(await keyless())).errorCode).toBe(errors.INVALID_RECORD.code)
})

test('log.segment.bytes and log.retention.bytes: whole segments go', async () => {
  const { set, produce, start, nowMs, advance } = await opened()
  await set('log.segment.bytes', String(1024 * 1024))
  for (let nth = 0; nth < 3; nth++) await produce(batchAt(await nowMs(), 'v'.repeat(900_000)))
  await advance(6 * minute)
  expect(await start()).toBe(0)
  await set('log.retention.bytes', '1000000')
  await advance(6 * minute)
  expect(await start()).toBe(1)
})

test('log.retention.ms', async () => {
  const { set, produce, start, nowMs, advance } = await opened()
  await produce(batchAt(await nowMs()))
  await advance(6 * minute)
  expect(await start()).toBe(0)
  await set('log.retention.ms', '60000')
  await advance(6 * minute)
  expect(await start()).toBe(1)
})

test('log.roll.ms: a segment that is old enough ends, and may go', async () => {
  const { set, produce, start, nowMs, advance } = await opened()
  await set('log.roll.ms', '60000')
  await produce(batchAt(await nowMs()))
  await advance(2 * minute)
  await produce(batchAt(await nowMs()))
  await set('log.retention.bytes', '1')
  await advance(6 * minute)
  expect(await start()).toBe(1)
})

test('producer.id.expiration.ms', async () => {
  const { client, until, set, produce, nowMs, advance } = await opened()
  const { producerId, producerEpoch } = await until(
    client.request(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1000 }),
  )
  await produce(batchAt(await nowMs(), 'v', { producerId, producerEpoch, baseSequence: 0 }))
  const known = async () => {
    const topics = [{ name: 't', partitionIndexes: [0] }]
    const reply = await until(client.request(DescribeProducers, 0, { topics }))
    return reply.topics[0]!.partitions[0]!.activeProducers.length
  }
  await advance(6 * minute)
  expect(await known()).toBe(1)
  await set('producer.id.expiration.ms', '60000')
  await advance(6 * minute)
  expect(await known()).toBe(0)
})

test('max.decompressed.message.bytes', async () => {
  const { set, produce, nowMs } = await opened()
  const batch = async () => batchAt(await nowMs(), 'v'.repeat(5000), { compression: 1 })
  expect((await produce(await batch())).errorCode).toBe(0)
  await set('max.decompressed.message.bytes', '1000')
  expect((await produce(await batch())).errorCode).toBe(errors.INVALID_RECORD.code)
})
