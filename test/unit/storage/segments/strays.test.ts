/** A file that somebody put among the segments of a log costs no record, whatever it is called and holds. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { silentLogger } from '../../../../src/platform/logger'
import { nodePlatform } from '../../../../src/platform/node/platform'
import { baseOffsetAt, lastOffsetAt } from '../../../../src/protocol/records/batch'
import { CorruptLog } from '../../../../src/storage/fault'
import { defaultLogConfig, type Log } from '../../../../src/storage/log'
import type { CheckedLog } from '../../../../src/storage/segments/damage'
import { OfflineLogs } from '../../../../src/storage/segments/offline'
import { type FileStore, openFileStore } from '../../../../src/storage/segments/store'
import { makeBatch } from '../../../support/batches'
import { scratchDirectory } from '../../../support/scratch'

const id = { topic: 'orders', partition: 0, topicId: '0123456789abcdef0123456789abcdef' }
const batchCount = 10
/** Three records, so that a file can begin inside of a batch. */
const batchOf = (i: number) => makeBatch({ valueBytes: 100, fill: 1 + i, timestamps: [1, 2, 3] })
const end = 3 * batchCount

interface Told {
  readonly event: string
  readonly path?: string
  readonly from?: number
  readonly to?: number
}

let scratch: ReturnType<typeof scratchDirectory>
let told: Told[]
beforeEach(() => {
  scratch = scratchDirectory()
  told = []
})
afterEach(() => scratch.remove())

const data = () => `${scratch.path}/data`
const nameOf = (base: number) => `${String(base).padStart(20, '0')}.log`
const inLog = (base: number) => `${data()}/orders-0/${nameOf(base)}`
const mark = (name: string, offset: number) => writeFileSync(`${data()}/${name}`, `0\n1\norders 0 ${offset}\n`)

/** Bytes of the segments, by name. */
function segments(): Map<string, string> {
  const names = readdirSync(`${data()}/orders-0`).filter(name => /[.]log$/.test(name))
  return new Map(names.sort().map(name => [name, readFileSync(`${data()}/orders-0/${name}`, 'hex')]))
}

async function withLog<T>(segmentBytes: number, work: (log: Log) => T | Promise<T>): Promise<T> {
  const logger = { ...silentLogger, warn: (event: string, fields = {}) => void told.push({ event, ...fields }) }
  const platform = nodePlatform({ logger })
  const store: FileStore = await openFileStore(platform, { directory: data(), flush: 'os', nodeId: 1 })
  try {
    return await work(await store.open(id, () => ({ ...defaultLogConfig, segmentBytes, indexIntervalBytes: 300 })))
  } finally {
    await store.close()
  }
}

/** As a process leaves it that was killed, where a mark is given. */
async function written(segmentBytes: number, durable: number | null = null): Promise<void> {
  await withLog(segmentBytes, log => {
    for (let i = 0; i < batchCount; i += 1) log.append(batchOf(i), { leaderEpoch: 0 })
  })
  if (durable === null) return
  rmSync(`${data()}/.kafka_cleanshutdown`)
  mark('recovery-point-offset-checkpoint', durable)
  const active = Math.max(...[...segments().keys()].map(Number.parseFloat))
  for (const kind of ['index', 'timeindex']) rmSync(inLog(active).replace(/log$/, kind), { force: true })
}

/** First offsets of the batches that a log gives. */
function batchesIn(log: Log): number[] {
  const found: number[] = []
  log.forEachBatch(log.start, (buffer, at) => {
    expect(lastOffsetAt(buffer, at)).toBe(baseOffsetAt(buffer, at) + 2)
    found.push(baseOffsetAt(buffer, at))
  })
  return found
}

async function offline<T>(work: (logs: OfflineLogs, checked: CheckedLog) => T | Promise<T>): Promise<T> {
  const logs = await OfflineLogs.open(nodePlatform({ logger: silentLogger }), data())
  try {
    return await work(logs, await logs.check('orders-0'))
  } finally {
    await logs.close()
  }
}

const check = () => offline((_, checked) => checked)
const repair = () => offline((logs, checked) => logs.mend('orders-0', checked))
const all = Array.from({ length: batchCount }, (_, i) => 3 * i)

test.each([null, 0, 15, end])(
  'an empty file inside of a segment goes, and nothing else (durable: %s)',
  async durable => {
    await written(1e6, durable)
    writeFileSync(inLog(10), '')
    expect(await check()).toMatchObject({ damages: [], gaps: [], strays: [{ segment: 10, sizeBytes: 0 }] })
    await withLog(1e6, log => {
      expect([batchesIn(log), log.end]).toEqual([all, end])
      expect(log.append(batchOf(0), { leaderEpoch: 0 })).toMatchObject({ first: end })
    })
    expect(told).toEqual([{ event: 'storage.empty_segment_removed', path: inLog(10), inside: inLog(0), endsAt: end }])
    expect(existsSync(inLog(10))).toBe(false)
  },
)

test.each([null, 0, 15, end])(
  'one that holds something keeps the partition offline, both files are named',
  async durable => {
    await written(1e6, durable)
    writeFileSync(inLog(10), 'garbage')
    const before = segments()
    const opened = withLog(1e6, batchesIn)
    await expect(opened).rejects.toThrow(CorruptLog)
    await expect(opened).rejects.toThrow(
      `${inLog(10)}: overlaps with ${nameOf(0)}, whose good batches end at offset ${end - 1}; it has nothing that`,
    )
    expect([segments(), told]).toEqual([before, []])
    expect((await check()).strays).toMatchObject([{ segment: 10, other: { segment: 0, end }, reachesFurther: false }])
    expect(await repair()).toEqual([`${inLog(10)}.stray`])
    expect(readFileSync(`${inLog(10)}.stray`, 'utf8')).toBe('garbage')
    expect(await withLog(1e6, batchesIn)).toEqual(all)
  },
)

test('what is below the start goes only where no record above it is in the same file', async () => {
  await written(1e6, end)
  mark('log-start-offset-checkpoint', 20)
  writeFileSync(inLog(15), '')
  expect(await withLog(1e6, batchesIn)).toEqual(all.filter(first => first + 2 >= 20))
})

test('a copy under a lower name is the one to go, and of two that go on where the other ends none', async () => {
  await written(1000, 0)
  const bases = [...segments().keys()].map(Number.parseFloat)
  expect(bases.length).toBeGreaterThan(2)
  rmSync(inLog(0))
  writeFileSync(inLog(1), readFileSync(inLog(bases[1]!)))
  expect((await check()).strays).toMatchObject([{ segment: 1, other: { segment: bases[1] } }])
  rmSync(inLog(1))
  rmSync(inLog(bases[1]!))
  writeFileSync(inLog(0), Buffer.concat(all.map(first => batchAt(first)).slice(0, 4)))
  writeFileSync(inLog(6), Buffer.concat(all.map(first => batchAt(first)).slice(2, 6)))
  expect((await check()).strays).toMatchObject([{ segment: 6, other: { segment: 0, end: 12 }, reachesFurther: true }])
  const before = segments()
  expect(await repair()).toEqual([])
  await expect(withLog(1000, batchesIn)).rejects.toThrow(CorruptLog)
  expect(segments()).toEqual(before)
})

/** The batch as a log stores it. */
function batchAt(first: number): Buffer {
  const bytes = batchOf(first / 3)
  bytes.writeBigInt64BE(BigInt(first))
  return bytes
}

test('an empty file behind the end goes with a line that tells so', async () => {
  await written(1e6, 15)
  writeFileSync(inLog(50), '')
  expect(await withLog(1e6, log => [batchesIn(log), log.end])).toEqual([all, end])
  expect(told).toEqual([{ event: 'storage.empty_segment_removed', path: inLog(50), endsAt: end }])
})

test.each([1e6, 700])('after a clean stop too, and records that come go on where the log ended', async segmentBytes => {
  await written(segmentBytes)
  for (const base of [end + 1, end + 20]) writeFileSync(inLog(base), '')
  expect(await withLog(segmentBytes, log => [batchesIn(log), log.end])).toEqual([all, end])
  expect(told).toEqual(
    [end + 1, end + 20].map(base => ({ event: 'storage.empty_segment_removed', path: inLog(base), endsAt: end })),
  )
  // Where nothing says that the log ended there it is left: offsets may have been given out whose records are gone.
  writeFileSync(inLog(end + 1), '')
  for (const name of ['recovery-point-offset-checkpoint', 'replication-offset-checkpoint']) rmSync(`${data()}/${name}`)
  expect(await withLog(segmentBytes, log => log.end)).toBe(end + 1)
})

test('after a clean stop too it is seen that a file in the middle is none of the log', async () => {
  await written(700)
  const bases = [...segments().keys()].map(Number.parseFloat)
  expect(bases.length).toBeGreaterThan(3)
  writeFileSync(inLog(1), readFileSync(inLog(bases[1]!)))
  await expect(withLog(700, batchesIn)).rejects.toThrow(`${inLog(1)}: overlaps with ${nameOf(0)}`)
  rmSync(inLog(1))
  // Something behind an empty one, and the other way round.
  for (const [empty, full] of [
    [1, 2],
    [2, 1],
  ] as const) {
    writeFileSync(inLog(empty), '')
    writeFileSync(inLog(full), 'x')
    await expect(withLog(700, batchesIn)).rejects.toThrow(`${inLog(full)}: overlaps with ${nameOf(0)}`)
    expect(await repair()).toContainEqual(expect.stringContaining(`${inLog(full)}.stray`))
    expect(await withLog(700, batchesIn)).toEqual(all)
  }
  expect(told.filter(({ event }) => event !== 'storage.empty_segment_removed')).toEqual([])
})

const content = fc.oneof(
  fc.constant({ kind: 'empty' as const }),
  fc.record({ kind: fc.constant('garbage' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 700 }) }),
  fc.record({ kind: fc.constant('zeros' as const), count: fc.integer({ min: 1, max: 1500 }) }),
  fc.record({ kind: fc.constant('copy' as const), from: fc.nat(), part: fc.constantFrom(1, 0.5) }),
)

function bytesOf(made: typeof content extends fc.Arbitrary<infer T> ? T : never): Uint8Array {
  if (made.kind === 'empty') return new Uint8Array()
  if (made.kind === 'garbage') return made.bytes
  if (made.kind === 'zeros') return new Uint8Array(made.count)
  const present = [...segments().values()]
  const bytes = Buffer.from(present[made.from % present.length]!, 'hex')
  return bytes.subarray(0, Math.ceil(bytes.length * made.part))
}

test('no file by whatever name makes a log lose a record, and what is told of it is true', async () => {
  const story = fc.record({
    segmentBytes: fc.constantFrom(700, 1000, 1e6),
    durable: fc.option(fc.integer({ min: 0, max: end })),
    files: fc.array(fc.record({ base: fc.integer({ min: 1, max: end + 5 }), content }), { minLength: 1, maxLength: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(story, async ({ segmentBytes, durable, files }) => {
      scratch.remove()
      scratch = scratchDirectory()
      await written(segmentBytes, durable)
      const original = segments()
      const added = files.filter(({ base }) => !original.has(nameOf(base)))
      for (const each of added.map(({ base, content }) => ({ base, bytes: bytesOf(content) })))
        writeFileSync(inLog(each.base), each.bytes)
      const before = segments()
      told = []
      const opened = await withLog(segmentBytes, batchesIn).catch((error: unknown) => error)
      const gaps = told.filter(({ event }) => event === 'storage.log_gap')
      expect(gaps.filter(({ from, to }) => all.some(first => first >= from! && first < to!))).toEqual([])
      if (opened instanceof CorruptLog) {
        const full = [...before].filter(([, bytes]) => bytes !== '')
        expect([...segments()].filter(([, bytes]) => bytes !== '')).toEqual(full)
        const checked = await check()
        expect(checked.strays.length + checked.damages.length).toBeGreaterThan(0)
        if (checked.strays.some(({ reachesFurther }) => reachesFurther)) return
        await repair()
        expect(await check()).toMatchObject({ strays: [], damages: [] })
        expect(await withLog(segmentBytes, batchesIn)).toEqual(expect.arrayContaining(all))
        return
      }
      if (opened instanceof Error) throw opened
      // What was stopped cleanly is not read again, so a copy may be served twice, as by a Kafka.
      expect(durable === null ? [...new Set(opened as number[])] : opened).toEqual(all)
      for (const [name, bytes] of original) expect(segments().get(name)).toBe(bytes)
    }),
    { numRuns: Number(process.env['ODRADEK_STRAY_RUNS'] ?? 40), seed: Number(process.env['ODRADEK_STRAY_SEED'] ?? 1) },
  )
})

/** Of a log whose oldest segments were removed, by a Kafka that had not saved where it starts then. */
describe('a file without a batch before all segments', () => {
  const contents: [string, Buffer][] = [
    ['a few bytes', Buffer.from('garbage')],
    ['more', Buffer.alloc(700, 'garbage')],
    ['zeros', Buffer.alloc(700)],
  ]
  const stories = [null, 0, 5].flatMap(durable => contents.map(([name, bytes]) => ({ durable, name, bytes })))

  test.each(stories)('costs none of them: $name (durable: $durable)', async ({ durable, bytes }) => {
    await written(700, durable)
    const bases = [...segments().keys()].map(Number.parseFloat)
    expect(bases.length).toBeGreaterThan(3)
    const [first] = bases.filter(base => base > 8)
    for (const base of bases.filter(each => each < first!))
      for (const kind of ['log', 'index', 'timeindex']) rmSync(inLog(base).replace(/log$/, kind), { force: true })
    writeFileSync(inLog(7), bytes)
    const before = segments()
    await expect(withLog(700, batchesIn)).rejects.toThrow(CorruptLog)
    expect(segments()).toEqual(before)
    expect((await check()).damages).toMatchObject([{ segment: 7, position: 0, fromOffset: 7, toOffset: first }])
    await repair()
    await withLog(700, log => {
      const found: number[] = []
      // The first stands for the offsets that the file has the name of.
      log.forEachBatch(log.start, (buffer, at) => void found.push(baseOffsetAt(buffer, at)))
      expect([found, log.end]).toEqual([[7, ...all.filter(base => base >= first!)], end])
    })
  })

  test('is cut to nothing where there are no others, as by a Kafka, and offsets go on at its name', async () => {
    await written(1e6, 0)
    rmSync(inLog(0))
    writeFileSync(inLog(50), 'garbage')
    await withLog(1e6, log => expect([log.start, log.end]).toEqual([50, 50]))
    expect(told).toMatchObject([{ event: 'storage.log_cut', path: inLog(50), nextOffset: 50, cutBytes: 7 }])
  })
})

test('a log that is known to have had records, and begins above them, keeps those that it has', async () => {
  await written(700, 5)
  const bases = [...segments().keys()].map(Number.parseFloat)
  const [first] = bases.filter(base => base > 8)
  for (const base of bases.filter(each => each < first!)) rmSync(inLog(base))
  mark('log-start-offset-checkpoint', 1)
  const left = all.filter(base => base >= first!)
  expect(await withLog(700, batchesIn)).toEqual(left)
  expect(told).toEqual([{ event: 'storage.log_gap', path: inLog(first!), from: 1, to: first }])
})
