/** Texts as an Apache Kafka 4.4 gave them to the same requests: kafka-leader-election shows them. */
import { electLeaders } from '../../../../src/broker/apis/elect-leaders'
import { ask, brokerWith } from '../../../support/handler-bench'
import { openMetadata, topicSpec } from '../../../support/metadata'

test('a type that there is not is told by its number', async () => {
  const topicPartitions = [{ topic: 'orders', partitions: [0] }]
  const broker = brokerWith(await openMetadata())
  const reply = await ask(electLeaders, broker, 2, { topicPartitions, electionType: 3, timeoutMs: 1000 })
  const partitionResult = [{ partitionId: 0, errorCode: 42, errorMessage: 'Unknown election type 3' }]
  expect(reply.replicaElectionResults).toEqual([{ topic: 'orders', partitionResult }])
})

test.each([0, 1])('an election that is not held says why (type %i)', async electionType => {
  const metadata = await openMetadata()
  await metadata.createTopics([topicSpec('orders')])
  const topicPartitions = [
    { topic: 'orders', partitions: [0, 9, -1] },
    { topic: 'nope', partitions: [0] },
    { topic: 'a b', partitions: [0] },
  ]
  const reply = await ask(electLeaders, brokerWith(metadata), 2, { topicPartitions, electionType, timeoutMs: 1000 })
  const told = reply.replicaElectionResults.flatMap(({ partitionResult }: typeof reply) =>
    partitionResult.map(({ errorCode, errorMessage }: typeof reply) => [errorCode, errorMessage]),
  )
  expect(told).toEqual([
    [84, 'Leader election not needed for topic partition.'],
    [3, 'No such partition as orders-9'],
    [3, 'No such partition as orders--1'],
    [3, 'No such topic as nope'],
    [3, 'No such topic as a b'],
  ])
})
