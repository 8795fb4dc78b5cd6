import { NamedTimers } from '../../../src/machine/timers'
import { World } from '../../../src/platform/simulated/world'
import { timersOf } from '../../support/worlds'

function make() {
  const world = new World({ seed: 1 })
  let armed = 0
  const platform = timersOf(world)
  const counted = {
    ...platform,
    after: (delayMs: number, run: () => void) => {
      armed += 1
      return platform.after(delayMs, run)
    },
  }
  const timers = new NamedTimers(world.clock, counted)
  const fired: string[] = []
  const arm = (name: string, delayMs: number, as = name) =>
    timers.arm(name, delayMs, () => fired.push(`${as}@${world.nowMs}`))
  return { world, timers, arm, fired, armed: () => armed }
}

test('a timer fires once, when it is due', async () => {
  const { world, arm, fired, timers } = make()
  arm('a', 10)
  await world.run(9)
  expect(fired).toEqual([])
  await world.run(100)
  expect(fired).toEqual(['a@10'])
  expect(timers.isArmed('a')).toBe(false)
})

test('arming again moves a timer away, without another timer of the platform', async () => {
  const { world, arm, fired, armed } = make()
  arm('a', 10, 'first')
  for (let ms = 1; ms <= 50; ms += 1) {
    await world.run(ms)
    arm('a', 10, `at ${ms}`)
  }
  expect(fired).toEqual([])
  await world.run(1000)
  expect(fired).toEqual(['at 50@60'])
  // One at first, and one for each time that it woke too early.
  expect(armed()).toBeLessThanOrEqual(8)
})

test('arming again moves a timer nearer', async () => {
  const { world, arm, fired } = make()
  arm('a', 100, 'late')
  arm('a', 10, 'soon')
  await world.run(1000)
  expect(fired).toEqual(['soon@10'])
})

test('cancelled timers do not fire, others do', async () => {
  const { world, arm, fired, timers } = make()
  arm('a', 10)
  arm('b', 10)
  arm('c', 10)
  timers.cancel('b')
  timers.cancel('nobody')
  await world.run(100)
  expect(fired).toEqual(['a@10', 'c@10'])
  arm('d', 10)
  timers.cancelAll()
  await world.run(1000)
  expect(fired).toHaveLength(2)
})

test('a timer may arm its own name again when it fires', async () => {
  const { world, timers } = make()
  const fired: number[] = []
  const again = (): void => {
    fired.push(world.nowMs)
    if (fired.length < 3) timers.arm('again', 5, again)
  }
  timers.arm('again', 5, again)
  await world.run(100)
  expect(fired).toEqual([5, 10, 15])
})

test('a timer that is further away than a platform timer can be fires when it is due', async () => {
  const { world, arm, fired } = make()
  const month = 31 * 24 * 3600 * 1000
  arm('far', month)
  await world.run(0x7fff_ffff + 1)
  expect(fired).toEqual([])
  await world.run(month)
  expect(fired).toEqual([`far@${month}`])
})
