/** DescribeTransactions (65): transactions by transactional id (KIP-664). */
import { Refusal } from '../../protocol/errors'
import { DescribeTransactions } from '../../protocol/messages/describe-transactions'
import { defineHandler } from '../broker'

export const describeTransactions = defineHandler({
  api: DescribeTransactions,
  serves: '0',
  access: [
    { each: 'transactionalId', may: 'DESCRIBE', named: transactionalId => transactionalId },
    { own: 'topic', may: 'DESCRIBE' },
  ],
  entries: {
    request: 'transactionalIds',
    response: 'transactionStates',
    refuse: (transactionalId, errorCode) => refused(transactionalId, errorCode),
  },

  async handle(broker, call, { transactionalIds }) {
    const described = transactionalIds.map(async transactionalId => {
      try {
        const transaction = await broker.transactions.describe(transactionalId)
        return {
          errorCode: 0,
          transactionalId,
          transactionState: transaction.state,
          transactionTimeoutMs: transaction.timeoutMs,
          transactionStartTimeMs: transaction.startMs,
          producerId: transaction.producerId,
          producerEpoch: transaction.producerEpoch,
          // What the caller may not describe is left out.
          topics: Array.from(transaction.partitions)
            .filter(([topic]) => broker.access.isAllowed(call, 'DESCRIBE', 'topic', topic))
            .map(([topic, partitions]) => ({ topic, partitions: [...partitions] })),
        }
      } catch (error) {
        if (error instanceof Refusal) return refused(transactionalId, error.code)
        throw error
      }
    })
    return { transactionStates: await Promise.all(described) }
  },
})

function refused(transactionalId: string, errorCode: number) {
  return {
    errorCode,
    transactionalId,
    transactionState: '',
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0,
    producerId: 0,
    producerEpoch: 0,
    topics: [],
  }
}
