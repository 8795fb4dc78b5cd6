import { durationMs } from '../../../../src/embedded/contract/duration'

test.each([
  [1500, 1500],
  ['1500', 1500],
  ['500ms', 500],
  ['90s', 90_000],
  ['1.5m', 90_000],
  ['1.1m', 66_000],
  [100.5, 101],
  ['0.4ms', 0],
  ['12h', 43_200_000],
  [' 7d ', 604_800_000],
])('%j', (text, ms) => {
  expect(durationMs(text)).toBe(ms)
})

test.each(['', '7 days', '-1', 'd', Number.NaN, -5, Number.POSITIVE_INFINITY, 2 ** 60])('%j is refused', text => {
  expect(() => durationMs(text)).toThrow(TypeError)
})
