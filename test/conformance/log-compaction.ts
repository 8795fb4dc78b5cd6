/** What compaction keeps and removes, on every backend that has it. */
import { batchBytesAt, deleteHorizonAt } from '../../src/protocol/records/batch'
import { buildEndMarker } from '../../src/protocol/records/control'
import type { CompactionWork, Log, LogConfig } from '../../src/storage/log'
import { all, t0 } from './log-fixture'
import { contentOf, keyedBatch, type Pair, roundOf } from '../support/compaction'

/** Every batch goes into a segment of its own. */
const roomless: Partial<LogConfig> = { segmentBytes: 1, cleanupPolicy: ['compact'] }

export function describeCompaction(
  log: () => Log,
  configure: (change: Partial<LogConfig>) => void,
  reopened: () => Promise<Log>,
): void {
  const put = (pairs: readonly Pair[], how: Parameters<typeof keyedBatch>[1] = {}) =>
    log().append(keyedBatch(pairs, how), { leaderEpoch: 0 })
  const mark = (producerId: number, commit: boolean) =>
    log().append(buildEndMarker({ commit, coordinatorEpoch: 0, producerId, producerEpoch: 0, timestampMs: t0 }), {
      leaderEpoch: 0,
    })
  const compact = (change: Partial<CompactionWork> = {}) => log().compact(roundOf(change))
  const bytesOf = () => Buffer.concat(log().read(log().start, all).buffers)

  describe('compaction', () => {
    beforeEach(() => configure({ ...roomless, segmentBytes: 1 }))

    test('keeps the last record of a key, at its offset', async () => {
      put([
        ['a', '1'],
        ['b', '1'],
        ['a', '2'],
      ])
      put([
        ['b', '2'],
        ['c', '1'],
      ])
      put([['end', 'x']])
      configure({ segmentBytes: 1 << 20 })
      const { from, end, beforeBytes, afterBytes } = await compact()
      expect([from, end]).toEqual([0, 5])
      expect(afterBytes).toBeLessThan(beforeBytes)
      expect(contentOf(log())).toEqual(['2 a=2', '3 b=2', '4 c=1', '5 end=x'])
      expect([log().start, log().end]).toEqual([0, 6])
      expect(log().sizeBytes).toBe(bytesOf().length)
      expect(contentOf(await reopened())).toEqual(['2 a=2', '3 b=2', '4 c=1', '5 end=x'])
    })

    test('leaves the active segment, and what reaches the stable offset, alone', async () => {
      for (let i = 0; i < 4; i += 1) put([['a', String(i)]])
      await compact({ policy: { upTo: 2, minLagMs: 0, maxLagMs: Infinity } })
      expect(contentOf(log())).toEqual(['1 a=1', '2 a=2', '3 a=3'])
      await compact()
      expect(contentOf(log())).toEqual(['2 a=2', '3 a=3'])
    })

    test('a batch that loses records keeps its header, and one that loses none its bytes', async () => {
      put(
        [
          ['a', '1'],
          ['b', '1'],
          ['a', '2'],
        ],
        { producerId: 7, producerEpoch: 3, baseSequence: 11, compression: 1 },
      )
      put([['c', '1']])
      put([['b', '2']])
      put([['end', 'x']])
      const before = bytesOf()
      await compact()
      const after = bytesOf()
      expect(after.readBigInt64BE(0)).toBe(0n)
      expect(after.readInt32BE(23)).toBe(2)
      expect(after.readInt16BE(21)).toBe(1)
      expect([after.readBigInt64BE(43), after.readInt16BE(51), after.readInt32BE(53)]).toEqual([7n, 3, 11])
      expect(after.readInt32BE(57)).toBe(1)
      expect(after.subarray(batchBytesAt(after))).toEqual(before.subarray(batchBytesAt(before)))
      expect(contentOf(log())).toEqual(['2 a=2', '3 c=1', '4 b=2', '5 end=x'])
    })

    test('a tombstone stays for its time, which begins when it is seen first', async () => {
      put([['a', '1']])
      put([['a', null]])
      put([['b', '1']])
      put([['end', 'x']])
      await compact({ nowMs: t0, deleteRetentionMs: 1000 })
      expect(contentOf(log())).toEqual(['1 a=null', '2 b=1', '3 end=x'])
      expect(deleteHorizonAt(bytesOf())).toBe(t0 + 1000)
      put([['end', 'y']])
      await compact({ nowMs: t0 + 999, deleteRetentionMs: 5 })
      expect(contentOf(log())).toEqual(['1 a=null', '2 b=1', '3 end=x', '4 end=y'])
      put([['end', 'z']])
      await compact({ nowMs: t0 + 1000 })
      expect(contentOf(log())).toEqual(['2 b=1', '4 end=y', '5 end=z'])
    })

    test('a header that is needed stays until it is not', async () => {
      put([['a', '1']], { producerId: 1, producerEpoch: 0, baseSequence: 0 })
      put([['a', '2']])
      put([['end', 'x']])
      await compact({ keepsHeader: () => true })
      expect(contentOf(log())).toEqual(['0..0 empty', '1 a=2', '2 end=x'])
      put([['end', 'y']])
      await compact()
      expect(contentOf(log())).toEqual(['1 a=2', '2 end=x', '3 end=y'])
    })

    test('records of aborted transactions go, and markers when nothing is left of what they ended', async () => {
      put([['a', '1']])
      put([['a', 'aborted']], { producerId: 5, producerEpoch: 0, baseSequence: 0, transactional: true })
      mark(5, false)
      log().aborted.add({ producerId: 5, firstOffset: 1, lastOffset: 2, lastStableOffset: 3 })
      put([['b', 'kept']], { producerId: 6, producerEpoch: 0, baseSequence: 0, transactional: true })
      mark(6, true)
      put([['end', 'x']])
      await compact({ deleteRetentionMs: 10 })
      expect(contentOf(log())).toEqual(['0 a=1', '2 marker', '3 b=kept', '4 marker', '5 end=x'])
      expect(log().aborted.between(0, 10)).toHaveLength(1)
      put([['end', 'y']])
      await compact({ nowMs: t0 + 1, deleteRetentionMs: 10 })
      // The marker is seen to end nothing, and its time begins.
      expect(contentOf(log())).toEqual(['0 a=1', '2 marker', '3 b=kept', '4 marker', '5 end=x', '6 end=y'])
      expect(log().aborted.between(0, 10)).toEqual([])
      put([['end', 'z']])
      await compact({ nowMs: t0 + 11, deleteRetentionMs: 10 })
      expect(contentOf(log())).toEqual(['0 a=1', '3 b=kept', '4 marker', '6 end=y', '7 end=z'])
    })

    test('goes as far as there is room for keys, and on from there', async () => {
      for (let i = 0; i < 60; i += 1) put([[`k${i % 30}`, String(i)]])
      put([['end', 'x']])
      const rounds: [number, number][] = []
      for (let i = 0; i < 30; i += 1) {
        const { from, end } = await compact({ mapBytes: 24 * 16 })
        if (from === end) break
        rounds.push([from, end])
      }
      expect(rounds.length).toBeGreaterThan(2)
      expect(rounds.at(-1)![1]).toBe(60)
      const last = Array.from({ length: 30 }, (_, i) => `${30 + i} k${i}=${30 + i}`)
      expect(contentOf(log())).toEqual([...last, '60 end=x'])
    })

    test('tells how dirty it is, and is clean afterwards', async () => {
      put([['a', '1']])
      put([['a', '2']])
      put([['end', 'x']])
      const { policy } = roundOf()
      const { cleanBytes, cleanableBytes, isOverdue } = log().dirt(policy, t0)
      expect([cleanBytes, isOverdue]).toEqual([0, false])
      expect(cleanableBytes).toBeGreaterThan(0)
      expect(log().dirt({ ...policy, maxLagMs: 10 }, t0 + 11).isOverdue).toBe(true)
      expect(log().dirt({ ...policy, minLagMs: 10 }, t0 + 9).cleanableBytes).toBe(0)
      await compact()
      expect(log().dirt(policy, t0)).toMatchObject({ cleanableBytes: 0, isOverdue: false })
      expect((await reopened()).dirt(policy, t0)).toMatchObject({ cleanableBytes: 0 })
    })

    test('a round that a cut makes useless ends, and leaves no trace', async () => {
      for (let i = 0; i < 6; i += 1) put([['a', String(i)]])
      let paces = 0
      const round = compact({
        pace: async () => {
          paces += 1
          if (paces === 3) await log().advanceStart(2)
        },
      })
      await expect(round).resolves.toMatchObject({ readBytes: 0 })
      expect(contentOf(log())).toEqual(['2 a=2', '3 a=3', '4 a=4', '5 a=5'])
      await compact()
      expect(contentOf(log())).toEqual(['4 a=4', '5 a=5'])
    })

    test('reads, appends and look-ups go on during a round', async () => {
      for (let i = 0; i < 6; i += 1) put([[`k${i % 2}`, String(i)]], { timestampMs: t0 + i })
      const seen: string[] = []
      await compact({
        pace: async () => {
          put([['new', 'x']])
          seen.push(String(contentOf(log()).length))
          expect(log().findByTime(t0 + 4, 0)).toMatchObject({ offset: 4 })
        },
      })
      expect(seen.length).toBeGreaterThan(4)
      expect(contentOf(log()).slice(0, 3)).toEqual(['3 k1=3', '4 k0=4', '5 k1=5'])
      expect(log().findByTime(t0 + 1, 0)).toMatchObject({ offset: 3, timestampMs: t0 + 3 })
      expect(contentOf(await reopened()).slice(0, 3)).toEqual(['3 k1=3', '4 k0=4', '5 k1=5'])
    })

    test('a log that was compacted can be cut, and goes on', async () => {
      for (let i = 0; i < 6; i += 1) put([[`k${i % 2}`, String(i)]])
      configure({ segmentBytes: 1 << 20 })
      await compact()
      expect(contentOf(log())).toEqual(['3 k1=3', '4 k0=4', '5 k1=5'])
      await log().truncateTo(4)
      expect([log().start, log().end]).toEqual([0, 4])
      put([['k0', 'new']])
      expect(contentOf(log())).toEqual(['3 k1=3', '4 k0=new'])
      expect(contentOf(await reopened())).toEqual(['3 k1=3', '4 k0=new'])
    })
  })
}
