/** How much is done before others get their turn, whatever the batches of a log are like. Counted, not timed. */
import { batchBytesAt, lastOffsetAt } from '../../../../src/protocol/records/batch'
import { codecsHere, type Codecs } from '../../../../src/protocol/records/compression'
import { buildBatch, recordsOf } from '../../../../src/protocol/records/records'
import { Cleaner, type SourceSegment } from '../../../../src/storage/compaction/cleaner'
import { OffsetMap } from '../../../../src/storage/compaction/offset-map'
import { roundOf } from '../../../support/compaction'

interface Batch {
  readonly records: number
  readonly compression?: number
  readonly valueBytes?: number
  readonly keys?: number
}

function segmentOf(batches: readonly Batch[]): SourceSegment {
  let baseOffset = 0
  const built = batches.map(({ records, compression = 0, valueBytes = 10, keys = records }) => {
    const batch = buildBatch({
      baseOffset,
      compression,
      records: Array.from({ length: records }, (_, i) => ({
        timestampMs: 1,
        key: Buffer.from(`key-${i % keys}`),
        value: Buffer.alloc(valueBytes, i),
      })),
    })
    baseOffset += records
    return batch
  })
  return {
    path: 'here',
    baseOffset: 0,
    nextOffset: baseOffset,
    forEachBatch: (from, visit) => built.every(batch => lastOffsetAt(batch) < from || visit(batch, 0) !== false),
  }
}

/** Cleans a segment, and tells how many records each turn of the event loop looked at. */
async function turnsOf(
  segment: SourceSegment,
): Promise<{ turns: number[]; cleaning: number[]; kept: Buffer[]; openedAside: number }> {
  const turns = [0]
  let openedAside = 0
  const codecs: Codecs = {
    async decompress(...args) {
      const opened = await codecsHere.decompress(...args)
      openedAside += opened.length
      return opened
    },
    compress: codecsHere.compress,
  }
  const spies = (['put', 'get'] as const).map(name => {
    const real = OffsetMap.prototype[name] as (...args: unknown[]) => unknown
    return jest.spyOn(OffsetMap.prototype, name).mockImplementation(function (this: OffsetMap, ...args: unknown[]) {
      turns[turns.length - 1]! += 1
      return real.apply(this, args) as never
    })
  })
  const pace = async () => void turns.push(0)
  const cleaner = new Cleaner({
    work: roundOf({ codecs, pace, mapBytes: 16 << 20 }),
    cleanable: { from: 0, end: segment.nextOffset } as never,
    aborted: () => [],
  })
  const kept: Buffer[] = []
  await cleaner.map([segment])
  const begun = turns.length - 1
  await cleaner.clean(
    segment,
    batches => void kept.push(batches),
    () => {},
  )
  for (const spy of spies) spy.mockRestore()
  return { turns, cleaning: turns.slice(begun), kept, openedAside }
}

function recordsIn(kept: readonly Buffer[]): number[] {
  const bytes = Buffer.concat(kept)
  const offsets: number[] = []
  for (let at = 0; at < bytes.length; at += batchBytesAt(bytes, at)) {
    offsets.push(...recordsOf(bytes, at).map(({ offset }) => offset))
  }
  return offsets
}

test.each<[string, readonly Batch[]]>([
  ['short batches', Array.from({ length: 200 }, () => ({ records: 50 }))],
  ['one of very many records', [{ records: 60_000 }]],
  ['one of very many records, compressed', [{ records: 60_000, compression: 1 }]],
  ['few long records that compress well', [{ records: 30, valueBytes: 1_000_000, compression: 1 }]],
  ['all of them', [{ records: 50 }, { records: 20_000, compression: 3 }, { records: 50 }, { records: 20_000 }]],
])('a turn looks at no more than some records: %s', async (_, batches) => {
  const { turns, kept } = await turnsOf(segmentOf(batches))
  const all = batches.reduce((sum, { records }) => sum + records, 0)
  const keys = Math.max(...batches.map(({ records }) => records))
  // A record costs 64 bytes at least, and a turn has 96 KB; what would go beyond has to wait for the next one.
  expect(Math.max(...turns)).toBeLessThanOrEqual(1536)
  expect(turns.reduce((sum, looked) => sum + looked, 0)).toBe(2 * all)
  expect(recordsIn(kept)).toHaveLength(keys)
})

test('batches that are built anew cost more than those that stay or go', async () => {
  // Some keys of each are in no later one.
  const batches = Array.from({ length: 40 }, (_, nth) => ({ records: 500 - 5 * nth }))
  const { cleaning, kept } = await turnsOf(segmentOf(batches))
  expect(recordsIn(kept)).toHaveLength(500)
  expect(Math.max(...cleaning)).toBeLessThanOrEqual(600)
  expect(cleaning.reduce((sum, looked) => sum + looked, 0)).toBe(batches.reduce((sum, { records }) => sum + records, 0))
})

test('what becomes long when it is opened is not opened at once', async () => {
  const long = await turnsOf(segmentOf([{ records: 30, valueBytes: 1_000_000, compression: 1 }]))
  expect(long.openedAside).toBeGreaterThan(2 * 30_000_000)
  const short = await turnsOf(segmentOf([{ records: 30, valueBytes: 1000, compression: 1 }]))
  expect(short.openedAside).toBe(0)
})

test('a long batch loses the same records as short ones do', async () => {
  for (const compression of [0, 1]) {
    const { kept } = await turnsOf(segmentOf([{ records: 9000, keys: 100, compression }, { records: 50 }]))
    const offsets = recordsIn(kept)
    expect(offsets).toEqual([
      ...Array.from({ length: 50 }, (_, i) => 8950 + i),
      ...Array.from({ length: 50 }, (_, i) => 9000 + i),
    ])
  }
})
