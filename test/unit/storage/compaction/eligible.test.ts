import { cleanable, type CleanableFacts, grouped } from '../../../../src/storage/compaction/eligible'

/** Segments of ten offsets and a hundred bytes each, the last one active; times are in tens as well. */
const segments = (count: number): CleanableFacts[] =>
  Array.from({ length: count }, (_, i) => ({
    baseOffset: i * 10,
    nextOffset: i * 10 + 10,
    sizeBytes: 100,
    firstTimestampMs: 1000 + i * 10,
    largestTimestampMs: 1009 + i * 10,
  }))

const policy = { upTo: Infinity, minLagMs: 0, maxLagMs: Infinity }
const ask = (cleaned: number, change: Partial<typeof policy> = {}, nowMs = 2000, start = 0) =>
  cleanable({ segments: segments(5), start, cleaned }, { ...policy, ...change }, nowMs)

test('everything but the active segment is dirty at first', () => {
  expect(ask(0)).toEqual({ from: 0, end: 40, cleanBytes: 0, cleanableBytes: 400, isOverdue: false })
})

test('what an earlier round has been through is clean', () => {
  expect(ask(20)).toMatchObject({ from: 20, end: 40, cleanBytes: 200, cleanableBytes: 200 })
  // A round that ran out of memory ended inside of a segment.
  expect(ask(25)).toMatchObject({ from: 25, cleanBytes: 300, cleanableBytes: 200 })
  expect(ask(40)).toMatchObject({ cleanBytes: 400, cleanableBytes: 0 })
})

test('a checkpoint below the start or above the end says nothing', () => {
  expect(ask(5, {}, 2000, 12)).toMatchObject({ from: 12 })
  expect(ask(51)).toMatchObject({ from: 0 })
})

test('segments that reach the stable offset, or are young, are left alone with all after them', () => {
  expect(ask(0, { upTo: 25 })).toMatchObject({ end: 20, cleanableBytes: 200 })
  expect(ask(0, { upTo: 30 })).toMatchObject({ end: 30 })
  expect(ask(0, { minLagMs: 500 }, 1519)).toMatchObject({ end: 20 })
  expect(ask(0, { minLagMs: 500 }, 1518)).toMatchObject({ end: 10 })
})

test('a round is overdue when the first batch of a dirty segment has waited for too long', () => {
  expect(ask(20, { maxLagMs: 100 }, 1121).isOverdue).toBe(true)
  expect(ask(20, { maxLagMs: 100 }, 1120).isOverdue).toBe(false)
})

describe('groups', () => {
  const facts = (sizes: readonly number[]) =>
    sizes.map((sizeBytes, i) => ({
      baseOffset: i * 10,
      nextOffset: i * 10 + 10,
      sizeBytes,
      largestTimestampMs: 0,
      offsetIndexBytes: 8,
      timeIndexBytes: 12,
    }))
  const sizesOf = (sizes: readonly number[], segmentBytes: number, segmentIndexBytes = 1000) =>
    grouped(facts(sizes), { segmentBytes, segmentIndexBytes }).map(group => group.map(({ sizeBytes }) => sizeBytes))

  test('are neighbours that fit into one segment', () => {
    expect(sizesOf([10, 20, 70, 1, 5], 100)).toEqual([
      [10, 20, 70],
      [1, 5],
    ])
    expect(sizesOf([300, 0, 10], 100)).toEqual([[300], [0, 10]])
  })

  test('whose indexes fit as well, and whose offsets are near enough', () => {
    expect(sizesOf([1, 1, 1], 100, 24)).toEqual([[1, 1], [1]])
    const far = facts([1, 1]).map((each, i) => ({ ...each, nextOffset: each.nextOffset + i * 2 ** 31 }))
    expect(grouped(far, { segmentBytes: 100, segmentIndexBytes: 100 })).toHaveLength(2)
  })
})
