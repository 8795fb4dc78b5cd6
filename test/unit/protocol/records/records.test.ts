import fc from 'fast-check'
import { crc32c } from '../../../../src/protocol/records/crc32c'
import { crcAt, headerAt } from '../../../../src/protocol/records/batch'
import { buildBatch, type NewBatch, recordsOf, type StoredRecord } from '../../../../src/protocol/records/records'
import { decodedByKafkajs, encodedByKafkajs } from './kafkajs'
import { vector, vectorNames, vectorRecords } from './vectors'

const plain = (records: readonly StoredRecord[]) =>
  records.map(({ offset, timestampMs, key, value, headers }) => ({
    offset,
    timestampMs,
    key: key?.toString() ?? null,
    value: value?.toString() ?? null,
    headers: headers.map(header => [header.key, header.value?.toString() ?? null]),
  }))

const bytes = fc.option(fc.uint8Array({ maxLength: 50 }).map(Buffer.from), { nil: null })
const record = fc.record({
  timestampMs: fc.integer({ min: 0, max: 2 ** 41 }),
  key: bytes,
  value: bytes,
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 10 }), value: bytes }), { maxLength: 3 }),
})
const batch: fc.Arbitrary<NewBatch & { compression: number; baseOffset: number }> = fc.record({
  records: fc.array(record, { minLength: 1, maxLength: 20 }),
  compression: fc.integer({ min: 0, max: 4 }),
  baseOffset: fc.integer({ min: 0, max: 2 ** 50 }),
  leaderEpoch: fc.integer({ min: -1, max: 100 }),
  producerId: fc.integer({ min: -1, max: 2 ** 45 }),
  producerEpoch: fc.integer({ min: -1, max: 32767 }),
  baseSequence: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
  transactional: fc.boolean(),
  control: fc.boolean(),
})

test.each(vectorNames.filter(name => name.startsWith('v2')))('what Java wrote is read: %s', name => {
  const java = vector(name)
  expect(plain(recordsOf(java))).toEqual(vectorRecords(2))
  // The batch need not stand at the beginning.
  expect(plain(recordsOf(Buffer.concat([Buffer.alloc(9), java]), 9))).toEqual(vectorRecords(2))
  expect(crcAt(java)).toBe(crc32c(java, 21))
})

test('without compression, byte for byte what Java writes', () => {
  const records = vectorRecords(2).map(({ timestampMs, key, value, headers }) => ({
    timestampMs,
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: headers.map(header => ({ key: header[0], value: header[1] === null ? null : Buffer.from(header[1]) })),
  }))
  const ours = buildBatch({
    records,
    baseOffset: 1000,
    leaderEpoch: 9,
    producerId: 7,
    producerEpoch: 3,
    baseSequence: 40,
  })
  expect(ours.equals(vector('v2-none'))).toBe(true)
})

test('what is built is read back', () => {
  fc.assert(
    fc.property(batch, made => {
      const built = buildBatch(made)
      const read = recordsOf(built)
      expect(read).toEqual(made.records.map((each, i) => ({ ...each, offset: made.baseOffset + i })))
      const header = headerAt(built)
      expect(header).toMatchObject({
        baseOffset: made.baseOffset,
        leaderEpoch: made.leaderEpoch,
        producerId: made.producerId,
        producerEpoch: made.producerEpoch,
        baseSequence: made.baseSequence,
        recordCount: made.records.length,
        lastOffset: made.baseOffset + made.records.length - 1,
        sizeBytes: built.length,
        maxTimestamp: Math.max(...made.records.map(each => each.timestampMs)),
        magic: 2,
        crc: crc32c(built, 21),
      })
    }),
    { seed: 4, numRuns: 200 },
  )
})

test('kafkajs reads what is built', async () => {
  await fc.assert(
    fc.asyncProperty(batch, fc.constantFrom(0, 1), async (any, compression) => {
      // kafkajs keeps headers of one name together, so each gets a name of its own; it drops control batches' content.
      const records = any.records.map(each => ({
        ...each,
        headers: each.headers!.map((header, i) => ({
          key: `${i}${header.key}`,
          value: header.value ?? Buffer.alloc(0),
        })),
      }))
      const made = { ...any, records, compression, control: false }
      const seen = await decodedByKafkajs(buildBatch(made))
      expect(seen).toMatchObject({
        firstOffset: `${made.baseOffset}`,
        partitionLeaderEpoch: made.leaderEpoch,
        producerId: `${made.producerId}`,
        producerEpoch: made.producerEpoch,
        firstSequence: made.baseSequence,
        inTransaction: made.transactional,
      })
      expect(seen.records.map(({ timestamp, key, value, headers }) => ({ timestamp, key, value, headers }))).toEqual(
        records.map(({ timestampMs, key, value, headers }) => ({
          timestamp: `${timestampMs}`,
          key,
          value,
          headers: Object.fromEntries(headers.map(header => [header.key, header.value])),
        })),
      )
    }),
    { seed: 5, numRuns: 100 },
  )
})

test('what kafkajs writes is read', async () => {
  for (const compression of [0, 1]) {
    const written = await encodedByKafkajs(
      [
        { offsetDelta: 0, timestampDelta: 0, key: 'a', value: 'one', headers: { h: 'x' } },
        { offsetDelta: 1, timestampDelta: 5_000_000_000, key: null, value: 'zwei', headers: {} },
        { offsetDelta: 2, timestampDelta: -7, key: '', value: null },
      ],
      { firstTimestamp: 1_700_000_000_000, maxTimestamp: 1_705_000_000_000, compression },
    )
    expect(plain(recordsOf(written))).toEqual([
      { offset: 0, timestampMs: 1_700_000_000_000, key: 'a', value: 'one', headers: [['h', 'x']] },
      { offset: 1, timestampMs: 1_705_000_000_000, key: null, value: 'zwei', headers: [] },
      { offset: 2, timestampMs: 1_699_999_999_993, key: '', value: null, headers: [] },
    ])
  }
})

test('a stamped batch has one time; a compacted one has gaps; an empty one has none', () => {
  const records = [
    { timestampMs: 5, key: null, value: Buffer.from('a'), offsetDelta: 3 },
    { timestampMs: 9, key: null, value: Buffer.from('b'), offsetDelta: 7 },
  ]
  expect(recordsOf(buildBatch({ records, logAppendTimeMs: 77 })).map(each => each.timestampMs)).toEqual([77, 77])
  const gaps = buildBatch({ records, baseOffset: 100, lastOffsetDelta: 10 })
  expect(recordsOf(gaps).map(each => each.offset)).toEqual([103, 107])
  expect(headerAt(gaps).lastOffset).toBe(110)
  const empty = buildBatch({ records: [], baseOffset: 5, lastOffsetDelta: 4 })
  expect(recordsOf(empty)).toEqual([])
  expect(headerAt(empty)).toMatchObject({ lastOffset: 9, recordCount: 0, maxTimestamp: -1 })
})

test('damage gives CorruptRecord or other records, nothing else, and takes no memory', () => {
  const whole = buildBatch({
    records: Array.from({ length: 5 }, (_, i) => ({
      timestampMs: 1000 + i,
      key: Buffer.from(`k${i}`),
      value: Buffer.from('v'.repeat(i)),
      headers: [{ key: 'h', value: Buffer.from('x') }],
    })),
  })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.option(fc.nat({ max: whole.length })),
      (flips, cut) => {
        const damaged = Buffer.from(whole)
        for (const [at, by] of flips) damaged[at]! ^= by
        try {
          const records = recordsOf(cut === null ? damaged : damaged.subarray(0, cut), 0, 1 << 20)
          expect(records.length).toBeLessThan(whole.length)
        } catch (error) {
          expect((error as Error).name).toBe('CorruptRecord')
        }
      },
    ),
    { seed: 6, numRuns: 3000 },
  )
})

test('counts and lengths that cannot be are refused by name', () => {
  const whole = buildBatch({ records: [{ timestampMs: 1, key: Buffer.from('k'), value: Buffer.from('v') }] })
  const changed = (change: (bytes: Buffer) => void): (() => unknown) => {
    const copy = Buffer.from(whole)
    change(copy)
    return () => recordsOf(copy)
  }
  expect(changed(copy => copy.writeInt32BE(0x7fffffff, 57))).toThrow('cannot be in')
  expect(changed(copy => copy.writeInt32BE(-1, 57))).toThrow('cannot be in')
  expect(changed(copy => copy.writeInt32BE(0, 57))).toThrow('more bytes follow')
  expect(changed(copy => copy.writeInt32BE(2, 57))).toThrow('cannot be in')
  expect(changed(copy => copy.writeInt8(1, 16))).toThrow('magic 1')
  expect(changed(copy => copy.writeInt32BE(1000, 8))).toThrow('cut short')
  expect(changed(copy => (copy[61] = 3))).toThrow('longer than')
  expect(changed(copy => (copy[65] = 100))).toThrow('a field is longer')
  expect(() => recordsOf(whole.subarray(0, 60))).toThrow('cut short')
})
