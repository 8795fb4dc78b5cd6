/** Several nodes on a data directory: what they had is there when they start again, and each leads what it led. */
import { toProduce } from '../../../src/embedded/contract/values'
import { startOptionsOf } from '../../../src/embedded/contract/options'
import { LocalEngine } from '../../../src/embedded/cluster/engine'
import type { Command, Takes } from '../../../src/embedded/contract/commands'
import { errorNameOf } from '../../../src/protocol/errors'
import { FindCoordinator } from '../../../src/protocol/messages/find-coordinator'
import { OffsetCommit } from '../../../src/protocol/messages/offset-commit'
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

/** One process after the other on the same directory, each with so many nodes. */
function directory() {
  const at = new EngineBench()
  const lines: string[] = []
  const start = async (brokers: number) => {
    const engine = new LocalEngine(at.platform, { log: line => void lines.push(line) })
    const options = { brokers, storage: { dir: '/data' }, port: 9092 } as const
    const { cluster, nodes, clusterId } = await at.world.until(engine.ask(0, 'start', startOptionsOf(options)))
    const ask = <C extends Command>(command: C, argument: Takes<C>) =>
      at.world.until(engine.ask(cluster, command, argument))
    const values = async (topic: string, partition: number | null = null) => {
      const asked = { topic, partition, from: 'start', next: [], waitMs: 0 } as const
      const { records } = await ask('read', asked)
      return records.map(({ value }) => Buffer.from(value!).toString()).toSorted()
    }
    const leaders = async (topic: string, count: number) => {
      const all: (number | null)[] = []
      for (let partition = 0; partition < count; partition++) all.push(await ask('leaderOf', { topic, partition }))
      return all
    }
    const commit = async (offset: number) => {
      const client = await at.connect(nodes[0]!.port)
      const found = await at.world.until(client.request(FindCoordinator, 1, { key: 'g', keyType: 0 }))
      const coordinator = await at.connect(found.port)
      const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: '' }]
      const group = {
        groupId: 'g',
        memberId: '',
        generationIdOrMemberEpoch: -1,
        topics: [{ name: 'wide', partitions }],
      }
      const { topics } = await at.world.until(coordinator.request(OffsetCommit, 5, group))
      return errorNameOf(topics[0]!.partitions[0]!.errorCode)
    }
    const committed = async () => (await ask('group', 'g')).lag.find(({ partition }) => partition === 0)?.committed
    const stop = () => at.world.until(engine.close())
    return { ask, values, leaders, commit, committed, stop, nodes, clusterId }
  }
  return { start, lines }
}

const send = (partition: number, value: string) => toProduce({ partition, value })

test('what three nodes wrote one serves, but for what only the others had; and three again', async () => {
  const { start, lines } = directory()
  const three = await start(3)
  await three.ask('createTopics', [
    { name: 'wide', partitions: 3 },
    { name: 'narrow', partitions: 3, replicationFactor: 1 },
  ])
  await three.ask('produce', { topic: 'wide', records: [0, 1, 2].map(index => send(index, `of three, ${index}`)) })
  await three.ask('produce', { topic: 'narrow', records: [0, 1, 2].map(index => send(index, `alone, ${index}`)) })
  const narrow = await three.leaders('narrow', 3)
  expect(narrow.toSorted()).toEqual([1, 2, 3])
  expect(await three.commit(1)).toBe('NONE')
  await three.stop()
  expect(lines).toEqual([])

  const one = await start(1)
  expect([one.clusterId, one.nodes.map(({ id }) => id)]).toEqual([three.clusterId, [1]])
  expect(lines).toEqual([expect.stringMatching(/nodes-absent .*nodes="?2,3"? .*leaderless=2/)])
  expect(await one.leaders('wide', 3)).toEqual([1, 1, 1])
  expect(await one.leaders('narrow', 3)).toEqual(narrow.map(leader => (leader === 1 ? 1 : null)))
  const lost = narrow.indexOf(2)
  await expect(one.ask('produce', { topic: 'narrow', records: [send(lost, 'nowhere')] })).rejects.toThrow()
  await one.ask('produce', { topic: 'wide', records: [0, 1, 2].map(index => send(index, `of one, ${index}`)) })
  expect(await one.values('wide')).toHaveLength(6)
  expect(await one.values('narrow', narrow.indexOf(1))).toEqual([`alone, ${narrow.indexOf(1)}`])
  await expect(one.values('narrow')).rejects.toThrow('nobody leads')
  expect([await one.committed(), await one.commit(2)]).toEqual([1, 'NONE'])
  await one.stop()

  const again = await start(3)
  expect(await again.leaders('narrow', 3)).toEqual(narrow)
  expect([(await again.values('wide')).length, await again.committed()]).toEqual([6, 2])
  expect(await again.values('narrow')).toEqual([0, 1, 2].map(index => `alone, ${index}`))
  await again.ask('produce', { topic: 'narrow', records: [send(lost, 'somewhere')] })
  await again.stop()
  expect(lines).toHaveLength(1)
})

test('what one node wrote three serve, and the others take part in what is new', async () => {
  const { start, lines } = directory()
  const one = await start(1)
  await one.ask('createTopics', [{ name: 'wide', partitions: 3 }])
  await one.ask('produce', { topic: 'wide', records: [0, 1, 2].map(index => send(index, `of one, ${index}`)) })
  expect(await one.commit(1)).toBe('NONE')
  await one.stop()

  const three = await start(3)
  expect(await three.leaders('wide', 3)).toEqual([1, 1, 1])
  expect([await three.committed(), await three.commit(2), await three.committed()]).toEqual([1, 'NONE', 2])
  await three.ask('moveLeader', { topic: 'wide', partition: 0, to: 2 })
  await three.ask('produce', { topic: 'wide', records: [send(0, 'by the second')] })
  await three.ask('createTopics', [{ name: 'new', partitions: 3 }])
  expect((await three.leaders('new', 3)).toSorted()).toEqual([1, 2, 3])
  expect(await three.values('wide')).toHaveLength(4)
  await three.stop()
  expect(lines).toEqual([])
})
