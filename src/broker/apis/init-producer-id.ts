/**
 * InitProducerId (22) gives an idempotent producer its id (KIP-98). v2: flexible; v3: the id and epoch that a producer
 * has (KIP-360); v4: fencing by error code; v5: transactions V2 (KIP-890).
 */
import { Refusal } from '../../protocol/errors'
import { InitProducerId } from '../../protocol/messages/init-producer-id'
import { defineHandler } from '../broker'

export const initProducerId = defineHandler({
  api: InitProducerId,
  serves: '0-5',
  access: [{ one: 'transactionalId', may: 'WRITE', named: request => request.transactionalId }],
  refuseAll: (_request, errorCode) => ({ errorCode, producerId: -1, producerEpoch: -1 }),

  async handle(broker, _call, request) {
    const { transactionalId, producerId, producerEpoch } = request
    if ((producerId === -1) !== (producerEpoch === -1)) throw new Refusal('INVALID_REQUEST')
    if (transactionalId === '') throw new Refusal('INVALID_REQUEST')
    // The APIs of a transaction are not served, so a transactional producer is told so at its first step.
    if (transactionalId !== null) throw new Refusal('UNSUPPORTED_VERSION')
    return { errorCode: 0, producerId: await broker.nextProducerId(), producerEpoch: 0 }
  },
})
