import { until } from '../../../../src/embedded/cluster/until'
import { simulatedPlatform } from '../../../../src/platform/simulated/platform'
import { World } from '../../../../src/platform/simulated/world'

const never = () => false

test.each([Number.NaN, -1, 0])('a wait of %p ms looks once', async waitMs => {
  const world = new World({ seed: 1 })
  expect(await world.until(until(simulatedPlatform(world), waitMs, never))).toBe(-1)
})

test('it tells what is left of the time', async () => {
  const world = new World({ seed: 1 })
  const platform = simulatedPlatform(world)
  let looks = 0
  const leftMs = await world.until(until(platform, 100, () => ++looks === 3))
  expect([looks, leftMs]).toEqual([3, 96])
  expect(await world.until(until(platform, 100, never))).toBe(-1)
})
