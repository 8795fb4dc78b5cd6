/** Topics of coordinators that grow while groups have offsets and transactions are open, before and after the broker is started anew. */
import { AddPartitionsToTxn } from '../../src/protocol/messages/add-partitions-to-txn'
import { CreatePartitions } from '../../src/protocol/messages/create-partitions'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { DescribeTransactions } from '../../src/protocol/messages/describe-transactions'
import { EndTxn } from '../../src/protocol/messages/end-txn'
import { FindCoordinator } from '../../src/protocol/messages/find-coordinator'
import { InitProducerId } from '../../src/protocol/messages/init-producer-id'
import { OffsetCommit } from '../../src/protocol/messages/offset-commit'
import { OffsetFetch } from '../../src/protocol/messages/offset-fetch'
import { brokerOnDisk } from './disk'
import type { Line } from './line'

const topic = 'orders'
const nth = Array.from({ length: 12 }, (_, index) => index)
const groupOf = (index: number): string => `group-${index}`
const idOf = (index: number): string => `id-${index}`

interface Producer {
  readonly producerId: number
  readonly producerEpoch: number
}

async function commit(line: Line, group: string, committedOffset: number): Promise<void> {
  await line.ask(FindCoordinator, 3, { key: group, keyType: 0 })
  const topics = [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: '' }] }]
  const reply = await line.ask(OffsetCommit, 8, { groupId: group, generationIdOrMemberEpoch: -1, topics })
  expect(reply.topics[0]!.partitions[0]!.errorCode).toBe(0)
}

async function committed(line: Line, group: string): Promise<bigint> {
  const topics = [{ name: topic, partitionIndexes: [0] }]
  return (await line.ask(OffsetFetch, 7, { groupId: group, topics })).topics[0]!.partitions[0]!.committedOffset
}

async function begin(line: Line, transactionalId: string): Promise<Producer> {
  await line.ask(FindCoordinator, 3, { key: transactionalId, keyType: 1 })
  const producer = await line.ask(InitProducerId, 4, { transactionalId, transactionTimeoutMs: 60_000 })
  expect(producer.errorCode).toBe(0)
  const { producerId: v3AndBelowProducerId, producerEpoch: v3AndBelowProducerEpoch } = producer
  const v3AndBelowTopics = [{ name: topic, partitions: [0] }]
  const ask = { v3AndBelowTransactionalId: transactionalId, v3AndBelowProducerId, v3AndBelowProducerEpoch }
  const added = await line.ask(AddPartitionsToTxn, 3, { ...ask, v3AndBelowTopics })
  expect(added.resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode).toBe(0)
  return producer
}

async function grow(line: Line): Promise<void> {
  const topics = ['__consumer_offsets', '__transaction_state'].map(name => ({ name, count: 57, assignments: null }))
  const { results } = await line.ask(CreatePartitions, 2, { topics, timeoutMs: 5_000, validateOnly: false })
  expect(results.map(({ errorCode }) => errorCode)).toEqual([0, 0])
}

async function expectAllKnown(line: Line): Promise<void> {
  const offsets = await Promise.all(nth.map(index => committed(line, groupOf(index))))
  expect(offsets).toEqual(nth.map(index => BigInt(index + 1)))
  const { transactionStates } = await line.ask(DescribeTransactions, 0, { transactionalIds: nth.map(idOf) })
  expect(transactionStates.map(({ transactionState }) => transactionState)).toEqual(nth.map(() => 'Ongoing'))
}

test('what they keep is found at once, and after a stop and a kill', async () => {
  const { broker, until, start, connect } = brokerOnDisk('strict', 1, 60_000)
  const { node } = await start()
  const line = connect()
  const first = async (): Promise<Producer[]> => {
    const topics = [{ name: topic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }]
    await line.ask(CreateTopics, 5, { topics, timeoutMs: 1000 })
    for (const index of nth) await commit(line, groupOf(index), index + 1)
    const producers = []
    for (const index of nth) producers.push(await begin(line, idOf(index)))
    await grow(line)
    await expectAllKnown(line)
    return producers
  }
  const producers = await until(first())
  line.close()
  await until(node.stop())
  broker.kill()
  await start()
  await until(expectAllKnown(line))
  // A record that was written after the growth is where those before it are.
  await until(commit(line, groupOf(3), 4))
  line.close()
  broker.kill()
  await start()
  const last = async (): Promise<void> => {
    await expectAllKnown(line)
    for (const index of nth) {
      const { producerId, producerEpoch } = producers[index]!
      const ask = { transactionalId: idOf(index), producerId, producerEpoch, committed: true }
      expect(await line.ask(EndTxn, 3, ask)).toMatchObject({ errorCode: 0 })
    }
  }
  await until(last())
  line.close()
  broker.kill()
})
