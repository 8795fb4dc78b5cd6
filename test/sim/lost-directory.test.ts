/** A broker whose data directory is removed, or another is put in its place, acknowledges nothing once it has seen that. */
import { readConfig } from '../../src/node/config/config'
import { startNode } from '../../src/node/node'
import type { Platform } from '../../src/platform/platform'
import { Machine } from '../../src/platform/simulated/machine'
import { SimulatedNet } from '../../src/platform/simulated/network'
import { World } from '../../src/platform/simulated/world'
import { errors } from '../../src/protocol/errors'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { Produce } from '../../src/protocol/messages/produce'
import { makeBatch } from '../support/batches'
import { brokerAddress, Line } from './line'

interface Story {
  readonly world: World
  readonly platform: Platform
  readonly line: Line
  readonly told: string[]
  readonly stop: () => Promise<unknown>
}

async function onBroker(profile: string, story: (about: Story) => Promise<void>): Promise<void> {
  const world = new World({ seed: 1 })
  const net = new SimulatedNet(world)
  const told: string[] = []
  const broker = new Machine(net, 'broker', line => void told.push(line))
  const { host, port } = brokerAddress
  const { config } = readConfig({
    flags: { host, port: String(port), dataDir: '/data', profile, set: [] },
    environment: {},
    readFile: () => Buffer.alloc(0),
    defaultProfile: 'strict',
  })
  const until = <T>(work: Promise<T>): Promise<T> => world.until(work, 60_000)
  const platform = broker.boot()
  const node = await until(startNode(platform, config))
  const line = new Line(new Machine(net, 'client').boot(), 'client', null)
  await until(create(line, 'orders'))
  expect(await until(produce(line))).toBe(0)
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

async function create(line: Line, name: string): Promise<number> {
  const topics = [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }]
  return (await line.ask(CreateTopics, 5, { topics, timeoutMs: 1000 })).topics[0]!.errorCode
}

async function produce(line: Line): Promise<number> {
  const topicData = [{ name: 'orders', partitionData: [{ index: 0, records: makeBatch() }] }]
  const { responses } = await line.ask(Produce, 9, { acks: -1, timeoutMs: 1000, topicData })
  return responses[0]!.partitionResponses[0]!.errorCode
}

test.each(['prod', 'strict'])('one that is gone fails as a sick disk, and is not made anew (%s)', async profile => {
  await onBroker(profile, async ({ world, platform, line, told, stop }) => {
    await world.until(platform.files.removeTree('/data'))
    await world.runFor(2_100)
    expect(told.filter(each => each.includes('storage.directory_failed'))).toEqual([
      expect.stringContaining('/data is gone. Nothing more is written.'),
    ])
    expect(await world.until(produce(line))).toBe(errors.KAFKA_STORAGE_ERROR.code)
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
    expect(await world.until(produce(line))).toBe(errors.KAFKA_STORAGE_ERROR.code)
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
    expect(await world.until(produce(line))).toBe(errors.KAFKA_STORAGE_ERROR.code)
    await world.until(create(line, 'others'))
    expect(await stop()).toBe('failed')
    await world.runFor(120_000)
    expect(names()).toEqual(before)
  })
})
