import { SampledRate } from '../../../../src/broker/quotas/sampled-rate'

const windows = { count: 11, windowMs: 1000 }

test('a burst after a silence is measured over all windows', () => {
  const rate = new SampledRate()
  rate.record(20_000, 0, windows)
  expect(rate.throttleMs(2000, 0, windows)).toBe(0)
  expect(rate.throttleMs(1600, 0, windows)).toBe(2500)
})

test('what was long ago does not count', () => {
  const rate = new SampledRate()
  rate.record(20_000, 0, windows)
  rate.record(1, 10_999, windows)
  expect(rate.throttleMs(1000, 10_999, windows)).toBeGreaterThan(0)
  expect(rate.throttleMs(1000, 11_000, windows)).toBe(0)
})

test('what is taken back does not count either', () => {
  const rate = new SampledRate()
  rate.record(1000, 0, windows)
  rate.record(50_000, 5, windows)
  rate.unrecord(50_000)
  expect(rate.throttleMs(100, 5, windows)).toBe(0)
})

test('it keeps no more samples than there are windows', () => {
  const rate = new SampledRate()
  for (let ms = 0; ms < 60_000; ms += 100) rate.record(10, ms, windows)
  // A hundred in a second, over ten to eleven seconds.
  expect(rate.throttleMs(101, 60_000, windows)).toBe(0)
  expect(rate.throttleMs(90, 60_000, windows)).toBeGreaterThan(0)
})
