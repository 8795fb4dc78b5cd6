/** Texts as an Apache Kafka 4.4 gave them to the same requests. */
import { describeProducers } from '../../../../src/broker/apis/describe-producers'
import { Refusal } from '../../../../src/protocol/errors'
import { ask, brokerWith } from '../../../support/handler-bench'
import { openMetadata, topicSpec } from '../../../support/metadata'

test('a topic that there is not is told in words, and a partition is not', async () => {
  const metadata = await openMetadata()
  await metadata.createTopics([topicSpec('orders'), topicSpec('gone')])
  await metadata.deleteTopics([{ topicId: '0'.repeat(32), name: 'gone' }])
  const replica = () => {
    throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION')
  }
  const broker = brokerWith(metadata, { partitions: { replica } as never })
  const topics = ['orders', 'nope', 'gone', 'a b', ''].map(name => ({ name, partitionIndexes: [9] }))
  const reply = await ask(describeProducers, broker, 0, { topics })
  const told = reply.topics.map(({ partitions: [{ errorCode, errorMessage }] }: typeof reply) => [
    errorCode,
    errorMessage,
  ])
  const unknown = 'This server does not host this topic-partition.'
  const strange = "'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
  expect(told).toEqual([
    [3, null],
    [3, unknown],
    [3, unknown],
    [17, `Topic name is invalid: ${strange}`],
    [17, 'Topic name is invalid: the empty string is not allowed'],
  ])
})
