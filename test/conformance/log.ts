/**
 * What every log does, whatever it is kept in. A backend is a line in log.test.ts; what these files say is the
 * specification of the storage port.
 */
import { OffsetOutOfRange } from '../../src/storage/fault'
import { defaultLogConfig, type Log, type LogConfig } from '../../src/storage/log'
import { makeBatch } from '../support/batches'
import {
  describeBeside,
  describeEpochs,
  describeReopen,
  describeRetention,
  describeStore,
  describeTimes,
} from './log-around'
import { describeCompaction } from './log-compaction'
import { all, at, type Bench, id, offsets, put, putAsIs, t0 } from './log-fixture'

export function describeLog(name: string, open: () => Promise<Bench>): void {
  describe(`log in ${name}`, () => {
    let bench: Bench
    let log: Log
    let config: LogConfig

    beforeEach(async () => {
      bench = await open()
      config = defaultLogConfig
      log = await bench.store.open(id, () => config)
    })
    afterEach(() => bench.dispose())

    const reopened = async () => (await bench.reopen()).open(id, () => config)

    describeAppend(
      () => log,
      () => bench,
    )
    describeRead(() => log)
    describeTruncate(() => log)
    describeTimes(() => log)
    describeEpochs(() => log)
    describeBeside(() => log)
    describeStore(() => bench)
    describeRetention(
      () => log,
      change => {
        config = { ...config, ...change }
      },
    )
    describeCompaction(
      () => log,
      change => {
        config = { ...config, ...change }
      },
      reopened,
    )
    if (name !== 'memory') describeReopen(() => log, reopened)
  })
}

function describeAppend(log: () => Log, bench: () => Bench): void {
  test('an empty log begins and ends at zero', () => {
    expect([log().start, log().end, log().sizeBytes]).toEqual([0, 0, 0])
    expect(offsets(log(), 0)).toEqual([])
    expect(log().maxTimestamp()).toBeNull()
    expect(log().epochs.latest).toBe(-1)
  })

  test('an append gives out offsets and patches them and the epoch into the bytes', () => {
    const batches = Buffer.concat([makeBatch({ timestamps: at(3) }), makeBatch({ timestamps: at(2) })])
    expect(log().append(batches, { leaderEpoch: 7 })).toMatchObject({ first: 0, last: 4 })
    expect(put(log(), { timestamps: at(2) }, 7)).toMatchObject({ first: 5, last: 6 })
    expect(log().end).toBe(7)
    expect(offsets(log(), 0)).toEqual([
      [0, 2],
      [3, 4],
      [5, 6],
    ])
    const [first] = log().read(0, all).buffers
    expect(first!.readInt32BE(12)).toBe(7)
  })

  test('what is stored is what was given, but for offset and epoch', () => {
    const batch = makeBatch({ timestamps: [t0, t0 + 5], valueBytes: 300, fill: 7 })
    log().append(Buffer.from(batch), { leaderEpoch: 0 })
    const stored = Buffer.concat(log().read(0, all).buffers)
    expect(stored.equals(batch)).toBe(true)
    expect(log().sizeBytes).toBe(batch.length)
  })

  test('the buffer of an append may be used again at once', () => {
    const batch = makeBatch({ valueBytes: 50 })
    const copy = Buffer.from(batch)
    log().append(batch, { leaderEpoch: 0 })
    const before = log().read(0, all)
    batch.fill(0)
    expect(Buffer.concat(before.buffers).equals(copy)).toBe(true)
    expect(Buffer.concat(log().read(0, all).buffers).equals(copy)).toBe(true)
  })

  test('a buffer that a log keeps may be used again when the log lets go of it', async () => {
    const batches = Array.from({ length: 6 }, (_, i) => makeBatch({ valueBytes: i % 3 === 2 ? 100 : 300_000, fill: i }))
    const stored = batches.map(batch => Buffer.from(batch))
    let keptCount = 0
    for (const [i, batch] of batches.entries()) {
      let isKept = false
      const keep = () => {
        keptCount += 1
        isKept = true
        return () => {
          keptCount -= 1
          batch.fill(0xee)
        }
      }
      log().append(batch, { leaderEpoch: 0, keep })
      batch.copy(stored[i]!)
      if (!isKept) batch.fill(0xee)
    }
    expect(log().end).toBe(6)
    // The first of them is looked at while it may still be on its way.
    expect(Buffer.concat(log().read(0, { ...all, maxBytes: 1 }).buffers).equals(stored[0]!)).toBe(true)
    await log().flush(6)
    expect(Buffer.concat(log().read(0, all).buffers).equals(Buffer.concat(stored))).toBe(true)
    await log().truncateTo(0)
    expect(keptCount).toBe(0)
  })

  test('offsets above 32 bits are kept', () => {
    putAsIs(log(), { baseOffset: 5_000_000_000, timestamps: at(2) })
    put(log())
    expect(log().end).toBe(5_000_000_003)
    expect(offsets(log(), 5_000_000_001)).toEqual([
      [5_000_000_000, 5_000_000_001],
      [5_000_000_002, 5_000_000_002],
    ])
  })

  test('batches with offsets keep them, and gaps', () => {
    putAsIs(log(), { baseOffset: 0, timestamps: at(2), leaderEpoch: 1 })
    expect(putAsIs(log(), { baseOffset: 10, timestamps: at(2), leaderEpoch: 4 })).toMatchObject({ first: 10, last: 11 })
    expect(log().end).toBe(12)
    expect(offsets(log(), 5)).toEqual([[10, 11]])
    expect(log().epochs.all()).toEqual([
      { epoch: 1, startOffset: 0 },
      { epoch: 4, startOffset: 10 },
    ])
  })

  test('batches with offsets below the end are refused and leave nothing', () => {
    put(log(), { timestamps: at(5) })
    expect(() => putAsIs(log(), { baseOffset: 4 })).toThrow(OffsetOutOfRange)
    const second = Buffer.concat([makeBatch({ baseOffset: 5 }), makeBatch({ baseOffset: 5 })])
    expect(() => log().appendAsIs(second)).toThrow(OffsetOutOfRange)
    expect(log().end).toBe(5)
    expect(offsets(log(), 0)).toEqual([[0, 4]])
  })

  test('a flush makes everything durable', async () => {
    put(log(), { timestamps: at(5) })
    await log().flush(5)
    if (bench().store.supports.flush) expect(log().flushed).toBe(5)
    await log().flush(5)
  })
}

function describeRead(log: () => Log): void {
  const fill = (count: number) => {
    for (let i = 0; i < count; i += 1) put(log(), { timestamps: at(2), valueBytes: 100 })
    return log().sizeBytes / count
  }

  test('a read in the middle of a batch returns the whole batch', () => {
    fill(3)
    expect(offsets(log(), 3)).toEqual([
      [2, 3],
      [4, 5],
    ])
  })

  test('a read at the end is empty; outside it is refused', () => {
    fill(2)
    expect(log().read(4, all).sizeBytes).toBe(0)
    expect(() => log().read(5, all)).toThrow(OffsetOutOfRange)
    expect(() => log().read(-1, all)).toThrow(OffsetOutOfRange)
  })

  test('a read stops before a batch that reaches upTo', () => {
    fill(3)
    expect(offsets(log(), 0, { upTo: 4 })).toHaveLength(2)
    expect(offsets(log(), 0, { upTo: 3 })).toHaveLength(1)
    expect(offsets(log(), 0, { upTo: 1 })).toHaveLength(0)
    expect(offsets(log(), 4, { upTo: 4 })).toHaveLength(0)
  })

  test('a read keeps to maxBytes, but for the first batch', () => {
    const size = fill(4)
    expect(offsets(log(), 0, { maxBytes: size * 2 })).toHaveLength(2)
    expect(offsets(log(), 0, { maxBytes: size * 3 - 1 })).toHaveLength(2)
    expect(offsets(log(), 0, { maxBytes: 1 })).toHaveLength(1)
    expect(offsets(log(), 0, { maxBytes: 0 })).toHaveLength(1)
    expect(offsets(log(), 0, { maxBytes: size - 1, minOneBatch: false })).toHaveLength(0)
    expect(offsets(log(), 0, { maxBytes: size, minOneBatch: false })).toHaveLength(1)
  })

  test('slices say how long they are, and stay as they were', async () => {
    fill(50)
    const slices = log().read(10, all)
    const copy = Buffer.concat(slices.buffers)
    expect(slices.sizeBytes).toBe(copy.length)
    await log().truncateTo(20)
    fill(50)
    expect(Buffer.concat(slices.buffers).equals(copy)).toBe(true)
  })

  test('many batches of many sizes are all found', () => {
    for (let i = 0; i < 400; i += 1) put(log(), { timestamps: at((i % 3) + 1), valueBytes: (i * 37) % 3000 })
    let next = 0
    while (next < log().end) {
      const got = offsets(log(), next, { maxBytes: 10_000 })
      expect(got[0]![0]).toBe(next)
      for (const [base, last] of got) {
        expect(base).toBe(next)
        next = last + 1
      }
    }
  })

  test('forEachBatch visits all from an offset until it is told to stop', () => {
    fill(5)
    const seen: number[] = []
    log().forEachBatch(3, (buffer, position) => {
      seen.push(Number(buffer.readBigInt64BE(position)))
      expect(position + buffer.readInt32BE(position + 8) + 12).toBeLessThanOrEqual(buffer.length)
      return seen.length < 3
    })
    expect(seen).toEqual([2, 4, 6])
  })
}

function describeTruncate(log: () => Log): void {
  const fill = (count: number) => {
    for (let i = 0; i < count; i += 1) put(log(), { timestamps: at(2) })
  }

  test('truncation drops what reaches the offset, and appends go on from there', async () => {
    fill(5)
    await log().truncateTo(4)
    expect(log().end).toBe(4)
    expect(offsets(log(), 0)).toHaveLength(2)
    expect(put(log())).toMatchObject({ first: 4 })
    expect(offsets(log(), 4)).toEqual([[4, 4]])
    expect(log().flushed).toBeLessThanOrEqual(5)
  })

  test('truncation inside of a batch drops the batch and ends before it', async () => {
    fill(3)
    await log().truncateTo(3)
    expect(log().end).toBe(2)
    expect(offsets(log(), 0)).toEqual([[0, 1]])
    expect(put(log())).toMatchObject({ first: 2 })
  })

  test('truncation at or above the end does nothing', async () => {
    fill(2)
    await log().truncateTo(4)
    await log().truncateTo(9)
    expect(log().end).toBe(4)
    expect(offsets(log(), 0)).toHaveLength(2)
  })

  test('truncation to the beginning empties the log', async () => {
    fill(3)
    await log().truncateTo(0)
    expect([log().start, log().end, log().sizeBytes]).toEqual([0, 0, 0])
    expect(put(log())).toMatchObject({ first: 0 })
  })

  test('truncation of all that can be seen leaves an empty log at the start, or below if that was asked', async () => {
    fill(3)
    await log().advanceStart(3)
    await log().truncateTo(3)
    expect([log().start, log().end, log().sizeBytes]).toEqual([3, 3, 0])
    expect(put(log(), { timestamps: at(2) })).toMatchObject({ first: 3 })
    await log().advanceStart(4)
    await log().truncateTo(2)
    expect([log().start, log().end, log().sizeBytes]).toEqual([2, 2, 0])
  })

  test('a log can be begun anew at any offset', async () => {
    fill(3)
    await log().restartAt(100)
    expect([log().start, log().end, log().sizeBytes]).toEqual([100, 100, 0])
    expect(log().epochs.all()).toEqual([])
    expect(put(log())).toMatchObject({ first: 100 })
    expect(() => log().read(99, all)).toThrow(OffsetOutOfRange)
    await log().truncateTo(50)
    expect([log().start, log().end, log().sizeBytes]).toEqual([50, 50, 0])
  })

  test('the start can be raised, even inside of a batch, and never goes back', async () => {
    fill(3)
    await log().advanceStart(3)
    await log().advanceStart(1)
    expect(log().start).toBe(3)
    expect(() => log().read(2, all)).toThrow(OffsetOutOfRange)
    expect(offsets(log(), 3)).toEqual([
      [2, 3],
      [4, 5],
    ])
    await log().advanceStart(6)
    expect([log().start, log().end]).toEqual([6, 6])
    await expect(log().advanceStart(7)).rejects.toThrow(OffsetOutOfRange)
  })
}
