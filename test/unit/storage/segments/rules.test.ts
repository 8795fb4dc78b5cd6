/** When a segment ends and which may go. */
import fc from 'fast-check'
import { defaultLogConfig } from '../../../../src/storage/log'
import { countDeletable, type SegmentFacts } from '../../../../src/storage/segments/retention'
import { rollJitterMs, rollOffset, shouldRoll } from '../../../../src/storage/segments/roll'

const t0 = 1_700_000_000_000
const config = { ...defaultLogConfig, segmentBytes: 1000, segmentMs: 5000 }
const active = { baseOffset: 100, sizeBytes: 900, firstTimestampMs: t0, createdMs: t0, jitterMs: 0, indexesFull: false }
const incoming = { first: 110, last: 119, maxTimestampMs: t0, sizeBytes: 100 }

describe('a segment ends', () => {
  const rolls = (a: Partial<typeof active>, i: Partial<typeof incoming> = {}, nowMs = t0) =>
    shouldRoll({ ...active, ...a }, { ...incoming, ...i }, config, nowMs)

  test('when an append would make it too long, to the byte', () => {
    expect(rolls({})).toBe(false)
    expect(rolls({ sizeBytes: 901 })).toBe(true)
    expect(rolls({}, { sizeBytes: 101 })).toBe(true)
  })

  test('by the time between its first batch and the append, to the millisecond', () => {
    expect(rolls({}, { maxTimestampMs: t0 + 5000 })).toBe(false)
    expect(rolls({}, { maxTimestampMs: t0 + 5001 })).toBe(true)
    expect(rolls({ jitterMs: 1 }, { maxTimestampMs: t0 + 5000 })).toBe(true)
    expect(rolls({}, {}, t0 + 99_999)).toBe(false)
  })

  test('by the clock when its first batch has no time', () => {
    expect(rolls({ firstTimestampMs: -1 }, {}, t0 + 5000)).toBe(false)
    expect(rolls({ firstTimestampMs: -1 }, {}, t0 + 5001)).toBe(true)
  })

  test('when an index is full, or an offset is too far from its first', () => {
    expect(rolls({ indexesFull: true })).toBe(true)
    expect(rolls({}, { last: 100 + 0x7fff_ffff })).toBe(false)
    expect(rolls({}, { last: 101 + 0x7fff_ffff })).toBe(true)
  })

  test('never when it is empty, but for offsets too far away', () => {
    expect(rolls({ sizeBytes: 0, indexesFull: true }, { sizeBytes: 5000 }, t0 + 99_999)).toBe(false)
    expect(rolls({ sizeBytes: 0 }, { last: 2 ** 40 })).toBe(true)
  })

  test('and the next goes on where the log ends, unless that is too far away', () => {
    expect(rollOffset(105, incoming)).toBe(105)
    expect(rollOffset(105, { ...incoming, first: 2 ** 40, last: 2 ** 40 + 5 })).toBe(2 ** 40)
  })

  test('early by some part of the jitter', () => {
    expect(rollJitterMs({ ...config, segmentJitterMs: 100 }, 0.5)).toBe(50)
    expect(rollJitterMs({ ...config, segmentJitterMs: 100_000 }, 0.999_999)).toBeLessThan(5000)
    expect(rollJitterMs(config, 0.9)).toBe(0)
  })
})

describe('retention', () => {
  const segments: SegmentFacts[] = [0, 10, 20, 30].map((baseOffset, i) => ({
    baseOffset,
    nextOffset: baseOffset + 10,
    sizeBytes: 100,
    largestTimestampMs: t0 + i * 1000,
  }))
  const keep = { retentionMs: -1, retentionBytes: -1, deletes: true, upTo: Infinity }
  const count = (policy: Partial<typeof keep>, nowMs = t0, start = 0, of = segments) =>
    countDeletable(of, start, { ...keep, ...policy }, nowMs)

  test('by time removes what is older, to the millisecond, the active segment too', () => {
    expect(count({ retentionMs: 500 }, t0 + 1500)).toBe(1)
    expect(count({ retentionMs: 500 }, t0 + 1501)).toBe(2)
    expect(count({ retentionMs: 0 }, t0 + 9000)).toBe(4)
    expect(count({ retentionMs: 0, deletes: false }, t0 + 9000)).toBe(0)
  })

  test('by size leaves at least what was asked, to the byte', () => {
    expect(count({ retentionBytes: 400 })).toBe(0)
    expect(count({ retentionBytes: 301 })).toBe(0)
    expect(count({ retentionBytes: 300 })).toBe(1)
    expect(count({ retentionBytes: 0 })).toBe(4)
  })

  test('below the start removes all but the active segment, whatever the policy', () => {
    expect(count({ deletes: false }, t0, 20)).toBe(2)
    expect(count({ deletes: false }, t0, 29)).toBe(2)
    expect(count({ deletes: false }, t0, 40)).toBe(3)
  })

  test('stops at the high watermark, and at one that is young before older ones', () => {
    expect(count({ retentionMs: 0, upTo: 29 }, t0 + 9000)).toBe(2)
    const young = segments.map((segment, i) => (i === 1 ? { ...segment, largestTimestampMs: t0 + 9000 } : segment))
    expect(count({ retentionMs: 0 }, t0 + 9000, 0, young)).toBe(1)
  })

  test('leaves an empty active segment alone', () => {
    const empty = [{ baseOffset: 0, nextOffset: 0, sizeBytes: 0, largestTimestampMs: t0 }]
    expect(count({ retentionMs: 0, retentionBytes: 0 }, t0 + 9000, 0, empty)).toBe(0)
  })

  test('by size never leaves less than was asked', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { minLength: 1, maxLength: 20 }), fc.nat(3000), (sizes, retentionBytes) => {
        const of = sizes.map((sizeBytes, i) => ({ ...segments[0]!, baseOffset: i, nextOffset: i + 1, sizeBytes }))
        const total = sizes.reduce((sum, size) => sum + size, 0)
        const left = sizes.slice(count({ retentionBytes }, t0, 0, of)).reduce((sum, size) => sum + size, 0)
        return total < retentionBytes ? left === total : left >= retentionBytes
      }),
      { seed: 7 },
    )
  })
})
