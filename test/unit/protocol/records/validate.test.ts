import fc from 'fast-check'
import { headerAt, maxTimestampAt, setLogAppendTime, setMaxTimestamp } from '../../../../src/protocol/records/batch'
import { compress } from '../../../../src/protocol/records/compression'
import { crc32c } from '../../../../src/protocol/records/crc32c'
import { buildBatch, type NewBatch, type NewRecord, recordsOf } from '../../../../src/protocol/records/records'
import { recompressed } from '../../../../src/protocol/records/rebuild'
import {
  checkClaims,
  checkRecords,
  type RecordRules,
  type RecordsRefused,
  soleBatch,
} from '../../../../src/protocol/records/validate'

const nowMs = 1_700_000_000_000
const rules: RecordRules = {
  topicPartition: 'orders-0',
  compacted: false,
  stamped: false,
  timestampBeforeMaxMs: 2 ** 63,
  timestampAfterMaxMs: 3_600_000,
  nowMs,
}
const record = (change: Partial<NewRecord> = {}): NewRecord => ({
  timestampMs: nowMs,
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  ...change,
})
const three = (change: Partial<NewBatch> = {}): Buffer =>
  buildBatch({ records: [0, 1, 2].map(i => record({ timestampMs: nowMs + i })), ...change })

/** Changes a batch and makes its CRC right again. */
function changed(batch: Buffer, change: (bytes: Buffer) => Buffer | number | void): Buffer {
  const result = change(batch)
  const made = Buffer.isBuffer(result) ? result : batch
  made.writeInt32BE(made.length - 12, 8)
  made.writeUInt32BE(crc32c(made, 21), 17)
  return made
}

/** The same batch with what follows its header compressed, sound or not. */
const squeezed = (batch: Buffer, codec = 1): Buffer =>
  changed(Buffer.concat([batch.subarray(0, 61), compress(codec, batch.subarray(61))]), bytes => {
    bytes.writeInt16BE(codec, 21)
  })

const outcome = (run: () => unknown): string => {
  try {
    run()
    return 'taken'
  } catch (error) {
    return (error as RecordsRefused).error
  }
}

describe('shape', () => {
  const cases: readonly (readonly [string, Buffer | null, string])[] = [
    ['one batch', three(), 'taken'],
    ['null', null, 'INVALID_RECORD'],
    ['nothing', Buffer.alloc(0), 'INVALID_RECORD'],
    ['5 bytes', Buffer.alloc(5), 'INVALID_RECORD'],
    ['17 bytes of one', three().subarray(0, 17), 'INVALID_RECORD'],
    ['all but a byte', three().subarray(0, -1), 'INVALID_RECORD'],
    ['two', Buffer.concat([three(), three()]), 'INVALID_RECORD'],
    ['one and a byte', Buffer.concat([three(), Buffer.alloc(1)]), 'taken'],
    ['one and 20 zeroes', Buffer.concat([three(), Buffer.alloc(20)]), 'CORRUPT_MESSAGE'],
    ['one and most of another', Buffer.concat([three(), three().subarray(0, -1)]), 'taken'],
    ...[10, 0, -1].map(length => {
      const batch = three()
      batch.writeInt32BE(length, 8)
      return [`length ${length}`, batch, 'CORRUPT_MESSAGE'] as const
    }),
    ...([-1, 0, 1, 3] as const).map(magic => {
      const batch = three()
      batch.writeInt8(magic, 16)
      return [`magic ${magic}`, batch, magic === 0 || magic === 1 ? 'INVALID_RECORD' : 'CORRUPT_MESSAGE'] as const
    }),
  ]
  test.each(cases)('%s', (_, bytes, expected) => {
    expect(outcome(() => expect(soleBatch(bytes, 9).equals(three())).toBe(true))).toBe(expected)
  })

  test('what Kafka tells the producer', () => {
    const batch = three()
    batch.writeInt32BE(10, 8)
    expect(() => soleBatch(batch, 9)).toThrow('Record size 10 is less than the minimum record overhead (14)')
    batch.writeInt8(3, 16)
    batch.writeInt32BE(50, 8)
    expect(() => soleBatch(batch, 9)).toThrow('Invalid magic found in record: 3')
  })
})

test.each([
  ['sound', (_: Buffer) => {}, null],
  ['count 0', (b: Buffer) => b.writeInt32BE(0, 57), 'Invalid reported count for record batch: 0'],
  ['count -1', (b: Buffer) => b.writeInt32BE(-1, 57), 'Invalid reported count for record batch: -1'],
  ['count 4', (b: Buffer) => b.writeInt32BE(4, 57), 'Inconsistent batch offset range [0, 2] and count of records 4'],
  [
    'last delta 7',
    (b: Buffer) => b.writeInt32BE(7, 23),
    'Inconsistent batch offset range [0, 7] and count of records 3',
  ],
  ['last delta -1', (b: Buffer) => b.writeInt32BE(-1, 23), 'Batch has an invalid offset range: [0, -1]'],
  ['control', (b: Buffer) => b.writeInt16BE(0x20, 21), 'Clients are not allowed to write control records'],
  [
    'no sequence',
    (b: Buffer) => b.writeBigInt64BE(9n, 43),
    'Invalid sequence number -1 in record batch with producerId 9',
  ],
])('claims: %s', (_, change, expected) => {
  const batch = three()
  change(batch)
  if (expected === null) checkClaims(batch, 'orders-0')
  else expect(() => checkClaims(batch, 'orders-0')).toThrow(`${expected} in topic partition orders-0`)
})

describe('records, plain and compressed', () => {
  const gaps = (deltas: readonly number[]): Buffer =>
    buildBatch({ records: deltas.map(offsetDelta => record({ offsetDelta })), lastOffsetDelta: deltas.length - 1 })
  const counted = (count: number): Buffer => changed(three(), b => b.writeInt32BE(count, 57))
  const byte = (at: number, value: number): Buffer => changed(three(), b => (b[at] = value))
  const headed = (): Buffer => buildBatch({ records: [record({ headers: [{ key: 'h', value: Buffer.from('x') }] })] })
  const never = (at: number): Buffer => changed(three(), b => b.fill(0xff, at, at + 6))

  // What Kafka 4.4 answered: uncompressed, compressed, and when it compresses anew.
  const cases: readonly (readonly [string, Buffer, string, string, string])[] = [
    ['sound', three(), 'taken', 'taken', 'taken'],
    ['sound with headers', headed(), 'taken', 'taken', 'taken'],
    ['one more counted', counted(4), 'INVALID_RECORD', 'INVALID_RECORD', 'INVALID_RECORD'],
    ['one fewer counted', counted(2), 'INVALID_RECORD', 'INVALID_RECORD', 'INVALID_RECORD'],
    ['as many as an int32 holds', counted(2 ** 31 - 1), 'INVALID_RECORD', 'INVALID_RECORD', 'INVALID_RECORD'],
    ['deltas 0 0 0', gaps([0, 0, 0]), 'taken', 'UNKNOWN_SERVER_ERROR', 'taken'],
    ['deltas 0 5 2', gaps([0, 5, 2]), 'taken', 'UNKNOWN_SERVER_ERROR', 'taken'],
    ['record attributes', byte(62, 1), 'taken', 'taken', 'taken'],
    ['record length 0', byte(61, 0), 'INVALID_RECORD', 'taken', 'INVALID_RECORD'],
    ['record length -1', byte(61, 1), 'INVALID_RECORD', 'INVALID_RECORD', 'INVALID_RECORD'],
    ['record length one more', byte(61, 18), 'INVALID_RECORD', 'taken', 'INVALID_RECORD'],
    ['record length beyond the batch', byte(61, 126), 'INVALID_RECORD', 'taken', 'INVALID_RECORD'],
    ['record length without end', never(61), 'UNKNOWN_SERVER_ERROR', 'INVALID_RECORD', 'INVALID_RECORD'],
    ['offset delta without end', never(64), 'INVALID_RECORD', 'INVALID_RECORD', 'INVALID_RECORD'],
    ['key beyond the batch', byte(65, 100), 'INVALID_RECORD', 'INVALID_RECORD', 'INVALID_RECORD'],
    ['value beyond the batch', byte(67, 100), 'INVALID_RECORD', 'INVALID_RECORD', 'INVALID_RECORD'],
    ['-1 headers', byte(69, 1), 'INVALID_RECORD', 'INVALID_RECORD', 'INVALID_RECORD'],
    ['5 headers', byte(69, 10), 'INVALID_RECORD', 'INVALID_RECORD', 'INVALID_RECORD'],
    [
      'a header without a key',
      changed(headed(), b => (b[70] = 1)),
      'INVALID_RECORD',
      'INVALID_RECORD',
      'INVALID_RECORD',
    ],
    [
      'bytes after the last record',
      changed(three(), b => Buffer.concat([b, Buffer.alloc(3)])),
      'INVALID_RECORD',
      'INVALID_RECORD',
      'INVALID_RECORD',
    ],
  ]
  test.each(cases)('%s', (_, batch, plain, compressed, anew) => {
    expect(outcome(() => checkRecords(batch, rules))).toBe(plain)
    for (const codec of [1, 2, 3, 4]) {
      expect(outcome(() => checkRecords(squeezed(batch, codec), rules))).toBe(compressed)
      expect(outcome(() => checkRecords(squeezed(batch, codec), rules, true))).toBe(anew)
    }
  })

  test('compressions that are none, and bytes that do not decompress', () => {
    for (const codec of [5, 6, 7]) {
      const batch = changed(three(), b => b.writeInt16BE(codec, 21))
      expect(outcome(() => checkRecords(batch, rules))).toBe('UNKNOWN_SERVER_ERROR')
    }
    for (const codec of [1, 2, 3, 4]) {
      const batch = changed(squeezed(three(), codec), b => b.fill(0x55, 61))
      expect(outcome(() => checkRecords(batch, rules))).toBe('UNKNOWN_SERVER_ERROR')
    }
  })

  test('a batch that becomes too large is refused as too large', () => {
    const batch = buildBatch({ records: [record({ value: Buffer.alloc(100_000) })], compression: 1 })
    expect(outcome(() => checkRecords(batch, { ...rules, decompressedBytesMax: 100_000 }))).toBe('MESSAGE_TOO_LARGE')
    expect(outcome(() => checkRecords(batch, { ...rules, decompressedBytesMax: 101_000 }))).toBe('taken')
  })
})

test('a record of a compressed batch is as long as max.decompressed.message.bytes at most', () => {
  const one = (compression: number) => buildBatch({ records: [record({ value: Buffer.alloc(1000) })], compression })
  const bodyBytes = one(0).length - 61 - 2
  const bound = (recordBytesMax: number) => ({ ...rules, recordBytesMax })
  for (const codec of [1, 2, 3, 4]) {
    expect(outcome(() => checkRecords(one(codec), bound(bodyBytes)))).toBe('taken')
    expect(outcome(() => checkRecords(one(codec), bound(bodyBytes - 1)))).toBe('INVALID_RECORD')
  }
  expect(outcome(() => checkRecords(one(0), bound(1)))).toBe('taken')
})

describe('records that rules forbid', () => {
  const refusal = (batch: Buffer, change: Partial<RecordRules>): RecordsRefused => {
    try {
      checkRecords(batch, { ...rules, ...change })
    } catch (error) {
      return error as RecordsRefused
    }
    throw new Error('taken')
  }
  const range = 'is out of range. The timestamp should be within'

  test('keys where the topic is compacted', () => {
    const noKey = (batchIndex: number) => ({
      batchIndex,
      message: 'Compacted topic cannot accept message without key in topic partition orders-0',
    })
    const batch = buildBatch({ records: [record(), ...[1, 2, 3, 4].map(() => record({ key: null }))] })
    for (const each of [batch, squeezed(batch)]) {
      const refused = refusal(each, { compacted: true })
      expect(refused.error).toBe('INVALID_RECORD')
      expect(refused.recordErrors).toEqual([1, 2, 3, 4].map(noKey))
      const shown = [1, 2, 3].map(i => `RecordError(batchIndex=${i}, message='${noKey(i).message}')`).join(', ')
      expect(refused.message).toBe(
        'One or more records have been rejected due to 4 record errors in total, and only showing the first three ' +
          `errors at most: [${shown}]`,
      )
      expect(checkRecords(each, rules)).toEqual({ maxTimestampMs: nowMs })
    }
    const empty = buildBatch({ records: [record({ key: Buffer.alloc(0) })] })
    expect(checkRecords(empty, { ...rules, compacted: true })).toEqual({ maxTimestampMs: nowMs })
  })

  test('times out of range', () => {
    const batch = buildBatch({
      records: [record({ timestampMs: nowMs + 9_000_000 }), record(), record({ timestampMs: 5 })],
    })
    for (const each of [batch, squeezed(batch)]) {
      const refused = refusal(each, {})
      expect([refused.error, refused.message]).toEqual([
        'INVALID_TIMESTAMP',
        'One or more records have been rejected due to invalid timestamp',
      ])
      // The oldest is now less the largest long, which no number holds: the text has every digit.
      const oldest = (BigInt(nowMs) - (2n ** 63n - 1n)).toString()
      const first = `Timestamp ${nowMs + 9_000_000} of message with offset 0 ${range} [${oldest}, ${nowMs + 3_600_000}]`
      expect(refused.recordErrors).toEqual([{ batchIndex: 0, message: first }])
      const narrow = refusal(each, { timestampBeforeMaxMs: 1000, timestampAfterMaxMs: 1000 })
      expect(narrow.recordErrors.map(error => error.batchIndex)).toEqual([0, 2])
      expect(narrow.recordErrors[1]!.message).toBe(
        `Timestamp 5 of message with offset 2 ${range} [${nowMs - 1000}, ${nowMs + 1000}]`,
      )
    }
  })

  test('times and keys together: a record has one error, the key goes first, the time names the refusal', () => {
    const late = nowMs + 9_000_000
    const batch = buildBatch({ records: [record({ timestampMs: late }), record({ key: null, timestampMs: late })] })
    const refused = refusal(batch, { compacted: true })
    expect(refused.error).toBe('INVALID_TIMESTAMP')
    expect(refused.recordErrors.map(error => error.message.slice(0, 9))).toEqual(['Timestamp', 'Compacted'])
  })

  test('no time at all is no error, a negative one is looked at', () => {
    const none = buildBatch({ records: [record({ timestampMs: -1 })] })
    expect(checkRecords(none, { ...rules, timestampBeforeMaxMs: 1000 })).toEqual({ maxTimestampMs: -1 })
    const negative = buildBatch({ records: [record({ timestampMs: -2 })] })
    expect(checkRecords(negative, rules)).toEqual({ maxTimestampMs: -1 })
    expect(outcome(() => checkRecords(negative, { ...rules, timestampBeforeMaxMs: 1000 }))).toBe('INVALID_TIMESTAMP')
  })

  test('the mark of the broker is not for producers, though Kafka only notices when there is no time', () => {
    const marked = (maxMs: number, batch = three()): Buffer =>
      changed(batch, b => {
        b.writeInt16BE(b.readInt16BE(21) | 8, 21)
        b.writeBigInt64BE(BigInt(maxMs), 35)
      })
    expect(checkRecords(marked(5), rules)).toEqual({ maxTimestampMs: 5 })
    const says = (kind: string, timestampMs: number): string =>
      `Invalid timestamp type in message ${kind}(offset=1, timestamp=${timestampMs}, key=1 bytes, value=1 bytes). ` +
      'Producer should not set timestamp type to LogAppendTime.'
    expect(refusal(marked(-1), {}).recordErrors[1]!.message).toBe(says('DefaultRecord', -1))
    expect(refusal(marked(5), { stamped: true }).recordErrors[1]!.message).toBe(says('DefaultRecord', 5))
    const compressed = refusal(marked(-1, squeezed(three())), {})
    expect([compressed.error, compressed.recordErrors.length]).toEqual(['INVALID_TIMESTAMP', 3])
    expect(compressed.recordErrors[1]!.message).toBe(says('PartialDefaultRecord', -1))
  })

  test('times do not matter where the broker stamps', () => {
    const batch = buildBatch({ records: [record({ timestampMs: nowMs + 9e9 })] })
    expect(checkRecords(batch, { ...rules, stamped: true })).toEqual({ maxTimestampMs: nowMs + 9e9 })
  })
})

test('a sound batch of any content is taken, with the largest of its timestamps', () => {
  const bytes = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: null })
  const any = fc.record({
    timestampMs: fc.integer({ min: -1, max: nowMs }),
    key: bytes,
    value: bytes,
    headers: fc.array(fc.record({ key: fc.string({ maxLength: 5 }), value: bytes }), { maxLength: 3 }),
  })
  fc.assert(
    fc.property(
      fc.array(any, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 0, max: 4 }),
      (records, compression) => {
        const batch = buildBatch({ records, compression })
        const maxTimestampMs = Math.max(...records.map(each => each.timestampMs))
        expect(checkRecords(soleBatch(batch, 9), rules)).toEqual({ maxTimestampMs })
        expect(maxTimestampAt(batch)).toBe(maxTimestampMs)
      },
    ),
    { seed: 8, numRuns: 200 },
  )
})

test('what is taken can be read, whatever was damaged', () => {
  const whole = buildBatch({
    records: Array.from({ length: 4 }, (_, i) => record({ headers: [{ key: `h${i}`, value: null }] })),
  })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 57, max: whole.length - 1 }), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 3,
      }),
      flips => {
        const damaged = Buffer.from(whole)
        for (const [at, by] of flips) damaged[at]! ^= by
        const result = outcome(() => checkRecords(damaged, rules))
        expect(['taken', 'INVALID_RECORD', 'INVALID_TIMESTAMP', 'UNKNOWN_SERVER_ERROR']).toContain(result)
        if (result === 'taken') recordsOf(damaged)
      },
    ),
    { seed: 12, numRuns: 3000 },
  )
})

test('the header of what is stored: the right largest time, no mark of the broker unless it stamps', () => {
  const lying = changed(three(), b => {
    b.writeInt16BE(8, 21)
    b.writeBigInt64BE(5n, 35)
  })
  setMaxTimestamp(lying, 0, 77)
  expect(headerAt(lying)).toMatchObject({ attributes: 0, maxTimestamp: 77, crc: crc32c(lying, 21) })
  const right = three()
  const before = Buffer.from(right)
  setMaxTimestamp(right, 0, nowMs + 2)
  expect(right.equals(before)).toBe(true)
  setLogAppendTime(right, 0, 99)
  expect(headerAt(right)).toMatchObject({ attributes: 8, maxTimestamp: 99, crc: crc32c(right, 21) })
  expect(recordsOf(right).map(each => each.timestampMs)).toEqual([99, 99, 99])
})

test('a batch compressed anew keeps producer and records, and counts offsets from 0', () => {
  const from = buildBatch({
    records: [record({ offsetDelta: 0 }), record({ offsetDelta: 5, headers: [{ key: 'h', value: null }] })],
    lastOffsetDelta: 1,
    compression: 1,
    producerId: 7,
    producerEpoch: 1,
    baseSequence: 3,
    transactional: true,
  })
  for (const compression of [0, 2, 3, 4]) {
    const made = recompressed(from, { compression })
    expect(recordsOf(made).map(({ offset, headers }) => [offset, headers.length])).toEqual([
      [0, 0],
      [1, 1],
    ])
    const { attributes, producerId, producerEpoch, baseSequence, lastOffset, crc } = headerAt(made)
    expect({ attributes, producerId, producerEpoch, baseSequence, lastOffset }).toEqual({
      attributes: compression | 16,
      producerId: 7,
      producerEpoch: 1,
      baseSequence: 3,
      lastOffset: 1,
    })
    expect(crc).toBe(crc32c(made, 21))
  }
  const stamped = recompressed(from, { compression: 1, compressionLevel: 9, logAppendTimeMs: 55 })
  expect(recordsOf(stamped).map(each => each.timestampMs)).toEqual([55, 55])
})
