import {
  ClusterEvents,
  type EventName,
  eventNames,
  type ToldEvent,
} from '../../../../src/embedded/contract/cluster-events'
import type { LogFields } from '../../../../src/platform/logger'
import { silentLogger } from '../../../../src/platform/logger'
import { ApiVersions } from '../../../../src/protocol/messages/api-versions'
import { FindCoordinator } from '../../../../src/protocol/messages/find-coordinator'
import { JoinGroup } from '../../../../src/protocol/messages/join-group'
import { LeaveGroup } from '../../../../src/protocol/messages/leave-group'
import { SyncGroup } from '../../../../src/protocol/messages/sync-group'
import { EngineBench } from '../../../support/engine-bench'

async function listening(...names: EventName[]) {
  const bench = new EngineBench()
  const { cluster, port } = await bench.start({ topics: ['orders'] })
  await bench.ask(cluster, 'listen', names)
  const told = (of = cluster): readonly ToldEvent[] =>
    bench.events.filter(({ cluster }) => cluster === of).map(({ event }) => event)
  return { bench, world: bench.world, cluster, port, told }
}

test('topics are told of when they are made and deleted, whoever did it', async () => {
  const { bench, cluster, told } = await listening('topicCreated', 'topicDeleted')
  await bench.ask(cluster, 'createTopics', [{ name: 'users', partitions: 3 }])
  await bench.ask(cluster, 'deleteTopics', ['orders'])
  expect(told()).toEqual([
    { name: 'topicCreated', what: { topic: 'users', partitions: 3 } },
    { name: 'topicDeleted', what: { topic: 'orders' } },
  ])
})

test('after a reset it is still heard what happens', async () => {
  const { bench, cluster, told } = await listening('topicCreated')
  await bench.ask(cluster, 'reset', { keepTopics: false, keepGroups: false })
  await bench.ask(cluster, 'createTopics', [{ name: 'users' }])
  expect(told()).toEqual([{ name: 'topicCreated', what: { topic: 'users', partitions: 1 } }])
})

test('a group is told of with each of its states', async () => {
  const { bench, world, cluster, port, told } = await listening('groupRebalance', 'groupStable', 'groupEmpty')
  const client = await bench.connect(port)
  await world.until(client.request(FindCoordinator, 3, { key: 'shipping', keyType: 0 }))
  const joining = {
    groupId: 'shipping',
    memberId: '',
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
  }
  const { memberId, generationId } = await world.until(client.request(JoinGroup, 3, joining))
  const assignments = [{ memberId, assignment: Buffer.alloc(0) }]
  await world.until(client.request(SyncGroup, 3, { groupId: 'shipping', memberId, generationId, assignments }))
  await world.until(client.request(LeaveGroup, 3, { groupId: 'shipping', members: [{ memberId }] }))
  await bench.ask(cluster, 'waitForGroup', {
    group: 'shipping',
    wish: { state: null, members: 0, assigned: [], caughtUp: false },
    waitMs: 1_000,
  })
  expect(told().map(({ name }) => name)).toEqual(['groupRebalance', 'groupStable', 'groupRebalance', 'groupEmpty'])
  expect(told()[1]).toEqual({ name: 'groupStable', what: { group: 'shipping', generation: 1, members: 1 } })
})

test('connections are told of when they come and go, and requests when they are answered', async () => {
  const { bench, world, port, told } = await listening('connect', 'disconnect', 'request')
  const client = await bench.connect(port, 'svc')
  await world.until(client.request(ApiVersions, 3, {}))
  client.close()
  await world.runFor(100)
  const who = { clientId: 'svc', host: expect.any(String), port: expect.any(Number) }
  expect(told().map(({ name }) => name)).toEqual(['connect', 'request', 'disconnect'])
  expect(told()[0]!.what).toEqual(who)
  expect(told()[2]!.what).toEqual(who)
  expect(told()[1]!.what).toMatchObject({ api: 'ApiVersions', version: 3, clientId: 'svc', isAnswered: true })
})

test('a fault tells whom it befell', async () => {
  const { bench, world, cluster, port, told } = await listening('fault')
  const faults = bench.faultsOf(cluster)
  await faults.delay('ApiVersions', 5, { times: 1 })
  const client = await bench.connect(port, 'svc')
  await world.until(client.request(ApiVersions, 3, {}))
  await world.until(client.request(ApiVersions, 3, {}))
  expect(told()).toEqual([{ name: 'fault', what: { api: 'ApiVersions', clientId: 'svc', does: 'delay' } }])
})

test('each cluster is listened to by itself', async () => {
  const { bench, cluster, told } = await listening('topicCreated')
  const fork = await bench.ask(cluster, 'fork', { from: null })
  await bench.ask(fork.cluster, 'createTopics', [{ name: 'unheard' }])
  await bench.ask(fork.cluster, 'listen', ['topicCreated'])
  await bench.ask(fork.cluster, 'createTopics', [{ name: 'heard' }])
  expect(told()).toEqual([])
  expect(told(fork.cluster)).toMatchObject([{ what: { topic: 'heard' } }])
})

test('an event that nobody knows is refused, with those that there are', async () => {
  const { bench, cluster } = await listening()
  const names = ['groupstable'] as unknown as EventName[]
  await expect(bench.ask(cluster, 'listen', names)).rejects.toThrow(
    `no event is called groupstable; there are ${eventNames.join(', ')}`,
  )
})

test('a line that is an event is written as before, and its level can be set', () => {
  const lines: [string, LogFields | undefined][] = []
  const logger = { ...silentLogger, info: (line: string, fields?: LogFields) => void lines.push([line, fields]) }
  const events = new ClusterEvents()
  const told: ToldEvent[] = []
  events.listen(['groupEmpty'], event => void told.push(event))
  const hearing = events.hearing(logger)
  hearing.info('group.empty', { group: 'g', generation: 2 })
  hearing.info('group.joined', { group: 'g' })
  expect(lines).toEqual([
    ['group.empty', { group: 'g', generation: 2 }],
    ['group.joined', { group: 'g' }],
  ])
  expect(told).toEqual([{ name: 'groupEmpty', what: { group: 'g', generation: 2 } }])
  hearing.level = 'debug'
  expect([logger.level, hearing.level]).toEqual(['debug', 'debug'])
})
