import { BoundedLines } from '../../../src/platform/bounded-lines'

function opened(most: number) {
  const time = { ms: 0 }
  const untold: [string, number][] = []
  const lines = new BoundedLines({
    clock: { now: () => 0, monotonic: () => time.ms },
    perMinute: () => most,
    untold: (who, count) => void untold.push([who, count]),
  })
  return { lines, time, untold }
}

test('so many a minute for each; what is beyond is told of with the first line after it', () => {
  const { lines, time, untold } = opened(2)
  expect([1, 2, 3, 4].map(() => lines.tells('a'))).toEqual([true, true, false, false])
  expect(lines.tells('b')).toBe(true)
  time.ms = 59_999
  expect(lines.tells('a')).toBe(false)
  expect(untold).toEqual([])
  time.ms = 60_000
  expect(lines.tells('a')).toBe(true)
  expect(untold).toEqual([['a', 3]])
  expect(lines.tells('b')).toBe(true)
  expect(untold).toHaveLength(1)
})

test('whom nobody has seen for long is forgotten before others', () => {
  const { lines } = opened(1)
  expect(lines.tells('first')).toBe(true)
  for (let nth = 0; nth < 999; nth++) lines.tells(`other ${nth}`)
  expect(lines.tells('first')).toBe(false)
  for (let nth = 0; nth < 1000; nth++) lines.tells(`yet another ${nth}`)
  expect(lines.tells('first')).toBe(true)
})
