import { BufferPool } from '../../../src/platform/buffer-pool'

test('what was given back is taken again, by those who need no more than it has', () => {
  const pool = new BufferPool(1_000_000)
  const first = pool.take(100_000)
  expect(first.length).toBe(131_072)
  pool.give(first)
  expect(pool.keptBytes).toBe(131_072)
  expect(pool.take(120_000)).toBe(first)
  expect(pool.keptBytes).toBe(0)
  expect(pool.take(300_000)).not.toBe(first)
})

test('small, huge and foreign buffers are not kept, nor more than the pool may hold', () => {
  const pool = new BufferPool(200_000)
  for (const sizeBytes of [100, 5_000_000]) pool.give(pool.take(sizeBytes))
  pool.give(Buffer.alloc(262_144).subarray(0, 131_072))
  pool.give(Buffer.alloc(100_000))
  expect(pool.keptBytes).toBe(0)
  const [first, second] = [pool.take(131_072), pool.take(131_072)]
  pool.give(first)
  pool.give(second)
  expect(pool.keptBytes).toBe(131_072)
})

test('giving a buffer back twice is a bug', () => {
  const pool = new BufferPool(1_000_000)
  const buffer = pool.take(50_000)
  pool.give(buffer)
  expect(() => pool.give(buffer)).toThrow('given back once')
})
