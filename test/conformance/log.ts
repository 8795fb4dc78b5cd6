/**
 * What every log does, whatever it is kept in. A backend is a line in log.test.ts; what this file says is the
 * specification of the storage port.
 */
import { OffsetOutOfRange, StorageFault } from '../../src/storage/fault'
import { defaultLogConfig, type Log, type LogConfig, type LogStore, type SweepPolicy } from '../../src/storage/log'
import { type BatchSpec, makeBatch, offsetsIn } from '../support/batches'

export interface Bench {
  readonly store: LogStore
  /** Closes the store, and opens what it left behind. */
  reopen(): Promise<LogStore>
  /** Lets go of everything. */
  dispose(): Promise<void>
}

const id = { topic: 'orders', partition: 3, topicId: '0123456789abcdef0123456789abcdef' }
const all = { maxBytes: 1 << 30, upTo: Number.MAX_SAFE_INTEGER }
const keepAll: SweepPolicy = { retentionMs: -1, retentionBytes: -1, deletes: true, upTo: Number.MAX_SAFE_INTEGER }
const day = 24 * 3600 * 1000
const t0 = 1_700_000_000_000

const put = (log: Log, spec: BatchSpec = {}, leaderEpoch = 0) => log.append(makeBatch(spec), { leaderEpoch })
const putAsIs = (log: Log, spec: BatchSpec) => log.appendAsIs(makeBatch(spec))
const at = (count: number, timestampMs = t0) => Array.from({ length: count }, () => timestampMs)
const offsets = (log: Log, from: number, budget = {}) => offsetsIn(log.read(from, { ...all, ...budget }).buffers)

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
    expect(log().flushed).toBe(5)
    expect(bench().store.supports.sharedByNodes).toBe(false)
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

  test('truncation inside of a batch drops the batch and ends where it was asked', async () => {
    fill(3)
    await log().truncateTo(3)
    expect(log().end).toBe(3)
    expect(offsets(log(), 0)).toEqual([[0, 1]])
    expect(put(log())).toMatchObject({ first: 3 })
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

function describeTimes(log: () => Log): void {
  test('a lookup by time finds the first record at or after it', () => {
    put(log(), { timestamps: [t0 + 10, t0 + 20, t0 + 30] }, 3)
    put(log(), { timestamps: [t0 + 40, t0 + 35] }, 4)
    const find = (timestampMs: number, from = 0) => log().findByTime(t0 + timestampMs, from)
    expect(find(0)).toEqual({ offset: 0, timestampMs: t0 + 10, leaderEpoch: 3 })
    expect(find(11)).toEqual({ offset: 1, timestampMs: t0 + 20, leaderEpoch: 3 })
    expect(find(20)).toEqual({ offset: 1, timestampMs: t0 + 20, leaderEpoch: 3 })
    expect(find(31)).toEqual({ offset: 3, timestampMs: t0 + 40, leaderEpoch: 4 })
    expect(find(0, 2)).toEqual({ offset: 2, timestampMs: t0 + 30, leaderEpoch: 3 })
    expect(find(35, 4)).toEqual({ offset: 4, timestampMs: t0 + 35, leaderEpoch: 4 })
    expect(find(41)).toBeNull()
    expect(find(0, 5)).toBeNull()
  })

  test('the largest timestamp is found wherever it is', async () => {
    put(log(), { timestamps: [t0 + 10, t0 + 90, t0 + 90] }, 1)
    put(log(), { timestamps: [t0 + 40] }, 2)
    expect(log().maxTimestamp()).toEqual({ offset: 1, timestampMs: t0 + 90, leaderEpoch: 1 })
    await log().truncateTo(0)
    expect(log().maxTimestamp()).toBeNull()
  })

  test('with log append time all records of a batch share its time', () => {
    put(log(), { timestamps: [t0, t0 + 90], attributes: 8 })
    expect(log().findByTime(t0 + 50, 0)).toEqual({ offset: 0, timestampMs: t0 + 90, leaderEpoch: 0 })
  })

  test('records without a timestamp are not found by time', () => {
    put(log(), { timestamps: [-1, -1] })
    expect(log().findByTime(0, 0)).toBeNull()
    expect(log().maxTimestamp()).toBeNull()
  })
}

function describeEpochs(log: () => Log): void {
  test('epochs are learnt from appends and answered as KIP-101 says', async () => {
    put(log(), { timestamps: at(2) }, 2)
    put(log(), { timestamps: at(2) }, 2)
    put(log(), { timestamps: at(3) }, 5)
    const { epochs } = log()
    expect(epochs.latest).toBe(5)
    expect(epochs.endOf(5)).toEqual({ epoch: 5, endOffset: 7 })
    expect(epochs.endOf(2)).toEqual({ epoch: 2, endOffset: 4 })
    expect(epochs.endOf(4)).toEqual({ epoch: 2, endOffset: 4 })
    expect(epochs.endOf(1)).toEqual({ epoch: 1, endOffset: 0 })
    expect(epochs.endOf(6)).toEqual({ epoch: -1, endOffset: -1 })
    expect(epochs.endOf(-1)).toEqual({ epoch: -1, endOffset: -1 })
    expect([0, 3, 4, 6].map(offset => epochs.at(offset))).toEqual([2, 2, 5, 5])
  })

  test('an epoch begins where its leader says, and truncation takes it back', async () => {
    put(log(), { timestamps: at(4) }, 1)
    log().assignEpoch(3, 4)
    expect(log().epochs.endOf(1)).toEqual({ epoch: 1, endOffset: 4 })
    put(log(), {}, 3)
    await log().truncateTo(4)
    expect(log().epochs.all()).toEqual([{ epoch: 1, startOffset: 0 }])
  })

  test('raising the start moves the beginning of the epoch that holds it', async () => {
    put(log(), { timestamps: at(4) }, 1)
    put(log(), { timestamps: at(4) }, 2)
    await log().advanceStart(6)
    expect(log().epochs.all()).toEqual([{ epoch: 2, startOffset: 6 }])
  })
}

function describeBeside(log: () => Log): void {
  test('snapshots are found by offset, and go with what they describe', async () => {
    put(log(), { timestamps: at(20) })
    put(log(), { timestamps: at(20) })
    const { snapshots } = log()
    expect(snapshots.latest(100)).toBeNull()
    await snapshots.write(10, Buffer.from('ten'))
    await snapshots.write(30, Buffer.from('thirty'))
    await snapshots.write(40, Buffer.from('old'))
    await snapshots.write(40, Buffer.from('forty'))
    expect(snapshots.offsets()).toEqual([10, 30, 40])
    expect(snapshots.latest(9)).toBeNull()
    expect(snapshots.latest(35)).toEqual({ offset: 30, bytes: Buffer.from('thirty') })
    expect(snapshots.latest(40)?.bytes.toString()).toBe('forty')
    await log().truncateTo(20)
    expect(snapshots.offsets()).toEqual([10])
    await snapshots.remove(10)
    await snapshots.remove(10)
    expect(snapshots.offsets()).toEqual([])
  })

  test('aborted transactions are found by the range that is read', async () => {
    put(log(), { timestamps: at(100) })
    const one = { producerId: 1, firstOffset: 5, lastOffset: 20, lastStableOffset: 21 }
    const two = { producerId: 2, firstOffset: 10, lastOffset: 50, lastStableOffset: 51 }
    for (const entry of [one, two, one, two]) log().aborted.add(entry)
    expect(log().aborted.between(0, 100)).toEqual([one, two])
    expect(log().aborted.between(21, 100)).toEqual([two])
    expect(log().aborted.between(0, 10)).toEqual([one])
    expect(log().aborted.between(0, 5)).toEqual([])
    expect(log().aborted.between(51, 100)).toEqual([])
  })

  test('a saved high watermark is remembered', async () => {
    put(log(), { timestamps: at(10) })
    expect(log().savedWatermark).toBe(0)
    log().saveWatermark(7)
    expect(log().savedWatermark).toBe(7)
  })
}

function describeRetention(log: () => Log, change: (config: Partial<LogConfig>) => void): void {
  const fill = (count: number, timestampMs = t0) => {
    for (let i = 0; i < count; i += 1) put(log(), { timestamps: at(1, timestampMs), valueBytes: 900 })
  }

  test('an append that begins a segment says so', () => {
    change({ segmentBytes: 2500 })
    const rolled = [1, 2, 3, 4, 5].map(() => put(log(), { valueBytes: 900 }).rolled)
    expect(rolled).toEqual([false, false, true, false, true])
    expect(offsets(log(), 1)[0]).toEqual([1, 1])
  })

  test('a segment ends when its records span the time that it may', () => {
    change({ segmentMs: 1000 })
    const rolled = [0, 1000, 1001, 1500, 2002].map(ms => put(log(), { timestamps: [t0 + ms] }).rolled)
    expect(rolled).toEqual([false, false, true, false, true])
  })

  test('retention by size removes whole old segments', async () => {
    change({ segmentBytes: 2500 })
    fill(9)
    const before = log().sizeBytes
    expect(await log().sweep({ ...keepAll, retentionBytes: 4500 }, t0)).toBe(before - log().sizeBytes)
    expect(log().start).toBe(4)
    expect(log().sizeBytes).toBeGreaterThanOrEqual(4500)
    expect(() => log().read(3, all)).toThrow(OffsetOutOfRange)
    expect(offsets(log(), 4)[0]).toEqual([4, 4])
  })

  test('retention by time removes segments whose last record is old, the active one too', async () => {
    change({ segmentBytes: 2500 })
    fill(4)
    fill(2, t0 + day)
    const policy = { ...keepAll, retentionMs: day / 2 }
    await log().sweep(policy, t0)
    expect(log().start).toBe(0)
    await log().sweep(policy, t0 + day)
    expect(log().start).toBe(4)
    await log().sweep(policy, t0 + 2 * day)
    expect([log().start, log().end, log().sizeBytes]).toEqual([6, 6, 0])
    expect(put(log())).toMatchObject({ first: 6 })
  })

  test('retention stops at the high watermark, and at what is not to be deleted', async () => {
    change({ segmentBytes: 2500 })
    fill(6)
    const policy = { ...keepAll, retentionMs: 1 }
    await log().sweep({ ...policy, deletes: false }, t0 + day)
    expect(log().start).toBe(0)
    await log().sweep({ ...policy, upTo: 3 }, t0 + day)
    expect(log().start).toBe(2)
  })

  test('raising the start frees segments below it', async () => {
    change({ segmentBytes: 2500 })
    fill(6)
    const before = log().sizeBytes
    await log().advanceStart(5)
    await log().sweep({ ...keepAll, deletes: false }, t0)
    expect(log().start).toBe(5)
    expect(log().sizeBytes).toBe(before / 3)
    expect(offsets(log(), 5)).toEqual([[5, 5]])
  })
}

function describeStore(bench: () => Bench): void {
  const other = { topic: 'a.b-c_d-7', partition: 12, topicId: 'f123456789abcdef0123456789abcdef' }

  test('logs are listed, opened once and dropped', async () => {
    const { store } = bench()
    const log = await store.open(other, () => defaultLogConfig)
    put(log)
    expect(await store.open(other, () => defaultLogConfig)).toBe(log)
    const names = (await store.list()).map(each => `${each.topic} ${each.partition} ${each.topicId}`)
    expect(names.sort()).toEqual([`a.b-c_d-7 12 ${other.topicId}`, `orders 3 ${id.topicId}`])
    await store.drop(other)
    await store.drop(other)
    expect(await store.list()).toEqual([id])
    const again = await store.open(other, () => defaultLogConfig)
    expect(again.end).toBe(0)
  })

  test('a log of another topic id is not opened', async () => {
    const { store } = bench()
    await store.open(other, () => defaultLogConfig)
    const impostor = { ...other, topicId: 'e123456789abcdef0123456789abcdef' }
    await expect(store.open(impostor, () => defaultLogConfig)).rejects.toThrow(StorageFault)
  })
}

function describeReopen(log: () => Log, reopen: () => Promise<Log>): void {
  test('what was there before is there after', async () => {
    put(log(), { timestamps: at(4, t0 + 5) }, 2)
    put(log(), { timestamps: at(4, t0 + 3) }, 3)
    log().assignEpoch(6, 8)
    await log().snapshots.write(8, Buffer.from('eight'))
    log().aborted.add({ producerId: 9, firstOffset: 1, lastOffset: 6, lastStableOffset: 7 })
    log().saveWatermark(8)
    await log().advanceStart(2)
    const before = Buffer.concat(log().read(2, all).buffers)
    const epochs = log().epochs.all()
    const after = await reopen()
    expect([after.start, after.end, after.flushed, after.sizeBytes]).toEqual([2, 8, 8, before.length])
    expect(Buffer.concat(after.read(2, all).buffers).equals(before)).toBe(true)
    expect(after.epochs.all()).toEqual(epochs)
    expect(after.snapshots.latest(8)?.bytes.toString()).toBe('eight')
    expect(after.aborted.between(0, 8)).toHaveLength(1)
    expect(after.savedWatermark).toBe(8)
    expect(after.maxTimestamp()?.timestampMs).toBe(t0 + 5)
    expect(put(after)).toMatchObject({ first: 8 })
  })
}
