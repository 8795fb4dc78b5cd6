/**
 * Coordinators whose partition has too few replicas in sync: what they answer was compared with three nodes of Apache Kafka
 * 4.4, one of them killed.
 */
import type { ClientConnection } from '../../../src/client/connection'
import { errorNameOf } from '../../../src/protocol/errors'
import { FindCoordinator } from '../../../src/protocol/messages/find-coordinator'
import { Heartbeat } from '../../../src/protocol/messages/heartbeat'
import { InitProducerId } from '../../../src/protocol/messages/init-producer-id'
import { JoinGroup } from '../../../src/protocol/messages/join-group'
import { OffsetCommit } from '../../../src/protocol/messages/offset-commit'
import { OffsetFetch } from '../../../src/protocol/messages/offset-fetch'
import { SyncGroup } from '../../../src/protocol/messages/sync-group'
import { EngineBench } from '../../support/engine-bench'

/** A cluster of three of which all replicas have to be in sync, and a client of whoever coordinates `key`. */
async function clusterOf(keyType: 0 | 1, key: string) {
  const at = new EngineBench()
  const config = { 'min.insync.replicas': 3, 'transaction.state.log.min.isr': 3, 'offsets.topic.num.partitions': 1 }
  const { cluster, nodes } = await at.start({ brokers: 3, topics: ['orders'], config })
  const [first] = nodes
  const client = await at.connect(first!.port)
  const { nodeId } = await at.world.until(client.request(FindCoordinator, 3, { key, keyType }))
  const coordinator = await at.connect(nodes.find(({ id }) => id === nodeId)!.port)
  const other = nodes.find(({ id }) => id !== nodeId)!.id
  return {
    at,
    coordinator,
    stopOther: () => at.ask(cluster, 'stopNode', other),
    startOther: () => at.ask(cluster, 'startNode', other),
  }
}

const protocols = [{ name: 'range', metadata: Buffer.alloc(0) }]

async function join(at: EngineBench, client: ClientConnection, groupId: string) {
  const times = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000 }
  const asked = { groupId, ...times, memberId: '', protocolType: 'consumer', protocols }
  const { memberId, generationId, errorCode } = await at.world.until(client.request(JoinGroup, 3, asked))
  const assignments = [{ memberId, assignment: Buffer.alloc(0) }]
  const synced = await at.world.until(client.request(SyncGroup, 2, { groupId, generationId, memberId, assignments }))
  return { memberId, generationId, told: [errorNameOf(errorCode), errorNameOf(synced.errorCode)] }
}

test('a group can be looked at and beaten for, and nothing that has to be written is taken', async () => {
  const { at, coordinator, stopOther, startOther } = await clusterOf(0, 'g')
  const { memberId, generationId, told } = await join(at, coordinator, 'g')
  expect(told).toEqual(['NONE', 'NONE'])
  const beat = async () => {
    const reply = await at.world.until(coordinator.request(Heartbeat, 3, { groupId: 'g', generationId, memberId }))
    return errorNameOf(reply.errorCode)
  }
  const commit = async (committedOffset: number) => {
    const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: '' }]
    const topics = [{ name: 'orders', partitions }]
    const asked = { groupId: 'g', memberId, generationIdOrMemberEpoch: generationId, topics }
    const reply = await at.world.until(coordinator.request(OffsetCommit, 7, asked))
    return errorNameOf(reply.topics[0]!.partitions[0]!.errorCode)
  }
  const committed = async () => {
    const asked = { groupId: 'g', topics: [{ name: 'orders', partitionIndexes: [0] }] }
    const reply = await at.world.until(coordinator.request(OffsetFetch, 5, asked))
    return reply.topics[0]!.partitions[0]!.committedOffset
  }
  expect(await commit(1)).toBe('NONE')
  await stopOther()
  expect([await beat(), await commit(2), await beat(), await committed()]).toEqual([
    'NONE',
    'COORDINATOR_NOT_AVAILABLE',
    'NONE',
    1n,
  ])
  expect((await join(at, coordinator, 'h')).told[0]).toBe('COORDINATOR_NOT_AVAILABLE')
  await startOther()
  expect([await beat(), await commit(3), await committed()]).toEqual(['NONE', 'NONE', 3n])
  expect((await join(at, coordinator, 'h')).told).toEqual(['NONE', 'NONE'])
})

test('a transactional id gets no producer until there are enough', async () => {
  const { at, coordinator, stopOther, startOther } = await clusterOf(1, 't')
  const init = async () => {
    const asked = { transactionalId: 't', transactionTimeoutMs: 1_000 }
    const { errorCode, producerEpoch } = await at.world.until(coordinator.request(InitProducerId, 4, asked))
    return [errorNameOf(errorCode), producerEpoch]
  }
  expect(await init()).toEqual(['NONE', 0])
  await stopOther()
  expect((await init())[0]).toBe('COORDINATOR_NOT_AVAILABLE')
  await startOther()
  expect((await init())[0]).toBe('NONE')
})
