/** Segments of magic 0 and 1 become batches of format v2 when their log is opened, and nothing is lost by it. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { silentLogger } from '../../../../src/platform/logger'
import { nodePlatform } from '../../../../src/platform/node/platform'
import { magicAt } from '../../../../src/protocol/records/batch'
import { recordsOf } from '../../../../src/protocol/records/records'
import { CorruptLog } from '../../../../src/storage/fault'
import { defaultLogConfig, type Log } from '../../../../src/storage/log'
import { type FileStore, openFileStore } from '../../../../src/storage/segments/store'
import { batch, messageSet, t0, wrapperMessage } from '../../../../scripts/oracle/batches'
import { makeBatch } from '../../../support/batches'
import { scratchDirectory } from '../../../support/scratch'

const id = { topic: 'orders', partition: 0, topicId: '0123456789abcdef0123456789abcdef' }
const data = () => `${scratch.path}/data`
const path = (name: string) => `${data()}/orders-0/${name}`
const nameOf = (base: number, kind = 'log') => `${String(base).padStart(20, '0')}.${kind}`

let scratch: ReturnType<typeof scratchDirectory>
let store: FileStore
const events: string[] = []

beforeEach(async () => {
  scratch = scratchDirectory()
  events.length = 0
  // A directory with a log of that topic, whose files are then put in place of.
  const log = await open()
  log.append(makeBatch(), { leaderEpoch: 0 })
  await store.close()
  for (const name of readdirSync(path('.'))) if (!name.startsWith('partition.')) rmSync(path(name), { recursive: true })
})
afterEach(async () => {
  await store.close()
  scratch.remove()
})

async function open(): Promise<Log> {
  const note = (event: string) => void events.push(event)
  const logger = { ...silentLogger, warn: note, info: note }
  store = await openFileStore(nodePlatform({ logger }), { directory: data(), flush: 'os', nodeId: 1 })
  return store.open(id, () => defaultLogConfig)
}

/** As after a crash: nothing is known of what was durable. */
function crashed(): void {
  for (const name of ['.kafka_cleanshutdown', 'recovery-point-offset-checkpoint', 'log-start-offset-checkpoint']) {
    rmSync(`${data()}/${name}`, { force: true })
  }
}

function moved(entries: Buffer, by: number): Buffer {
  for (let at = 0; at < entries.length; at += 12 + entries.readInt32BE(at + 8)) {
    entries.writeBigInt64BE(entries.readBigInt64BE(at) + BigInt(by), at)
  }
  return entries
}

const messages = (...names: string[]) => names.map(key => ({ key, value: `value of ${key}` }))

function contentOf(log: Log): [number, number, string][] {
  const found: [number, number, string][] = []
  log.forEachBatch(log.start, (buffer, at) => {
    expect(magicAt(buffer, at)).toBe(2)
    for (const { offset, timestampMs, key } of recordsOf(buffer, at)) found.push([offset, timestampMs, String(key)])
  })
  return found
}

test('magic 1, plain and in a wrapper, and format v2 after it: offsets and times stay', async () => {
  const bytes = Buffer.concat([
    messageSet(1, messages('a', 'b')),
    moved(wrapperMessage(1, messages('c', 'd')), 2),
    moved(batch(['e']), 4),
  ])
  writeFileSync(path(nameOf(0)), bytes)
  crashed()
  const log = await open()
  expect(log.end).toBe(5)
  expect(contentOf(log)).toEqual([
    [0, t0, 'a'],
    [1, t0 + 1000, 'b'],
    [2, t0, 'c'],
    [3, t0 + 1000, 'd'],
    [4, t0, 'k0'],
  ])
  expect(log.findByTime(t0 + 500, 0)).toMatchObject({ offset: 1, timestampMs: t0 + 1000 })
  expect(events).toContain('storage.segment_renewed')
  log.append(makeBatch(), { leaderEpoch: 3 })
  await store.close()
  // Kept as it is now, so nothing is to be renewed again.
  events.length = 0
  expect((await open()).end).toBe(6)
  expect(events).not.toContain('storage.segment_renewed')
})

test('magic 0 has no times', async () => {
  writeFileSync(path(nameOf(0)), messageSet(0, messages('a', 'b')))
  crashed()
  const log = await open()
  expect(contentOf(log)).toEqual([
    [0, -1, 'a'],
    [1, -1, 'b'],
  ])
  expect(log.findByTime(0, 0)).toBeNull()
})

test('gaps that compaction left stay, and several segments are renewed until one that needs it not', async () => {
  const gapped = Buffer.concat([messageSet(1, messages('a')), moved(messageSet(1, messages('b')), 7)])
  writeFileSync(path(nameOf(0)), gapped)
  writeFileSync(path(nameOf(8)), moved(messageSet(1, messages('c')), 8))
  writeFileSync(path(nameOf(9)), moved(batch(['d']), 9))
  crashed()
  const log = await open()
  expect(contentOf(log).map(([offset]) => offset)).toEqual([0, 7, 8, 9])
  expect(events.filter(event => event === 'storage.segment_renewed')).toHaveLength(2)
})

test('indexes of the old bytes go', async () => {
  writeFileSync(path(nameOf(0)), messageSet(1, messages('a', 'b', 'c')))
  writeFileSync(path(nameOf(0, 'index')), Buffer.from('0000000100000027', 'hex'))
  writeFileSync(path(nameOf(0, 'timeindex')), Buffer.alloc(12, 1))
  crashed()
  const log = await open()
  expect(contentOf(log)).toHaveLength(3)
  expect(log.findByTime(t0 + 2000, 0)).toMatchObject({ offset: 2 })
})

test('a message that a crash has torn is cut, one in the middle that is damaged keeps the log closed and as it is', async () => {
  const set = messageSet(1, messages('a', 'b', 'c'))
  writeFileSync(path(nameOf(0)), set.subarray(0, -3))
  crashed()
  expect(contentOf(await open())).toHaveLength(2)
  expect(events).toContain('storage.log_cut')
  await store.close()

  const damaged = Buffer.from(set)
  damaged.writeUInt8(damaged.readUInt8(set.length >> 1) ^ 1, set.length >> 1)
  writeFileSync(path(nameOf(0)), damaged)
  crashed()
  await expect(open()).rejects.toBeInstanceOf(CorruptLog)
  expect(readFileSync(path(nameOf(0)))).toEqual(damaged)
  expect(existsSync(path(`${nameOf(0)}.cleaned`))).toBe(false)
})

test('what a crash has left of a renewal is finished, or begun again', async () => {
  writeFileSync(path(nameOf(0)), messageSet(1, messages('a', 'b')))
  writeFileSync(path(`${nameOf(0)}.cleaned`), 'half')
  crashed()
  expect(contentOf(await open())).toHaveLength(2)
  await store.close()
  mkdirSync(`${scratch.path}/kept`)
  copyFileSync(path(nameOf(0)), `${scratch.path}/kept/new`)
  writeFileSync(path(nameOf(0)), messageSet(1, messages('a', 'b')))
  copyFileSync(`${scratch.path}/kept/new`, path(`${nameOf(0)}.swap`))
  crashed()
  expect(contentOf(await open())).toHaveLength(2)
  expect(readdirSync(path('.')).filter(name => name.endsWith('.swap'))).toEqual([])
})
