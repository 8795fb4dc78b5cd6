/** Events of what requests have done: produce, commit, join, leave, error. */
import type { ClientConnection } from '../../../../src/client/connection'
import type { BrokerEvents, EventName } from '../../../../src/embedded/contract/cluster-events'
import { toProduce } from '../../../../src/embedded/contract/values'
import { FindCoordinator } from '../../../../src/protocol/messages/find-coordinator'
import { InitProducerId } from '../../../../src/protocol/messages/init-producer-id'
import { JoinGroup } from '../../../../src/protocol/messages/join-group'
import { LeaveGroup } from '../../../../src/protocol/messages/leave-group'
import { Metadata } from '../../../../src/protocol/messages/metadata'
import { OffsetCommit } from '../../../../src/protocol/messages/offset-commit'
import { Produce } from '../../../../src/protocol/messages/produce'
import { SyncGroup } from '../../../../src/protocol/messages/sync-group'
import { AddOffsetsToTxn } from '../../../../src/protocol/messages/add-offsets-to-txn'
import { TxnOffsetCommit } from '../../../../src/protocol/messages/txn-offset-commit'
import { makeBatch } from '../../../support/batches'
import { EngineBench } from '../../../support/engine-bench'

async function listening(...names: EventName[]) {
  const bench = new EngineBench()
  const { cluster, port } = await bench.start({ topics: ['orders', { name: 'many', partitions: 2 }] })
  await bench.ask(cluster, 'listen', names)
  const client = await bench.connect(port, 'svc')
  const told = <N extends EventName>(name: N) =>
    bench.events.filter(({ event }) => event.name === name).map(({ event }) => event.what as BrokerEvents[N])
  return { bench, world: bench.world, cluster, port, client, told, faults: bench.faultsOf(cluster) }
}

type Bench = Awaited<ReturnType<typeof listening>>

const two = () => makeBatch({ timestamps: [1_700_000_000_000, 1_700_000_000_001] })

test('records are told of where they were written, by name also where topics have ids', async () => {
  const { bench, world, cluster, client, told } = await listening('produce')
  const { topics } = await world.until(client.request(Metadata, 12, { topics: [{ name: 'many' }] }))
  const asked = { acks: 1, timeoutMs: 1_000 }
  const partitionData = [0, 1, 9].map(index => ({ index, records: two() }))
  await world.until(
    client.request(Produce, 13, { ...asked, topicData: [{ topicId: topics[0]!.topicId, partitionData }] }),
  )
  client.tell(Produce, 9, {
    ...asked,
    acks: 0,
    topicData: [{ name: 'orders', partitionData: [{ index: 0, records: two() }] }],
  })
  await world.runFor(100)
  await bench.ask(cluster, 'produce', { topic: 'orders', records: [toProduce({ value: 'of the test' })] })
  const by = { clientId: 'svc', transactionalId: null }
  expect(told('produce')).toEqual([
    { topic: 'many', partition: 0, offset: 0, records: 2, ...by },
    { topic: 'many', partition: 1, offset: 0, records: 2, ...by },
    { topic: 'orders', partition: 0, offset: null, records: 2, ...by },
    { topic: 'orders', partition: 0, offset: 2, records: 1, clientId: null, transactionalId: null },
  ])
})

async function join({ world, client }: Bench, by: ClientConnection = client) {
  await world.until(by.request(FindCoordinator, 1, { key: 'g', keyType: 0 }))
  const protocols = [{ name: 'range', metadata: Buffer.alloc(0) }]
  const times = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 30_000 }
  const ask = { groupId: 'g', ...times, memberId: '', protocolType: 'consumer', protocols }
  const { memberId, generationId } = await world.until(by.request(JoinGroup, 3, ask))
  await world.until(by.request(SyncGroup, 2, { groupId: 'g', memberId, generationId, assignments: [] }))
  return { memberId, generationId }
}

test('members are told of when they join, commit, and leave by themselves or not', async () => {
  const at = await listening('join', 'leave', 'commit')
  const { bench, world, cluster, client, told, faults, port } = at
  const { memberId, generationId } = await join(at)
  const partitions = [
    { partitionIndex: 0, committedOffset: 7, committedMetadata: '' },
    { partitionIndex: 9, committedOffset: 7, committedMetadata: '' },
  ]
  const commit = {
    groupId: 'g',
    memberId,
    generationIdOrMemberEpoch: generationId,
    topics: [{ name: 'orders', partitions }],
  }
  await world.until(client.request(OffsetCommit, 5, commit))
  await world.until(client.request(OffsetCommit, 5, { ...commit, memberId: 'nobody' }))
  await world.until(client.request(LeaveGroup, 3, { groupId: 'g', members: [{ memberId }] }))
  const { memberId: second } = await join(at)
  await faults.evict('g')
  const { memberId: third } = await join(at, await bench.connect(port, 'other'))
  await bench.ask(cluster, 'time', { move: 'advance', byMs: 20_000 })
  expect(told('join')).toEqual([
    { group: 'g', memberId, clientId: 'svc', generation: 1 },
    { group: 'g', memberId: second, clientId: 'svc', generation: 3 },
    { group: 'g', memberId: third, clientId: 'other', generation: 5 },
  ])
  expect(told('commit')).toEqual([
    { group: 'g', memberId, clientId: 'svc', topic: 'orders', partition: 0, offset: 7, transactionalId: null },
  ])
  expect(told('leave')).toEqual([
    { group: 'g', memberId, reason: 'not provided' },
    { group: 'g', memberId: second, reason: 'a test asked for it' },
    { group: 'g', memberId: third, reason: 'its session expired' },
  ])
})

test('a commit in a transaction says so', async () => {
  const { world, client, told } = await listening('commit')
  await world.until(client.request(FindCoordinator, 1, { key: 't', keyType: 1 }))
  await world.until(client.request(FindCoordinator, 1, { key: 'g', keyType: 0 }))
  const begun = { transactionalId: 't', transactionTimeoutMs: 10_000 }
  const { producerId, producerEpoch } = await world.until(client.request(InitProducerId, 2, begun))
  const of = { transactionalId: 't', producerId, producerEpoch, groupId: 'g' }
  await world.until(client.request(AddOffsetsToTxn, 2, of))
  const partitions = [{ partitionIndex: 0, committedOffset: 3, committedMetadata: '' }]
  await world.until(client.request(TxnOffsetCommit, 2, { ...of, topics: [{ name: 'orders', partitions }] }))
  const place = { topic: 'orders', partition: 0, offset: 3 }
  expect(told('commit')).toEqual([{ group: 'g', memberId: '', clientId: 'svc', ...place, transactionalId: 't' }])
})

test('errors are told of, whoever made them; what a fault refused was not done', async () => {
  const { world, client, told, faults } = await listening('error', 'produce')
  const ask = (name: string) => {
    const topicData = [{ name, partitionData: [{ index: 0, records: two() }] }]
    return world.until(client.request(Produce, 9, { acks: 1, timeoutMs: 1_000, topicData }))
  }
  await ask('nothing')
  await faults.error('Produce', 'MESSAGE_TOO_LARGE', { times: 1 })
  await ask('orders')
  await faults.error('Produce', 'REQUEST_TIMED_OUT', { times: 1, after: true })
  await ask('orders')
  expect(told('error')).toEqual([
    { api: 'Produce', clientId: 'svc', errors: ['UNKNOWN_TOPIC_OR_PARTITION'] },
    { api: 'Produce', clientId: 'svc', errors: ['MESSAGE_TOO_LARGE'] },
    { api: 'Produce', clientId: 'svc', errors: ['REQUEST_TIMED_OUT'] },
  ])
  expect(told('produce')).toMatchObject([{ topic: 'orders', offset: 0 }])
})
