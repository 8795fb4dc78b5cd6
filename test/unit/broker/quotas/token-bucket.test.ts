import { TokenBucket } from '../../../../src/broker/quotas/token-bucket'

const windows = { count: 11, windowMs: 1000 }

test('who finds something may take more, and has to wait until the debt is paid', () => {
  const bucket = new TokenBucket()
  expect(bucket.hasTokens(0.5, 0, windows)).toBe(true)
  bucket.take(8, 0.5, 0, windows)
  expect(bucket.hasTokens(0.5, 0, windows)).toBe(false)
  expect(bucket.throttleMs(0.5, 0, windows)).toBe(5000)
  expect(bucket.throttleMs(0.5, 1000, windows)).toBe(4000)
  expect(bucket.hasTokens(0.5, 5000, windows)).toBe(true)
})

test('it grows no fuller than its windows', () => {
  const bucket = new TokenBucket()
  bucket.take(1, 1, 0, windows)
  bucket.take(12, 1, 1_000_000, windows)
  expect(bucket.throttleMs(1, 1_000_000, windows)).toBe(1000)
})
