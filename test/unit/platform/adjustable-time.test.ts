import { AdjustableTime } from '../../../src/platform/adjustable-time'
import { World } from '../../../src/platform/simulated/world'
import { timersOf } from '../../support/worlds'

function scene() {
  const world = new World({ seed: 1, startMs: 1_000_000 })
  const time = new AdjustableTime(world.clock, timersOf(world))
  const said: string[] = []
  const after = (delayMs: number, name: string) => time.timers.after(delayMs, () => said.push(name))
  const advance = (byMs: number) => world.until(time.advance(byMs))
  return { world, time, said, after, advance }
}

test('left alone it is the time underneath', async () => {
  const { world, time, said, after } = scene()
  after(10, 'a')
  after(5, 'b')()
  await world.runFor(20)
  expect(said).toEqual(['a'])
  expect([time.clock.now(), time.clock.monotonic()]).toEqual([world.clock.now(), world.clock.monotonic()])
})

test('what falls due in a move happens in its order, and time goes on from there', async () => {
  const { world, time, said, after, advance } = scene()
  after(7_000, 'b')
  after(3_000, 'a')
  const cancelC = after(9_000, 'c')
  time.timers.after(3_000, () => cancelC())
  after(20_000, 'd')
  await advance(10_000)
  expect(said).toEqual(['a', 'b'])
  expect(time.clock.now()).toBe(1_010_000)
  await world.runFor(9_990)
  expect(said).toEqual(['a', 'b'])
  await world.runFor(20)
  expect(said).toEqual(['a', 'b', 'd'])
})

test('what recurs happens as time passes, once a step at most', async () => {
  const { time, advance } = scene()
  const at: number[] = []
  const tick = (): void => {
    at.push(time.clock.now() - 1_000_000)
    time.timers.after(1_000, tick)
  }
  time.timers.after(1_000, tick)
  await advance(3_500)
  expect(at).toEqual([1_001, 2_002, 3_003].map(ms => expect.closeTo(ms, -1)))
  const before = at.length
  await advance(7 * 86_400_000)
  expect(at.length - before).toBeLessThanOrEqual(1_000)
  expect(at.length - before).toBeGreaterThan(900)
})

test('frozen it stands still, timers too, until it is moved or resumed', async () => {
  const { world, time, said, after, advance } = scene()
  after(10, 'before')
  time.freeze(5_000_000)
  after(10, 'in it')
  await world.runFor(1_000)
  expect(said).toEqual([])
  expect(time.clock.now()).toBe(5_000_000)
  await advance(5)
  expect([said, time.clock.now()]).toEqual([[], 5_000_005])
  await world.runFor(1_000)
  expect(time.clock.now()).toBe(5_000_005)
  time.resume()
  time.resume()
  await world.runFor(4)
  expect(said).toEqual([])
  await world.runFor(2)
  expect(said).toEqual(['before', 'in it'])
  expect(time.clock.now()).toBe(5_000_011)
})

test('moves come one after the other', async () => {
  const { world, time } = scene()
  const both = Promise.all([time.advance(1_000), time.advance(500)])
  await world.until(both)
  expect(time.clock.now()).toBe(1_001_500)
})

test('a copy is as far ahead, and moves alone', async () => {
  const { time, advance } = scene()
  await advance(1_000)
  const copy = time.copy()
  await advance(500)
  expect([copy.clock.now(), time.clock.now()]).toEqual([1_001_000, 1_001_500])
})

test.each([999, 1_001, 10_001, 604_800_001])('a move of %i ms is that long, and whole at every step', async byMs => {
  const { time, advance } = scene()
  const at: number[] = []
  const tick = (): void => {
    at.push(time.clock.now())
    time.timers.after(1, tick)
  }
  time.timers.after(1, tick)
  await advance(byMs)
  expect(at.length).toBeGreaterThan(500)
  expect(at.length).toBeLessThanOrEqual(1_000)
  expect(at.filter(ms => !Number.isInteger(ms))).toEqual([])
  expect(time.clock.now()).toBe(1_000_000 + byMs)
})

test('no fraction of a millisecond passes', () => {
  const { time } = scene()
  expect(() => time.advance(0.5)).toThrow(RangeError)
})
