/**
 * EndTxn (26) commits or aborts a transaction (KIP-98). v2: PRODUCER_FENCED (KIP-588); v3: flexible; v4: TRANSACTION_ABORTABLE;
 * v5: every end gives the producer a new epoch (KIP-890).
 */
import { EndTxn } from '../../protocol/messages/end-txn'
import { defineHandler } from '../broker'
import { codeFor } from '../transaction-errors'

const bumps = (version: number): boolean => version >= 5

export const endTxn = defineHandler({
  api: EndTxn,
  serves: '0-5',
  access: [{ one: 'transactionalId', may: 'WRITE', named: request => request.transactionalId }],
  refuseAll: (_request, errorCode) => ({ errorCode, producerId: -1, producerEpoch: -1 }),

  async handle(broker, { version }, { committed, ...ask }) {
    try {
      const identity = await broker.transactions.end({ ...ask, commit: committed, bumps: bumps(version) })
      return { errorCode: 0, ...identity }
    } catch (error) {
      return { errorCode: codeFor(error, version, { fenced: 2, abortable: 4 }), producerId: -1, producerEpoch: -1 }
    }
  },
})
