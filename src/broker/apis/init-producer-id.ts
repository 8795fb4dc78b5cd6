/**
 * InitProducerId (22) gives a producer its id and epoch (KIP-98). v2: flexible; v3: the id and epoch that a producer has
 * (KIP-360); v4: PRODUCER_FENCED (KIP-588); v5: TRANSACTION_ABORTABLE (KIP-890).
 */
import type { Call } from '../../call/call'
import { Refusal } from '../../protocol/errors'
import { InitProducerId } from '../../protocol/messages/init-producer-id'
import { type Broker, defineHandler } from '../broker'
import { codeFor } from '../transaction-errors'

const since = { fenced: 4, abortable: 5 }

export const initProducerId = defineHandler({
  api: InitProducerId,
  serves: '0-5',
  access: [
    { one: 'transactionalId', may: 'WRITE', named: request => request.transactionalId },
    { own: 'cluster', may: 'IDEMPOTENT_WRITE' },
  ],
  refuseAll: (_request, errorCode) => ({ errorCode, producerId: -1, producerEpoch: -1 }),

  async handle(broker, call, request) {
    const { version } = call
    const { transactionalId, transactionTimeoutMs, producerId, producerEpoch } = request
    if (transactionalId === null && !mayBeIdempotent(broker, call)) throw new Refusal('CLUSTER_AUTHORIZATION_FAILED')
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

/** Whoever may write to any topic may do so idempotently (KIP-679). */
const mayBeIdempotent = ({ access }: Broker, call: Call): boolean =>
  access.wouldAllowOnCluster(call, 'IDEMPOTENT_WRITE') || access.isAllowedOnSome(call, 'WRITE', 'topic')
