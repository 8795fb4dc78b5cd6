/** Files recorded from Apache Kafka: read, written byte for byte, and built anew when they are lost. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { silentLogger } from '../../../../src/platform/logger'
import { nodePlatform } from '../../../../src/platform/node/platform'
import { defaultLogConfig, type Log } from '../../../../src/storage/log'
import { type FileStore, openFileStore } from '../../../../src/storage/segments/store'
import { scratchDirectory } from '../../../support/scratch'

const golden = `${__dirname}/../../../golden/segments`
const id = { topic: 'golden', partition: 0, topicId: '4a88e2eda36b45de90088cec56bbb56f' }
// As the topic was made.
const config = { ...defaultLogConfig, segmentMs: 10_000, indexIntervalBytes: 512 }
const indexes = /\.(index|timeindex)$/

let scratch: ReturnType<typeof scratchDirectory>
let store: FileStore
let log: Log

const directory = () => `${scratch.path}/data`
const topicId = () =>
  Buffer.from(readFileSync(`${golden}/golden-0/partition.metadata`, 'utf8').slice(-22), 'base64url').toString('hex')
const open = async (flush: 'group' | 'os' = 'os') => {
  const platform = nodePlatform({ logger: silentLogger })
  store = await openFileStore(platform, { directory: directory(), flush, nodeId: 1 })
  log = await store.open({ ...id, topicId: topicId() }, () => config)
}
const filesOf = (path: string, pattern: RegExp) =>
  readdirSync(path)
    .filter(name => pattern.test(name))
    .sort()
const bytesOf = (path: string, pattern: RegExp) =>
  Object.fromEntries(filesOf(path, pattern).map(name => [name, readFileSync(`${path}/${name}`).toString('hex')]))

beforeEach(() => {
  scratch = scratchDirectory()
  cpSync(golden, directory(), { recursive: true })
})
afterEach(async () => {
  await store.close()
  scratch.remove()
})

test('a directory that Kafka stopped with is opened as it was left', async () => {
  await open()
  expect(store.cleanShutdown).toEqual({ brokerEpoch: 14 })
  expect(existsSync(`${directory()}/.kafka_cleanshutdown`)).toBe(false)
  expect(await store.list()).toEqual([{ ...id, topicId: topicId() }])
  expect([log.start, log.end, log.flushed, log.savedWatermark]).toEqual([0, 156, 156, 156])
  expect(log.epochs.all()).toEqual([{ epoch: 0, startOffset: 0 }])
  expect(log.snapshots.offsets()).toEqual([50, 100, 151, 156])
  expect(log.aborted.between(0, 156)).toEqual([
    { producerId: 2, firstOffset: 150, lastOffset: 151, lastStableOffset: 152 },
    { producerId: 2, firstOffset: 154, lastOffset: 155, lastStableOffset: 156 },
  ])
  expect(log.aborted.between(152, 154)).toEqual([])
})

test('what Kafka wrote is read batch by batch', async () => {
  await open()
  const stored = filesOf(`${golden}/golden-0`, /\.log$/).map(name => readFileSync(`${golden}/golden-0/${name}`))
  const read: Buffer[] = []
  for (let next = 0; next < log.end; ) {
    const { buffers } = log.read(next, { maxBytes: 400, upTo: log.end })
    for (const buffer of buffers) {
      read.push(buffer)
      for (let at = 0; at < buffer.length; at += buffer.readInt32BE(at + 8) + 12) {
        next = Number(buffer.readBigInt64BE(at)) + buffer.readInt32BE(at + 23) + 1
      }
    }
  }
  expect(Buffer.concat(read).equals(Buffer.concat(stored))).toBe(true)
})

test('the same batches appended to a log of ours give the same files', async () => {
  await open()
  const batches: Buffer[] = []
  log.forEachBatch(0, (buffer, at) => {
    batches.push(Buffer.from(buffer.subarray(at, at + buffer.readInt32BE(at + 8) + 12)))
  })
  const aborted = log.aborted.between(0, 156)
  const same = { ...id, topic: 'same', topicId: topicId() }
  const copy = await store.open(same, () => config)
  const rolled = batches.filter(batch => copy.appendAsIs(batch).rolled)
  expect(rolled.map(batch => Number(batch.readBigInt64BE(0)))).toEqual([50, 100, 151])
  for (const entry of aborted) copy.aborted.add(entry)
  await copy.close()
  const pattern = /\.(log|index|timeindex|txnindex)$|^leader-epoch-checkpoint$|^partition.metadata$/
  expect(bytesOf(`${directory()}/same-0`, pattern)).toEqual(bytesOf(`${golden}/golden-0`, pattern))
})

test.each([
  ['are missing', (path: string) => rmSync(path)],
  ['are empty', (path: string) => truncateSync(path, 0)],
  ['have a length that is none', (path: string) => truncateSync(path, 13)],
])('indexes that %s are built anew, byte for byte', async (_, damage) => {
  for (const name of filesOf(`${directory()}/golden-0`, indexes)) damage(`${directory()}/golden-0/${name}`)
  await open()
  expect(log.end).toBe(156)
  expect(log.read(60, { maxBytes: 100, upTo: 156 }).sizeBytes).toBeGreaterThan(0)
  await log.close()
  expect(bytesOf(`${directory()}/golden-0`, indexes)).toEqual(bytesOf(`${golden}/golden-0`, indexes))
})

test.each([
  ['are short', (path: string) => truncateSync(path, path.endsWith('timeindex') ? 12 : 8)],
  ['have zeroes after them, as Kafka leaves them when it is killed', (path: string) => truncateSync(path, 4800)],
  ['are nonsense', (path: string) => writeFileSync(path, Buffer.alloc(48, 0x5a))],
])('indexes that %s are mended after a crash, byte for byte', async (_, damage) => {
  rmSync(`${directory()}/.kafka_cleanshutdown`)
  for (const name of filesOf(`${directory()}/golden-0`, indexes)) damage(`${directory()}/golden-0/${name}`)
  await open()
  expect(log.end).toBe(156)
  await log.close()
  expect(bytesOf(`${directory()}/golden-0`, indexes)).toEqual(bytesOf(`${golden}/golden-0`, indexes))
})

test('an index that lies is found out by a read, and mended', async () => {
  const path = `${directory()}/golden-0/00000000000000000050.index`
  const lie = readFileSync(path)
  lie.writeInt32BE(3000, 4)
  writeFileSync(path, lie)
  await open()
  for (let offset = 50; offset < 100; offset += 1) {
    const [first] = log.read(offset, { maxBytes: 1, upTo: 156 }).buffers
    expect(Number(first!.readBigInt64BE(0))).toBeLessThanOrEqual(offset)
  }
  await log.close()
  const name = '00000000000000000050.index'
  expect(bytesOf(`${directory()}/golden-0`, indexes)[name]).toBe(bytesOf(`${golden}/golden-0`, indexes)[name])
})

test('times are found as Kafka indexed them', async () => {
  await open()
  for (let ms = 0; ms < 61_000; ms += 97) {
    const found = log.findByTime(1_700_000_000_000 + ms, 0)
    let expected: number | null = null
    log.forEachBatch(0, (buffer, at) => {
      const maxMs = Number(buffer.readBigInt64BE(at + 35))
      if (maxMs >= 1_700_000_000_000 + ms) expected = Number(buffer.readBigInt64BE(at))
      return expected === null
    })
    expect(found!.offset).toBeGreaterThanOrEqual(expected!)
    expect(found!.timestampMs).toBeGreaterThanOrEqual(1_700_000_000_000 + ms)
  }
  expect(log.maxTimestamp()!.offset).toBe(155)
})
