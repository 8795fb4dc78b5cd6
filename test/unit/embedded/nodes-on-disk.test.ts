/** Several nodes on a data directory: what they had is there when they start again, and each leads what it led. */
import { toProduce } from '../../../src/embedded/values'
import { startOptionsOf } from '../../../src/embedded/options'
import { LocalEngine } from '../../../src/embedded/engine'
import { EngineBench } from '../../support/engine-bench'

const partitions = [0, 1, 2, 3, 4, 5]

test('nodes that were stopped start again with the same leaders, records and topics', async () => {
  const at = new EngineBench()
  const options = { brokers: 3, storage: { dir: '/data', fsync: 'always' }, port: 9092, topics: [] } as const
  const start = (engine: LocalEngine) => at.world.until(engine.ask(0, 'start', startOptionsOf(options)))
  const look = async (engine: LocalEngine, cluster: number) => {
    const ask = { topic: 'orders', partition: null, from: 'start', next: [], waitMs: 0 } as const
    const { records } = await at.world.until(engine.ask(cluster, 'read', ask))
    const leaders: (number | null)[] = []
    for (const partition of partitions) {
      leaders.push(await at.world.until(engine.ask(cluster, 'leaderOf', { topic: 'orders', partition })))
    }
    const values = records.map(({ partition, value }) => `${partition} ${Buffer.from(value!).toString()}`)
    return { values: values.toSorted(), leaders }
  }

  const first = await start(at.engine)
  const { cluster } = first
  await at.ask(cluster, 'createTopics', [{ name: 'orders', partitions: 6 }])
  await at.ask(cluster, 'moveLeader', { topic: 'orders', partition: 0, to: 3 })
  const records = Array.from({ length: 12 }, (_, nth) => toProduce({ key: String(nth), value: `of ${nth}` }))
  await at.ask(cluster, 'produce', { topic: 'orders', records })
  const before = await look(at.engine, cluster)
  expect(before.values).toHaveLength(12)
  expect(before.leaders[0]).toBe(3)
  expect(new Set(before.leaders)).toEqual(new Set([1, 2, 3]))
  await at.ask(cluster, 'stop', { drainMs: 0 })

  const engine = new LocalEngine(at.platform, { log: () => {} })
  const second = await start(engine)
  expect(second.clusterId).toBe(first.clusterId)
  expect(second.nodes.map(({ id, port }) => [id, port])).toEqual([
    [1, 9092],
    [2, 9093],
    [3, 9094],
  ])
  expect(await look(engine, second.cluster)).toEqual(before)
})
