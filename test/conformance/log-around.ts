/** What a log does around its batches: times, epochs, snapshots, retention, and the store that it is in. */
import { OffsetOutOfRange, StorageFault } from '../../src/storage/fault'
import { defaultLogConfig, type Log, type LogConfig } from '../../src/storage/log'
import { all, at, type Bench, day, id, keepAll, offsets, put, t0 } from './log-fixture'

export function describeTimes(log: () => Log): void {
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

  test('records without a timestamp are not found by time, and the first of them is the latest', async () => {
    put(log(), { timestamps: [-1, -1] })
    put(log(), { timestamps: [-1, -1] })
    expect(log().findByTime(0, 0)).toBeNull()
    expect(log().maxTimestamp()).toEqual({ offset: 0, timestampMs: -1, leaderEpoch: 0 })
    await log().advanceStart(3)
    expect(log().maxTimestamp()).toEqual({ offset: 3, timestampMs: -1, leaderEpoch: 0 })
  })
}

export function describeEpochs(log: () => Log): void {
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
    expect(epochs.endOf(-2)).toEqual({ epoch: -2, endOffset: 0 })
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

export function describeBeside(log: () => Log): void {
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

export function describeRetention(log: () => Log, change: (config: Partial<LogConfig>) => void): void {
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

export function describeStore(bench: () => Bench): void {
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

  test('a log that was put aside is there no more, and another of its name begins anew', async () => {
    const { store } = bench()
    const log = await store.open(other, () => defaultLogConfig)
    put(log)
    await store.setAside({ ...other, topicId: 'e123456789abcdef0123456789abcdef' })
    expect(await store.list()).toContainEqual(other)
    const where = await store.setAside(other)
    expect(where === null || where.endsWith('-stray')).toBe(true)
    expect(await store.setAside(other)).toBeNull()
    expect(await store.list()).toEqual([id])
    expect((await store.open(other, () => defaultLogConfig)).end).toBe(0)
  })

  test('a log of another topic id is not opened', async () => {
    const { store } = bench()
    await store.open(other, () => defaultLogConfig)
    const impostor = { ...other, topicId: 'e123456789abcdef0123456789abcdef' }
    await expect(store.open(impostor, () => defaultLogConfig)).rejects.toThrow(StorageFault)
  })
}

export function describeReopen(log: () => Log, reopen: () => Promise<Log>): void {
  test('what was there before is there after', async () => {
    put(log(), { timestamps: at(4, t0 + 5) }, 2)
    put(log(), { timestamps: at(4, t0 + 3) }, 3)
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
