/** Damage is found wherever it is, and taken out so that every other record stays at its offset. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { silentLogger } from '../../../../src/platform/logger'
import { nodePlatform } from '../../../../src/platform/node/platform'
import { baseOffsetAt, lastOffsetAt, recordCountAt } from '../../../../src/protocol/records/batch'
import { DirectoryRefused } from '../../../../src/storage/fault'
import { defaultLogConfig, type Log } from '../../../../src/storage/log'
import { OfflineLogs } from '../../../../src/storage/segments/offline'
import { type FileStore, openFileStore } from '../../../../src/storage/segments/store'
import { makeBatch } from '../../../support/batches'
import { scratchDirectory } from '../../../support/scratch'

const id = { topic: 'orders', partition: 0, topicId: '0123456789abcdef0123456789abcdef' }
const config = { ...defaultLogConfig, segmentBytes: 4_000, indexIntervalBytes: 300 }
const platform = nodePlatform({ logger: silentLogger })
const batchCount = 20
/** Three records, so that offsets and batches are not the same. */
const batchOf = (i: number) => makeBatch({ valueBytes: 150, fill: 1 + i, timestamps: [1, 2, 3] })
const batchBytes = batchOf(0).length

let scratch: ReturnType<typeof scratchDirectory>
beforeEach(() => {
  scratch = scratchDirectory()
})
afterEach(() => scratch.remove())

const data = () => `${scratch.path}/data`
const inLog = (name: string) => `${data()}/orders-0/${name}`
const segments = () =>
  readdirSync(`${data()}/orders-0`)
    .filter(name => name.endsWith('.log'))
    .sort()

async function withLog<T>(work: (log: Log) => T | Promise<T>): Promise<T> {
  const store: FileStore = await openFileStore(platform, { directory: data(), flush: 'os', nodeId: 1 })
  try {
    return await work(await store.open(id, () => config))
  } finally {
    await store.close()
  }
}

const written = () =>
  withLog(log => {
    for (let i = 0; i < batchCount; i += 1) log.append(batchOf(i), { leaderEpoch: 0 })
  })

async function offline<T>(work: (logs: OfflineLogs) => Promise<T>): Promise<T> {
  const logs = await OfflineLogs.open(platform, data())
  try {
    return await work(logs)
  } finally {
    await logs.close()
  }
}

const check = () => offline(logs => logs.check('orders-0'))
const repair = () => offline(async logs => logs.mend('orders-0', await logs.check('orders-0')))

function flip(name: string, at: number): void {
  const bytes = readFileSync(inLog(name))
  bytes[at] = bytes[at]! ^ 0x10
  writeFileSync(inLog(name), bytes)
}

/** Offsets of the batches that hold records, and of those that stand for lost ones. */
function contentOf(log: Log): { records: [number, number][]; empty: [number, number][] } {
  const records: [number, number][] = []
  const empty: [number, number][] = []
  log.forEachBatch(log.start, (buffer, at) => {
    const offsets: [number, number] = [baseOffsetAt(buffer, at), lastOffsetAt(buffer, at)]
    ;(recordCountAt(buffer, at) === 0 ? empty : records).push(offsets)
  })
  return { records, empty }
}

test('a log in good order has nothing to be mended', async () => {
  await written()
  const checked = await check()
  expect(checked).toMatchObject({ startOffset: 0, endOffset: 60, damages: [], tornBytes: 0, oldSegment: null })
  expect(checked.segments.length).toBeGreaterThan(2)
  expect(await repair()).toEqual([])
  expect(existsSync(`${data()}/.kafka_cleanshutdown`)).toBe(true)
})

test('one batch in the middle: its offsets are lost, and no other', async () => {
  await written()
  const [first] = segments()
  flip(first!, 2 * batchBytes + 100)
  const before = readFileSync(inLog(first!))
  expect((await check()).damages).toEqual([
    { segment: 0, position: 2 * batchBytes, sizeBytes: batchBytes, fromOffset: 6, toOffset: 9, leaderEpoch: 0 },
  ])
  expect(await repair()).toEqual([inLog(`${first}.damaged`)])
  expect(readFileSync(inLog(`${first}.damaged`))).toEqual(before)
  expect((await check()).damages).toEqual([])
  await withLog(log => {
    expect(log.end).toBe(60)
    const { records, empty } = contentOf(log)
    expect(empty).toEqual([[6, 8]])
    expect(records).toHaveLength(batchCount - 1)
  })
})

test('the end of a segment, and the end of the log: no offset is given out a second time', async () => {
  await written()
  const all = segments()
  const middle = readFileSync(inLog(all[1]!))
  flip(all[1]!, middle.length - 10)
  const last = readFileSync(inLog(all.at(-1)!))
  flip(all.at(-1)!, last.length - 10)
  expect((await check()).damages.map(each => [each.fromOffset, each.toOffset])).toEqual([
    [Number.parseInt(all[2]!, 10) - 3, Number.parseInt(all[2]!, 10)],
    [57, 60],
  ])
  expect(await repair()).toHaveLength(2)
  await withLog(log => {
    expect(log.end).toBe(60)
    expect(log.append(batchOf(0), { leaderEpoch: 0 })).toMatchObject({ first: 60 })
  })
})

test('what a crash has left at the end is no damage, and not mended', async () => {
  await written()
  const last = segments().at(-1)!
  writeFileSync(inLog(last), Buffer.concat([readFileSync(inLog(last)), Buffer.alloc(99)]))
  expect(await check()).toMatchObject({ damages: [], tornBytes: 99, endOffset: 60 })
  expect(await repair()).toEqual([])
})

test('wherever bytes are bad, exactly the batches that they hit are lost', async () => {
  // The offset of a batch is not in its checksum: one that is changed by a little looks like another.
  const at = fc.integer({ min: 16, max: batchBytes - 1 })
  const hit = fc.record({ batch: fc.nat(batchCount - 1), at, more: fc.nat(3 * batchBytes) })
  await fc.assert(
    fc.asyncProperty(fc.array(hit, { minLength: 1, maxLength: 4 }), async hits => {
      scratch.remove()
      scratch = scratchDirectory()
      await written()
      const bases = segments().map(name => Number.parseInt(name, 10) / 3)
      const lost = new Set<number>()
      for (const { batch, at, more } of hits) {
        const base = bases.findLast(each => each <= batch)!
        const name = segments()[bases.indexOf(base)]!
        const bytes = readFileSync(inLog(name))
        const from = (batch - base) * batchBytes + at
        const to = Math.min(bytes.length, from + 1 + more)
        for (let i = from; i < to; i += 1) bytes[i] = batchOf(base + Math.floor(i / batchBytes))[i % batchBytes]! ^ 0xff
        writeFileSync(inLog(name), bytes)
        for (let i = batch; i <= base + Math.floor((to - 1) / batchBytes); i += 1) lost.add(i)
      }
      await repair()
      expect((await check()).damages).toEqual([])
      await withLog(log => {
        expect(log.end).toBe(3 * batchCount)
        const kept = contentOf(log).records.map(([first]) => first / 3)
        expect(kept).toEqual([...Array(batchCount).keys()].filter(i => !lost.has(i)))
      })
    }),
    { numRuns: 12 },
  )
})

test('a directory that is in use, or none of a broker, is left alone', async () => {
  await expect(OfflineLogs.open(platform, data())).rejects.toThrow(DirectoryRefused)
  expect(existsSync(data())).toBe(false)
  await withLog(async () => {
    await expect(OfflineLogs.open(platform, data())).rejects.toMatchObject({ reason: 'locked' })
  })
})

test('a segment that is gone or empty, and one that begins before the end of another, are told of', async () => {
  await written()
  expect((await check()).gaps).toEqual([])
  const [first, second, third] = segments()
  const [from, to] = [Number.parseInt(second!, 10), Number.parseInt(third!, 10)]
  const bytes = readFileSync(inLog(second!))
  const gap = [{ before: to, fromOffset: from, toOffset: to }]
  writeFileSync(inLog(second!), '')
  expect(await check()).toMatchObject({ gaps: gap, damages: [] })
  rmSync(inLog(second!))
  expect(await check()).toMatchObject({ gaps: gap, damages: [] })
  writeFileSync(inLog(first!.replace(/.{5}[.]log$/, '00003.log')), bytes)
  expect(await check()).toMatchObject({
    damages: [],
    gaps: gap,
    strays: [{ segment: 3, other: { segment: 0, end: from } }],
  })
})

test('what compaction or DeleteRecords has taken is no gap', async () => {
  await written()
  const [, second, third] = segments()
  rmSync(inLog(second!))
  const mark = (name: string, offset: number) => writeFileSync(`${data()}/${name}`, `0\n1\norders 0 ${offset}\n`)
  mark('cleaner-offset-checkpoint', 10)
  expect((await check()).gaps).toEqual([])
  rmSync(`${data()}/cleaner-offset-checkpoint`)
  expect((await check()).gaps).toHaveLength(1)
  mark('log-start-offset-checkpoint', Number.parseInt(third!, 10))
  expect((await check()).gaps).toEqual([])
})

async function toldAtStart(): Promise<unknown[]> {
  const told: unknown[] = []
  const logger = { ...silentLogger, warn: (event: string, fields = {}) => void told.push({ event, ...fields }) }
  const store = await openFileStore(nodePlatform({ logger }), { directory: data(), flush: 'os', nodeId: 1 })
  await store.open(id, () => config)
  await store.close()
  return told
}

test('a segment that was emptied is told of at a start', async () => {
  await written()
  const [, second, third] = segments()
  writeFileSync(inLog(second!), '')
  const [from, to] = [second, third].map(name => Number.parseInt(name!, 10))
  const gap = { event: 'storage.log_gap', path: inLog(second!), from, to }
  expect(await toldAtStart()).toEqual([gap])
  expect(await toldAtStart()).toEqual([gap])
})

test('a segment whose file is gone, and not its indexes, is told of at the next start', async () => {
  await written()
  const [first, second, third] = segments()
  const [from, to] = [second, third].map(name => Number.parseInt(name!, 10))
  rmSync(inLog(second!))
  expect(await toldAtStart()).toEqual([{ event: 'storage.log_gap', path: inLog(second!), from, to }])
  expect(await toldAtStart()).toEqual([])
  rmSync(inLog(first!))
  expect(await toldAtStart()).toMatchObject([{ from: 0, to }])
})

test('indexes of what compaction or DeleteRecords has taken are no gap', async () => {
  await written()
  const [first, second, third] = segments()
  const mark = (name: string, offset: number) => writeFileSync(`${data()}/${name}`, `0\n1\norders 0 ${offset}\n`)
  rmSync(inLog(second!))
  mark('cleaner-offset-checkpoint', 10)
  expect(await toldAtStart()).toEqual([])
  rmSync(`${data()}/cleaner-offset-checkpoint`)
  rmSync(inLog(first!))
  mark('log-start-offset-checkpoint', Number.parseInt(third!, 10))
  expect(await toldAtStart()).toEqual([])
})
