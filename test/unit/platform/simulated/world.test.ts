import { Dice } from '../../../../src/platform/simulated/dice'
import { simulatedPlatform } from '../../../../src/platform/simulated/platform'
import { World } from '../../../../src/platform/simulated/world'

test('events happen in order of time, then of asking, with promises followed in between', async () => {
  const world = new World({ seed: 1 })
  const seen: string[] = []
  world.schedule(5, () => seen.push('c'))
  world.schedule(1, () => {
    seen.push('a')
    void Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => new Promise<void>(resolve => process.nextTick(resolve)))
      .then(() => seen.push('a, later'))
  })
  world.schedule(1, () => seen.push('b'))
  const cancel = world.schedule(2, () => seen.push('never'))
  cancel()
  await world.run(4)
  expect(seen).toEqual(['a', 'a, later', 'b'])
  expect(world.nowMs).toBe(4)
  await world.runFor(1)
  expect(seen).toEqual(['a', 'a, later', 'b', 'c'])
})

test('until gives what a promise gives, throws what it throws, and does not wait for what cannot come', async () => {
  const world = new World({ seed: 2 })
  expect(await world.until(world.sleep(1000).then(() => 'slept'))).toBe('slept')
  expect(world.nowMs).toBe(1000)
  await expect(world.until(world.sleep(1).then(() => Promise.reject(new Error('no'))))).rejects.toThrow('no')
  await expect(world.until(new Promise(() => {}))).rejects.toThrow('never will be')
  await expect(world.until(world.sleep(100), 50)).rejects.toThrow('not settled')
  world.schedule(1, () => {
    throw new Error('a bug')
  })
  await expect(world.runFor(10)).rejects.toThrow('a bug')
})

test('clocks: the wall clock may jump, the other does not', async () => {
  const world = new World({ seed: 3, startMs: 5000 })
  const { clock, timers } = simulatedPlatform(world)
  let ran = 0
  timers.after(10, () => (ran += 1))
  const order: string[] = []
  world.schedule(1, () => {
    timers.endOfTurn(() => order.push('end of turn'))
    order.push('first')
  })
  world.schedule(1, () => order.push('second'))
  await world.run(20)
  expect(ran).toBe(1)
  expect(order).toEqual(['first', 'second', 'end of turn'])
  expect([clock.now(), clock.monotonic()]).toEqual([5020, 20])
  world.moveWallClock(-1000)
  expect([clock.now(), clock.monotonic()]).toEqual([4020, 20])
})

test('a story depends on its seed and on nothing else', async () => {
  const story = async (seed: number): Promise<number> => {
    const world = new World({ seed })
    const { timers, random, files } = simulatedPlatform(world)
    const work = async (depth: number): Promise<void> => {
      await files.replaceFile(`/f${depth}`, random.bytes(10))
      if (depth > 0)
        await new Promise<void>(resolve => timers.after(random.next() * 100, resolve)).then(() => work(depth - 1))
    }
    await world.until(Promise.all([work(5), work(7)]))
    return world.fingerprint
  }
  expect(await story(1)).toBe(await story(1))
  expect(await story(1)).not.toBe(await story(2))
})

test('dice are fair enough, and do not fall alike for seeds that are alike', () => {
  const dice = new Dice('fair')
  const counts = Array.from({ length: 6 }, () => 0)
  for (let i = 0; i < 60_000; i += 1) counts[dice.between(0, 5)]! += 1
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  const firsts = new Set(Array.from({ length: 1000 }, (_, seed) => new Dice(`${seed}/x`).uint32()))
  expect(firsts.size).toBe(1000)
})
