/** Offsets of a transaction before there is anybody who would keep transactions. */
import { txnOffsetCommit } from '../../../../src/broker/apis/txn-offset-commit'
import { errors } from '../../../../src/protocol/errors'
import { ask, brokerWith } from '../../../support/handler-bench'
import { openMetadata, topicSpec } from '../../../support/metadata'

test.each([2, 5])('in version %i there is no coordinator before there is its topic', async version => {
  const metadata = await openMetadata()
  await metadata.createTopics([topicSpec('t')])
  const asked: string[] = []
  const broker = brokerWith(metadata, {
    groups: { partitionOf: () => 0 } as never,
    transactionsOf: id => ({ add: () => asked.push(id), verify: () => asked.push(id) }) as never,
  })
  const partitions = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }]
  const request = {
    transactionalId: 'x',
    groupId: 'g',
    producerId: 1,
    producerEpoch: 0,
    topics: [{ name: 't', partitions }],
  }
  const { topics } = await ask(txnOffsetCommit, broker, version, request)
  expect(topics[0].partitions[0].errorCode).toBe(errors.COORDINATOR_NOT_AVAILABLE.code)
  expect(asked).toEqual([])
})
