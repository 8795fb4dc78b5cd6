import fc from 'fast-check'
import { crc32, gzipSync } from 'node:zlib'
import { isLogAppendTimeAt, setLogAppendTime } from '../../../../src/protocol/records/batch'
import { buildEndMarker } from '../../../../src/protocol/records/control'
import { AtMost } from '../../../../src/platform/pieces'
import { codecsHere } from '../../../../src/protocol/records/compression'
import { downConverted } from '../../../../src/protocol/records/down-conversion'
import { messagesOf, storedAnew, upConverted } from '../../../../src/protocol/records/legacy'
import { buildBatch, recordsOf } from '../../../../src/protocol/records/records'
import { setDecodedByKafkajs, setEncodedByKafkajs } from './kafkajs'
import { vector, vectorNames, vectorRecords } from './vectors'

const legacyNames = vectorNames.filter(name => !name.startsWith('v2'))
const magicOf = (name: string): 0 | 1 => (name.startsWith('v0') ? 0 : 1)
const codecs: Record<string, number> = { none: 0, gzip: 1, snappy: 2, lz4: 3 }
const codecOf = (name: string): number => codecs[name.slice(3)]!
const text = (bytes: Buffer | null): string | null => bytes?.toString() ?? null
const atOnce = {
  opened: new AtMost(1),
  codecs: codecsHere,
  pieces: { pieceCost: 1024, do: async (piece: () => number) => void piece() },
}
const converted = async (batches: Buffer, magic: 0 | 1, fromOffset: number, setBytesMax = Infinity): Promise<Buffer> =>
  Buffer.concat(await downConverted(batches, { magic, fromOffset, setBytesMax }, atOnce))
const refusal = (run: () => unknown): string => {
  try {
    run()
    return 'taken'
  } catch (error) {
    return (error as { error?: string }).error ?? (error as Error).name
  }
}

test.each(legacyNames)('what Java wrote is read: %s', name => {
  const messages = messagesOf(vector(name)).map(({ key, value, ...rest }) => ({
    ...rest,
    key: text(key),
    value: text(value),
  }))
  expect(messages).toEqual(vectorRecords(magicOf(name)).map(({ headers: _, ...rest }) => rest))
})

test.each(legacyNames)('a produced set becomes a batch of the same compression: %s', name => {
  const batch = upConverted(vector(name))!
  expect(batch.readInt16BE(21)).toBe(codecOf(name))
  const seen = recordsOf(batch).map(({ key, value, ...rest }) => ({ ...rest, key: text(key), value: text(value) }))
  expect(seen).toEqual(vectorRecords(magicOf(name)).map((record, i) => ({ ...record, offset: i })))
})

test.each(['v0-none', 'v1-none'])(
  'a stored batch becomes, byte for byte, what Java would have written: %s',
  async name => {
    expect((await converted(vector('v2-none'), magicOf(name), 0)).equals(vector(name))).toBe(true)
  },
)

test.each(legacyNames)('a stored batch becomes a set of the same compression: %s', async name => {
  const magic = magicOf(name)
  const set = await converted(vector(`v2-${name.slice(3)}`), magic, 0)
  expect(messagesOf(set)).toEqual(messagesOf(vector(name)))
  // The wrapper says the same as Java's, its CRC and its value aside: two compressors need not agree.
  expect(set.subarray(0, 8).equals(vector(name).subarray(0, 8))).toBe(true)
  expect(set.subarray(16, magic === 0 ? 22 : 30).equals(vector(name).subarray(16, magic === 0 ? 22 : 30))).toBe(true)
  // kafkajs brings gzip only.
  if (codecOf(name) > 1) return
  const seen = await setDecodedByKafkajs(set)
  expect(seen.map(({ offset, key, value }) => ({ offset, key: text(key), value: text(value) }))).toEqual(
    vectorRecords(magic).map(({ offset, key, value }) => ({ offset: `${offset}`, key, value })),
  )
  if (magic === 1) {
    expect(seen.map(message => message.timestamp)).toEqual(vectorRecords(1).map(record => `${record.timestampMs}`))
  }
})

test('what kafkajs writes is read', () => {
  const entries = [
    { key: 'a', value: 'one', timestamp: 5 },
    { key: null, value: 'two', timestamp: 6 },
    { key: 'c', value: null, timestamp: 7 },
  ]
  for (const magic of [0, 1] as const) {
    const batch = upConverted(setEncodedByKafkajs(magic, entries))!
    expect(
      recordsOf(batch).map(({ timestampMs, key, value }) => ({
        timestamp: timestampMs,
        key: text(key),
        value: text(value),
      })),
    ).toEqual(entries.map(entry => ({ ...entry, timestamp: magic === 0 ? -1 : entry.timestamp })))
  }
})

test('down and up again loses headers and nothing else', async () => {
  const bytes = fc.option(fc.uint8Array({ maxLength: 60 }).map(Buffer.from), { nil: null })
  const record = fc.record({ timestampMs: fc.integer({ min: 0, max: 2 ** 42 }), key: bytes, value: bytes })
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 1, maxLength: 20 }),
      fc.constantFrom(0, 1, 2, 3),
      fc.constantFrom(0 as const, 1 as const),
      fc.integer({ min: 0, max: 2 ** 48 }),
      async (records, compression, magic, baseOffset) => {
        const set = await converted(buildBatch({ records, compression, baseOffset }), magic, baseOffset)
        const expected = records.map(each => ({ ...each, timestampMs: magic === 0 ? -1 : each.timestampMs }))
        expect(messagesOf(set)).toEqual(expected.map((each, i) => ({ ...each, offset: baseOffset + i })))
        const again = recordsOf(upConverted(set)!).map(({ timestampMs, key, value }) => ({ timestampMs, key, value }))
        expect(again).toEqual(expected)
      },
    ),
    { seed: 21, numRuns: 200 },
  )
})

test('several batches: control ones are left out, gaps stay, lone records below the start are left out', async () => {
  const record = (value: string, offsetDelta: number) => ({
    timestampMs: 1,
    key: null,
    value: Buffer.from(value),
    offsetDelta,
  })
  const first = buildBatch({ records: [record('a', 0), record('b', 4)], baseOffset: 10 })
  const marker = buildEndMarker({
    commit: true,
    coordinatorEpoch: 0,
    producerId: 1,
    producerEpoch: 0,
    timestampMs: 1,
    baseOffset: 15,
  })
  const second = buildBatch({ records: [record('c', 0), record('d', 3)], baseOffset: 16, compression: 1 })
  const offsets = async (from: number): Promise<number[]> =>
    messagesOf(await converted(Buffer.concat([first, marker, second]), 1, from)).map(message => message.offset)
  expect(await offsets(0)).toEqual([10, 14, 16, 19])
  // A compressed message comes whole; the consumer drops what it did not ask for.
  expect(await offsets(14)).toEqual([14, 16, 19])
  expect(await offsets(19)).toEqual([16, 19])
  expect((await converted(marker, 1, 0)).length).toBe(0)
})

test('a set has room for so much, and at least for the first batch', async () => {
  const records = Array.from({ length: 10 }, () => ({ timestampMs: 1, key: null, value: Buffer.alloc(66) }))
  const batches = [0, 10].map(baseOffset => buildBatch({ records, baseOffset }))
  const countIn = async (bytes: Buffer[], setBytesMax: number) =>
    messagesOf(await converted(Buffer.concat(bytes), 1, 0, setBytesMax)).length
  // A message of magic 1 takes 34 bytes more than its value.
  expect(await countIn(batches, 0)).toBe(10)
  expect(await countIn(batches, 1199)).toBe(11)
  expect(await countIn(batches, 1200)).toBe(12)
  expect(await countIn(batches, 2000)).toBe(20)
  const compressed = [0, 10].map(baseOffset => buildBatch({ records, baseOffset, compression: 1 }))
  const oneBytes = (await converted(compressed[0]!, 1, 0)).length
  expect(await countIn(compressed, 2 * oneBytes - 1)).toBe(10)
  expect(await countIn(compressed, 2 * oneBytes)).toBe(20)
})

test('many records are converted in pieces, whatever they are in', async () => {
  const records = Array.from({ length: 5000 }, (_, i) => ({ timestampMs: i, key: null, value: Buffer.from(`${i}`) }))
  for (const compression of [0, 1, 2, 3]) {
    const costs: number[] = []
    const pieces = { pieceCost: 16_384, do: async (piece: () => number) => void costs.push(piece()) }
    const how = { magic: 1, fromOffset: 0, setBytesMax: Infinity } as const
    const set = await downConverted(buildBatch({ records, compression }), how, { ...atOnce, pieces })
    expect(messagesOf(Buffer.concat(set))).toHaveLength(5000)
    expect(Math.max(...costs)).toBeLessThan(16_384 + 200)
    expect(costs.length).toBeGreaterThan(20)
  }
})

test('stamps of the broker are kept where the format can', async () => {
  for (const compression of [0, 1]) {
    const batch = buildBatch({ records: [{ timestampMs: 5, key: null, value: Buffer.from('x') }], compression })
    setLogAppendTime(batch, 0, 77)
    const set = await converted(batch, 1, 0)
    expect(set.readInt8(17)).toBe(8 | compression)
    expect(messagesOf(set)[0]!.timestampMs).toBe(77)
    expect((await converted(batch, 0, 0)).readInt8(17)).toBe(compression)
    expect(isLogAppendTimeAt(upConverted(set)!)).toBe(false)
  }
})

test('zstd is not converted, and what stands before it is', async () => {
  const set = await converted(Buffer.concat([vector('v2-none'), vector('v2-zstd'), vector('v2-none')]), 1, 0)
  expect(messagesOf(set)).toEqual(messagesOf(await converted(vector('v2-none'), 1, 0)))
  await expect(converted(vector('v2-zstd'), 1, 0)).rejects.toMatchObject({ error: 'UNSUPPORTED_COMPRESSION_TYPE' })
})

test('sets that are refused, and what is dropped', () => {
  const set = vector('v1-none')
  expect(upConverted(Buffer.alloc(0))).toBeNull()
  expect(upConverted(set.subarray(0, 10))).toBeNull()
  expect(recordsOf(upConverted(set.subarray(0, set.length - 1))!)).toHaveLength(4)
  const bad = Buffer.from(set)
  bad[40]! ^= 1
  expect(refusal(() => upConverted(bad))).toBe('CORRUPT_MESSAGE')
  expect(refusal(() => upConverted(Buffer.concat([vector('v1-gzip'), set])))).toBe('INVALID_RECORD')
  expect(refusal(() => upConverted(Buffer.concat([set, vector('v1-gzip')])))).toBe('INVALID_RECORD')
  expect(refusal(() => upConverted(Buffer.concat([vector('v0-none'), set])))).toBe('INVALID_RECORD')
  expect(refusal(() => upConverted(Buffer.concat([set, vector('v2-none')])))).toBe('INVALID_RECORD')
  expect(refusal(() => upConverted(vector('v2-none')))).toBe('INVALID_RECORD')
  expect(refusal(() => upConverted(vector('v1-gzip'), 100))).toBe('MESSAGE_TOO_LARGE')
  const short = Buffer.from(set)
  for (const sizeBytes of [13, 18, -1]) {
    short.writeInt32BE(sizeBytes, 8)
    expect(refusal(() => upConverted(short))).toBe('CORRUPT_MESSAGE')
  }
})

test('what is wrong with a compressed message has errors of its own', () => {
  const wrapper = (codec: number, value: Buffer | null): Buffer => {
    const body = Buffer.alloc(18)
    body.writeInt8(1, 0)
    body.writeInt8(codec, 1)
    body.writeInt32BE(-1, 10)
    body.writeInt32BE(value?.length ?? -1, 14)
    const head = Buffer.alloc(16)
    const rest = Buffer.concat([body, value ?? Buffer.alloc(0)])
    head.writeInt32BE(rest.length + 4, 8)
    head.writeUInt32BE(crc32(rest), 12)
    return Buffer.concat([head, rest])
  }
  const holding = (inner: Buffer): Buffer => wrapper(1, gzipSync(inner))
  const set = vector('v1-none')
  const sized = Buffer.from(set)
  sized.writeInt32BE(15, 8)
  expect(refusal(() => upConverted(holding(set)))).toBe('taken')
  for (const [error, made] of [
    ['INVALID_RECORD', wrapper(4, Buffer.from('abc'))],
    ['INVALID_RECORD', wrapper(1, null)],
    ['INVALID_RECORD', holding(Buffer.alloc(0))],
    ['INVALID_RECORD', holding(set.subarray(0, 20))],
    ['INVALID_RECORD', holding(vector('v0-none'))],
    ['INVALID_RECORD', holding(vector('v1-gzip'))],
    ['UNKNOWN_SERVER_ERROR', wrapper(5, Buffer.from('abc'))],
    ['UNKNOWN_SERVER_ERROR', wrapper(1, Buffer.from('abc'))],
    ['UNKNOWN_SERVER_ERROR', holding(sized)],
    ['UNKNOWN_SERVER_ERROR', holding(vector('v2-none'))],
    ['CORRUPT_MESSAGE', holding(Buffer.concat([set.subarray(0, 40), Buffer.from([1]), set.subarray(41)]))],
  ] as const) {
    expect(refusal(() => upConverted(made))).toBe(error)
  }
})

test('damage gives a refusal by name, or messages', () => {
  for (const name of legacyNames) {
    const whole = vector(name)
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const damaged = Buffer.from(whole)
        damaged[at]! ^= by
        expect(['taken', 'CORRUPT_MESSAGE', 'INVALID_RECORD']).toContain(refusal(() => upConverted(damaged)))
      }),
      { seed: 22, numRuns: 200 },
    )
  }
})

test.each(legacyNames)('what was stored is written anew, with its offsets, times and compression: %s', name => {
  const moved = Buffer.from(vector(name))
  const batches = storedAnew(moved)
  expect(batches.readInt16BE(21) & 7).toBe(codecOf(name))
  const seen = recordsOf(batches).map(({ headers: _, ...rest }) => rest)
  expect(seen).toEqual(messagesOf(moved))
  expect(refusal(() => storedAnew(moved.subarray(0, -1)))).toBe('CorruptRecord')
})

test('messages that the broker stamped keep its times, each its own', async () => {
  const stamped = [10, 10, 20].map((logAppendTimeMs, offset) => {
    const record = { timestampMs: 1, key: null, value: Buffer.from(`${offset}`) }
    return converted(buildBatch({ records: [record], baseOffset: offset, logAppendTimeMs }), 1, 0)
  })
  const batches = storedAnew(Buffer.concat(await Promise.all(stamped)))
  const second = 12 + batches.readInt32BE(8)
  expect(isLogAppendTimeAt(batches)).toBe(true)
  expect(recordsOf(batches).map(({ offset, timestampMs }) => [offset, timestampMs])).toEqual([
    [0, 10],
    [1, 10],
  ])
  expect(recordsOf(batches, second).map(({ offset, timestampMs }) => [offset, timestampMs])).toEqual([[2, 20]])
})
