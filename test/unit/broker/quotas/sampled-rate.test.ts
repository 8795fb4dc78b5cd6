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

/** A real Kafka 4.4 was asked: what its `Rate` makes of so much at that time, and so how long to wait at a limit of 600. */
const asked: readonly (readonly [windows: number, steps: readonly (readonly number[])[]])[] = [
  [
    2,
    [
      [233, 644, 73],
      [382, 495, 749],
      [9681, 624, 40],
      [10288, 383, 71],
      [10535, 732, 1044],
      [10597, 548, 1896],
      [10726, 627, 3812],
      [11259, 33, 3334],
      [25401, 455, 0],
      [25472, 88, 0],
      [25489, 408, 497],
      [26166, 981, 1455],
      [26327, 36, 1354],
      [26731, 16, 1977],
      [27568, 196, 1466],
      [27688, 315, 1871],
      [27872, 761, 2956],
      [28166, 845, 4070],
      [28472, 35, 1872],
      [28548, 958, 3393],
      [42848, 361, 0],
      [43279, 836, 564],
      [43357, 95, 644],
      [43978, 925, 2565],
      [44133, 252, 2830],
      [44205, 19, 2790],
      [44404, 433, 3312],
      [44567, 231, 3534],
      [44569, 248, 3946],
      [56896, 138, 0],
    ],
  ],
  [
    3,
    [
      [185, 121, 0],
      [582, 350, 0],
      [8109, 38, 0],
      [8779, 349, 0],
      [8814, 946, 0],
      [17049, 926, 0],
      [24817, 752, 0],
      [24854, 223, 0],
      [24981, 973, 1083],
      [25096, 756, 2228],
      [25202, 205, 2463],
      [25392, 142, 2510],
      [26887, 545, 3923],
      [27488, 843, 4727],
      [27630, 609, 5600],
      [27765, 212, 5819],
      [29172, 489, 2212],
      [30566, 589, 1799],
      [30663, 698, 2866],
      [31707, 206, 768],
      [32762, 63, 397],
      [32770, 997, 2051],
      [33833, 304, 491],
      [34562, 683, 900],
      [34685, 599, 1775],
      [34737, 449, 2183],
      [34875, 110, 3229],
      [36030, 971, 2996],
      [37454, 409, 2254],
      [38604, 551, 644],
    ],
  ],
  [
    8,
    [
      [85, 45, 0],
      [139, 969, 0],
      [8989, 535, 0],
      [9101, 709, 0],
      [9196, 663, 0],
      [9334, 308, 0],
      [12176, 925, 0],
      [12227, 719, 0],
      [12266, 401, 0],
      [12577, 124, 0],
      [12656, 892, 1126],
      [13648, 819, 2499],
      [14794, 235, 2745],
      [15174, 674, 4488],
      [16507, 396, 4815],
      [16596, 277, 5188],
      [16608, 246, 5586],
      [16778, 845, 6824],
      [16786, 566, 7760],
      [17443, 675, 5723],
      [17839, 830, 6710],
      [17944, 821, 7974],
      [17973, 348, 8525],
      [18025, 638, 9536],
      [18139, 397, 10084],
      [18160, 32, 10116],
      [18836, 495, 11265],
      [19122, 998, 12642],
      [19330, 602, 14438],
      [19428, 407, 15018],
    ],
  ],
]

test.each(asked)('of %i windows it makes what Kafka does', (count, steps) => {
  const rate = new SampledRate()
  const found = steps.map(([ms = 0, value = 0]) => {
    rate.record(value, ms, { count, windowMs: 1000 })
    return [ms, value, rate.throttleMs(600, ms, { count, windowMs: 1000 })]
  })
  expect(found).toEqual(steps)
})

test('it keeps no more samples than there are windows', () => {
  const rate = new SampledRate()
  for (let ms = 0; ms < 60_000; ms += 100) rate.record(10, ms, windows)
  // A hundred in a second, over ten to eleven seconds.
  expect(rate.throttleMs(101, 60_000, windows)).toBe(0)
  expect(rate.throttleMs(90, 60_000, windows)).toBeGreaterThan(0)
})
