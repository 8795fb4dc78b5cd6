/** A torn tail is cut; damage that no crash explains keeps a log closed, as it is, while others serve. */
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { silentLogger } from '../../../../src/platform/logger'
import { nodePlatform } from '../../../../src/platform/node/platform'
import { CorruptLog } from '../../../../src/storage/fault'
import { defaultLogConfig, type Log } from '../../../../src/storage/log'
import { type FileStore, openFileStore } from '../../../../src/storage/segments/store'
import { makeBatch } from '../../../support/batches'
import { scratchDirectory } from '../../../support/scratch'

const id = { topic: 'orders', partition: 0, topicId: '0123456789abcdef0123456789abcdef' }
const other = { ...id, topic: 'others', topicId: 'f123456789abcdef0123456789abcdef' }
const config = { ...defaultLogConfig, segmentBytes: 20_000, indexIntervalBytes: 300 }
const batchBytes = makeBatch({ valueBytes: 1000, fill: 1 }).length
const first = '00000000000000000000.log'
const second = '00000000000000000018.log'

let scratch: ReturnType<typeof scratchDirectory>
let store: FileStore
const lines: string[] = []
const path = (name: string) => `${scratch.path}/data/orders-0/${name}`

async function open(): Promise<Log> {
  const logger = { ...silentLogger, warn: (event: string) => void lines.push(event) }
  store = await openFileStore(nodePlatform({ logger }), {
    directory: `${scratch.path}/data`,
    flush: 'group',
    nodeId: 1,
  })
  return store.open(id, () => config)
}

/** Appends batches of one record each, and stops as if the power had gone: nothing is marked as clean or flushed. */
async function writtenTo(count: number, mark: number): Promise<void> {
  const log = await open()
  for (let i = 0; i < count; i += 1)
    log.append(makeBatch({ valueBytes: 1000, fill: 1 + (i % 200) }), { leaderEpoch: 0 })
  await store.close()
  rmSync(`${scratch.path}/data/.kafka_cleanshutdown`)
  writeFileSync(`${scratch.path}/data/recovery-point-offset-checkpoint`, `0\n1\norders 0 ${mark}\n`)
}

function change(name: string, at: number, work: (byte: number) => number): void {
  const bytes = readFileSync(path(name))
  bytes[at] = work(bytes[at]!)
  writeFileSync(path(name), bytes)
}

const flip = (name: string, at: number) => change(name, at, byte => byte ^ 1)

beforeEach(() => {
  scratch = scratchDirectory()
  lines.length = 0
})
afterEach(async () => {
  await store.close().catch(() => {})
  scratch.remove()
})

test('a batch that was written in part is cut off, and said so', async () => {
  await writtenTo(10, 4)
  truncateSync(path(first), 10 * batchBytes - 7)
  const log = await open()
  expect([log.end, log.flushed, log.sizeBytes]).toEqual([9, 9, 9 * batchBytes])
  expect(lines).toEqual(['storage.log_cut'])
  expect(statSync(path(first)).size).toBe(9 * batchBytes)
  expect(log.append(makeBatch(), { leaderEpoch: 0 })).toMatchObject({ first: 9 })
})

test.each([1, 60, 61, 500])('so is one of which only %i bytes came', async bytes => {
  await writtenTo(10, 0)
  truncateSync(path(first), 9 * batchBytes + bytes)
  expect((await open()).end).toBe(9)
})

test('bytes that are no batch after the last one are cut off', async () => {
  await writtenTo(10, 10)
  writeFileSync(path(first), Buffer.concat([readFileSync(path(first)), Buffer.alloc(5000)]))
  const log = await open()
  expect([log.end, log.sizeBytes]).toEqual([10, 10 * batchBytes])
})

test('a last batch that is damaged above the mark counts as torn', async () => {
  await writtenTo(10, 9)
  flip(first, 9 * batchBytes + 500)
  expect((await open()).end).toBe(9)
})

test('a hole of a sector before good batches is a lost write: all after it goes', async () => {
  await writtenTo(15, 3)
  const bytes = readFileSync(path(first))
  const from = Math.ceil((5 * batchBytes) / 512) * 512
  writeFileSync(path(first), bytes.fill(0, from, from + 512))
  const log = await open()
  expect(log.end).toBe(5)
  expect(lines).toEqual(['storage.log_cut'])
})

test('a lost end of a segment takes the next segment with it', async () => {
  await writtenTo(30, 3)
  truncateSync(path(first), 15 * batchBytes)
  const log = await open()
  expect([log.end, log.sizeBytes]).toEqual([15, 15 * batchBytes])
  expect(() => statSync(path(second))).toThrow()
})

describe('damage that no crash explains', () => {
  const refused = async (says: RegExp) => {
    const before = readFileSync(path(first))
    const problem = open()
    await expect(problem).rejects.toThrow(CorruptLog)
    await expect(problem).rejects.toThrow(says)
    expect(readFileSync(path(first)).equals(before)).toBe(true)
    const log = await store.open(other, () => config)
    expect(log.append(makeBatch(), { leaderEpoch: 0 })).toMatchObject({ first: 0 })
    // A clean stop decides nothing: the damage is found again.
    await store.close()
    await expect(open()).rejects.toThrow(says)
  }

  test('below the mark', async () => {
    await writtenTo(10, 8)
    flip(first, 7 * batchBytes + 500)
    await refused(/below 8/)
  })

  test('a bit that flipped, with good batches after it', async () => {
    await writtenTo(10, 2)
    flip(first, 5 * batchBytes + 500)
    await refused(/has good ones after it/)
  })

  test('a length that is wrong, with good batches after it', async () => {
    await writtenTo(10, 2)
    flip(first, 5 * batchBytes + 9)
    await refused(/has good ones after it/)
  })

  test('a length of the last batch of a segment that is wrong, with a good segment after it', async () => {
    await writtenTo(30, 2)
    flip(first, 17 * batchBytes + 9)
    await refused(/has good ones after it/)
  })

  test('an end below the mark', async () => {
    await writtenTo(10, 10)
    truncateSync(path(first), 5 * batchBytes)
    await refused(/below 10/)
  })
})

test('a segment that is missing in the middle is told of; what is there is served', async () => {
  await writtenTo(50, 50)
  rmSync(path(second))
  const log = await open()
  expect(log.end).toBe(50)
  expect(lines).toEqual(['storage.log_gap'])
})

test('what was durable is not read again: damage below the mark in a complete segment waits for its reader', async () => {
  await writtenTo(40, 36)
  flip(first, 5 * batchBytes + 500)
  const log = await open()
  expect(log.end).toBe(40)
})

test('after a clean stop nothing is read again', async () => {
  const log = await open()
  for (let i = 0; i < 10; i += 1) log.append(makeBatch({ valueBytes: 1000, fill: 1 }), { leaderEpoch: 0 })
  await store.close()
  flip(first, 5 * batchBytes + 500)
  expect((await open()).end).toBe(10)
})

test('a marker file of a Kafka that is damaged costs a longer recovery, and no more', async () => {
  await writtenTo(10, 9)
  for (const name of [
    'recovery-point-offset-checkpoint',
    'log-start-offset-checkpoint',
    'replication-offset-checkpoint',
  ]) {
    writeFileSync(`${scratch.path}/data/${name}`, '0\n7\nnonsense\n')
  }
  writeFileSync(path('leader-epoch-checkpoint'), 'x')
  const log = await open()
  expect(log.end).toBe(10)
  expect(log.epochs.all()).toEqual([{ epoch: 0, startOffset: 0 }])
  expect(lines.filter(line => line === 'storage.checkpoint_damaged')).toHaveLength(3)
})
