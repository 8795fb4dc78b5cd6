/**
 * InitProducerId (22) gives a producer its id and epoch (KIP-98). v2: flexible; v3: the id and epoch that a producer has
 * (KIP-360); v4: PRODUCER_FENCED (KIP-588); v5: TRANSACTION_ABORTABLE (KIP-890).
 */
import { Refusal } from '../../protocol/errors'
import { InitProducerId } from '../../protocol/messages/init-producer-id'
import { defineHandler } from '../broker'
import { codeFor } from '../transaction-errors'

const since = { fenced: 4, abortable: 5 }

export const initProducerId = defineHandler({
  api: InitProducerId,
  serves: '0-5',
  access: [{ one: 'transactionalId', may: 'WRITE', named: request => request.transactionalId }],
  refuseAll: (_request, errorCode) => ({ errorCode, producerId: -1, producerEpoch: -1 }),

  async handle(broker, { version }, request) {
    const { transactionalId, transactionTimeoutMs, producerId, producerEpoch } = request
    if ((producerId === -1) !== (producerEpoch === -1)) throw new Refusal('INVALID_REQUEST')
    if (transactionalId === null) return { errorCode: 0, producerId: await broker.nextProducerId(), producerEpoch: 0 }
    const expected = producerId === -1 ? null : { producerId, producerEpoch }
    try {
      const identity = await broker.transactions.init({ transactionalId, timeoutMs: transactionTimeoutMs, expected })
      return { errorCode: 0, ...identity }
    } catch (error) {
      return { errorCode: codeFor(error, version, since), producerId: -1, producerEpoch: -1 }
    }
  },
})
