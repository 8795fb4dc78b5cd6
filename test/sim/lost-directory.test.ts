/** A broker whose data directory is removed, or another is put in its place, acknowledges nothing once it has seen that. */
import type { Platform } from '../../src/platform/platform'
import type { World } from '../../src/platform/simulated/world'
import { errors } from '../../src/protocol/errors'
import { brokerOnDisk, create, produce } from './disk'
import type { Line } from './line'

interface Story {
  readonly world: World
  readonly platform: Platform
  readonly line: Line
  readonly told: string[]
  readonly stop: () => Promise<unknown>
}

async function onBroker(profile: string, story: (about: Story) => Promise<void>): Promise<void> {
  const told: string[] = []
  const { world, broker, until, start, connect } = brokerOnDisk(profile, 1, 60_000, each => void told.push(each))
  const { platform, node } = await start()
  const line = connect()
  await until(create(line, 'orders'))
  expect(await until(produce(line, 'orders'))).toBe(0)
  await story({
    world,
    platform,
    line,
    told,
    stop: () =>
      until(
        node.stop().then(
          () => 'stopped',
          () => 'failed',
        ),
      ),
  })
  broker.kill()
}

test.each(['prod', 'strict'])('one that is gone fails as a sick disk, and is not made anew (%s)', async profile => {
  await onBroker(profile, async ({ world, platform, line, told, stop }) => {
    await world.until(platform.files.removeTree('/data'))
    await world.runFor(2_100)
    expect(told.filter(each => each.includes('storage.directory_failed'))).toEqual([
      expect.stringContaining('/data is gone. Nothing more is written.'),
    ])
    expect(await world.until(produce(line, 'orders'))).toBe(errors.KAFKA_STORAGE_ERROR.code)
    expect(await world.until(create(line, 'others'))).not.toBe(0)
    await world.runFor(120_000)
    expect(await stop()).toBe('failed')
    expect(platform.files.stat('/data')).toBeNull()
  })
})

test('a topic that is made before anybody has looked makes no directory in its place', async () => {
  await onBroker('strict', async ({ world, platform, line }) => {
    await world.until(platform.files.removeTree('/data'))
    await world.until(create(line, 'others'))
    expect(platform.files.stat('/data')).toBeNull()
    expect(await world.until(produce(line, 'orders'))).toBe(errors.KAFKA_STORAGE_ERROR.code)
  })
})

test('one that another broker has made is not touched', async () => {
  await onBroker('prod', async ({ world, platform, line, told, stop }) => {
    await world.until(platform.files.rename('/data', '/moved'))
    platform.files.makeDir('/data/orders-0')
    await world.until(platform.files.replaceFile('/data/meta.properties', 'of another'))
    const names = () => [...platform.files.list('/data'), ...platform.files.list('/data/orders-0')].sort()
    const before = names()
    await world.runFor(2_100)
    expect(told.join('\n')).toContain('/data is another than the one that this broker has opened')
    expect(await world.until(produce(line, 'orders'))).toBe(errors.KAFKA_STORAGE_ERROR.code)
    await world.until(create(line, 'others'))
    expect(await stop()).toBe('failed')
    await world.runFor(120_000)
    expect(names()).toEqual(before)
  })
})
