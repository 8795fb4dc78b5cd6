import { OffsetMap } from '../../../../src/storage/compaction/offset-map'

const key = (number: number): Buffer => Buffer.from(`key-${number}`)

test('remembers the last offset of each key, above 32 bits too', () => {
  const map = new OffsetMap(1 << 20)
  expect(map.latest).toBe(-1)
  expect(map.put(key(1), 0)).toBe(true)
  expect(map.put(key(2), 2 ** 40 + 5)).toBe(true)
  expect(map.put(key(1), 2 ** 40 + 6)).toBe(true)
  expect([map.get(key(1)), map.get(key(2)), map.get(key(3))]).toEqual([2 ** 40 + 6, 2 ** 40 + 5, -1])
  expect(map.size).toBe(2)
  expect(map.latest).toBe(2 ** 40 + 6)
  map.seen(5)
  expect(map.latest).toBe(2 ** 40 + 6)
})

test('an empty key is a key', () => {
  const map = new OffsetMap(1 << 16)
  map.put(Buffer.alloc(0), 7)
  expect(map.get(Buffer.alloc(0))).toBe(7)
})

test.each([200, 24 * 10, 24 * 100, 24 * 5000, 24 * 40_000])(
  'in %i bytes it stays within them, and loses nothing',
  sizeBytes => {
    const map = new OffsetMap(sizeBytes)
    let count = 0
    while (map.put(key(count), count)) count += 1
    expect(map.sizeBytes).toBeLessThanOrEqual(Math.max(sizeBytes, 24 * 16))
    expect(count).toBeGreaterThan((sizeBytes / 24) * 0.2)
    expect(count).toBeLessThanOrEqual(sizeBytes / 24)
    expect([map.size, map.latest]).toEqual([count, count - 1])
    for (let i = 0; i < count; i += 1) expect(map.get(key(i))).toBe(i)
    expect(map.get(key(count))).toBe(-1)
  },
)

test('takes only as large a part as it may', () => {
  const map = new OffsetMap(24 * 1000, 0.1)
  let count = 0
  while (map.put(key(count), count)) count += 1
  expect(count).toBe(100)
})
