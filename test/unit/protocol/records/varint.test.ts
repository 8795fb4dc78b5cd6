import fc from 'fast-check'
import {
  VarintCursor,
  varintBytes,
  varlongBytes,
  writeVarint,
  writeVarlong,
} from '../../../../src/protocol/records/varint'

/** Zigzag and groups of seven bits, by the definition. */
function bytesOf(value: bigint): number[] {
  let raw = value >= 0n ? value * 2n : -value * 2n - 1n
  const bytes: number[] = []
  do {
    bytes.push(Number(raw & 0x7fn) | (raw > 0x7fn ? 0x80 : 0))
    raw >>= 7n
  } while (raw > 0n)
  return bytes
}

const int32 = fc.oneof(fc.integer(), fc.integer({ min: -200, max: 200 }), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1))
const int64 = fc.oneof(fc.maxSafeInteger(), int32, fc.constantFrom(2 ** 31, -(2 ** 31) - 1, 2 ** 27, 2 ** 34, 2 ** 48))

test('int32 as the definition has it, both ways', () => {
  fc.assert(
    fc.property(int32, value => {
      const expected = bytesOf(BigInt(value))
      const bytes = Buffer.alloc(12)
      const end = writeVarint(bytes, 1, value)
      expect([...bytes.subarray(1, end)]).toEqual(expected)
      expect(varintBytes(value)).toBe(expected.length)
      const cursor = new VarintCursor(bytes, 1)
      expect(cursor.varint()).toBe(value)
      expect(cursor.at).toBe(end)
    }),
    { seed: 1, numRuns: 2000 },
  )
})

test('int64 as the definition has it, both ways', () => {
  fc.assert(
    fc.property(int64, value => {
      const expected = bytesOf(BigInt(value))
      const bytes = Buffer.alloc(12)
      const end = writeVarlong(bytes, 1, value)
      expect([...bytes.subarray(1, end)]).toEqual(expected)
      expect(varlongBytes(value)).toBe(expected.length)
      const cursor = new VarintCursor(bytes, 1)
      expect(cursor.varlong()).toBe(value)
      expect(cursor.at).toBe(end)
    }),
    { seed: 2, numRuns: 2000 },
  )
})

test('int64 beyond what a number holds saturates', () => {
  for (const [value, expected] of [
    [2n ** 63n - 1n, Number.MAX_SAFE_INTEGER],
    [-(2n ** 63n), Number.MIN_SAFE_INTEGER],
    [2n ** 53n + 1n, Number.MAX_SAFE_INTEGER],
  ] as const) {
    expect(new VarintCursor(Buffer.from(bytesOf(value)), 0).varlong()).toBe(expected)
  }
})

test('integers that do not end are refused', () => {
  const endless = Buffer.alloc(20, 0xff)
  expect(() => new VarintCursor(endless, 0).varint()).toThrow('five bytes')
  expect(() => new VarintCursor(endless, 0).varlong()).toThrow('ten bytes')
})

test('integers that are cut short end past the end', () => {
  const cursor = new VarintCursor(Buffer.from([0x80]), 0)
  cursor.varint()
  expect(cursor.at).toBeGreaterThan(1)
  const other = new VarintCursor(Buffer.alloc(7, 0x80), 0)
  other.varlong()
  expect(other.at).toBeGreaterThan(7)
})
