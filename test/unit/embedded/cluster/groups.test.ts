import type { ClientConnection } from '../../../../src/client/connection'
import { toProduce } from '../../../../src/embedded/contract/values'
import { AddPartitionsToTxn } from '../../../../src/protocol/messages/add-partitions-to-txn'
import { EndTxn } from '../../../../src/protocol/messages/end-txn'
import { FindCoordinator } from '../../../../src/protocol/messages/find-coordinator'
import { InitProducerId } from '../../../../src/protocol/messages/init-producer-id'
import { OffsetCommit } from '../../../../src/protocol/messages/offset-commit'
import { Produce } from '../../../../src/protocol/messages/produce'
import { buildBatch } from '../../../../src/protocol/records/records'
import { makeBatch } from '../../../support/batches'
import { EngineBench } from '../../../support/engine-bench'

async function bench() {
  const at = new EngineBench()
  const { cluster, port } = await at.start({ topics: ['orders'] })
  const client = await at.connect(port)
  await at.world.until(client.request(FindCoordinator, 4, { keyType: 0, coordinatorKeys: ['g'] }))
  const commit = async (offset: number) => {
    const topics = [
      { name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: offset, committedMetadata: '' }] },
    ]
    const ask = { groupId: 'g', generationIdOrMemberEpoch: -1, memberId: '', topics }
    await at.world.until(client.request(OffsetCommit, 7, ask))
  }
  const isCaughtUp = async () => {
    const wish = { state: null, members: null, assigned: [], caughtUp: true }
    return (await at.ask(cluster, 'waitForGroup', { group: 'g', wish, waitMs: 0 })).isSo
  }
  const lag = async () => (await at.ask(cluster, 'group', 'g')).lag.map(({ records }) => records)
  const produce = (value: string) => at.ask(cluster, 'produce', { topic: 'orders', records: [toProduce({ value })] })
  return { at, client, commit, isCaughtUp, lag, produce }
}

const transactional = 16

/** One record, and the marker behind it. */
async function transaction({ world }: EngineBench, client: ClientConnection, isCommitted: boolean): Promise<void> {
  const transactionalId = isCommitted ? 'done' : 'undone'
  await world.until(client.request(FindCoordinator, 4, { keyType: 1, coordinatorKeys: [transactionalId] }))
  const ask = { transactionalId, transactionTimeoutMs: 60_000 }
  const { producerId, producerEpoch } = await world.until(client.request(InitProducerId, 4, ask))
  const own = {
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
  }
  const v3AndBelowTopics = [{ name: 'orders', partitions: [0] }]
  await world.until(client.request(AddPartitionsToTxn, 3, { ...own, v3AndBelowTopics }))
  const records = makeBatch({ producerId: Number(producerId), attributes: transactional, baseSequence: 0 })
  const topicData = [{ name: 'orders', partitionData: [{ index: 0, records }] }]
  const send = { transactionalId, acks: -1, timeoutMs: 1_000, topicData }
  const { responses } = await world.until(client.request(Produce, 9, send))
  expect(responses[0]!.partitionResponses[0]!.errorCode).toBe(0)
  await world.until(client.request(EndTxn, 3, { transactionalId, producerId, producerEpoch, committed: isCommitted }))
  await world.runFor(100)
}

test('a group is caught up when no record is left, whatever markers and aborted records are', async () => {
  const { at, client, commit, isCaughtUp, lag, produce } = await bench()
  await commit(0)
  expect(await isCaughtUp()).toBe(true)
  await transaction(at, client, true)
  expect(await isCaughtUp()).toBe(false)
  await commit(1)
  expect([await isCaughtUp(), await lag()]).toEqual([true, [1]])
  await transaction(at, client, false)
  expect([await isCaughtUp(), await lag()]).toEqual([true, [3]])
  await produce('a')
  expect(await isCaughtUp()).toBe(false)
  await commit(5)
  expect([await isCaughtUp(), await lag()]).toEqual([true, [0]])
})

test('a group whose coordinator cannot read its log is not told of as one that there is not', async () => {
  const { at, commit } = await bench()
  await commit(1)
  // Kafka lets this client write there.
  const admin = await at.connect(9092, '__admin_client')
  const [value, key] = [Buffer.from('garbage'), Buffer.from('k')]
  const records = buildBatch({ records: [{ timestampMs: 1, key, value, headers: [] }] })
  const topicData = [{ name: '__consumer_offsets', partitionData: [{ index: 0, records }] }]
  await at.world.until(admin.request(Produce, 9, { acks: 1, timeoutMs: 1_000, topicData }))
  const { cluster } = await at.ask(1, 'fork', { from: null })
  const says = 'the coordinator of group g cannot tell: This broker is not the coordinator.'
  await expect(at.ask(cluster, 'group', 'g')).rejects.toMatchObject({ message: says, code: 'NOT_COORDINATOR' })
  const wish = { state: 'Empty', members: null, assigned: [], caughtUp: false }
  const answer = await at.ask(cluster, 'waitForGroup', { group: 'g', wish, waitMs: 10 })
  expect(answer).toMatchObject({ isSo: false, trouble: says })
  expect(at.lines.join('\n')).toMatch(/shard\.load\.failed.*offset=1/)
})
