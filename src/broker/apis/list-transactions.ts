/**
 * ListTransactions (66): transactional ids that this broker looks after (KIP-664). v1: open for longer than (KIP-994); v2: ids
 * by a pattern (KIP-1152).
 */
import { isStateName } from '../../coordinator/transaction/state'
import { clientPattern } from '../../platform/client-pattern'
import { Refusal } from '../../protocol/errors'
import { ListTransactions } from '../../protocol/messages/list-transactions'
import { defineHandler } from '../broker'

export const listTransactions = defineHandler({
  api: ListTransactions,
  serves: '0-2',
  // Whoever may not describe a transactional id is not shown it; nobody is refused.
  access: [{ own: 'transactionalId', may: 'DESCRIBE' }],
  refuseAll: (_request, errorCode) => ({ errorCode, unknownStateFilters: [], transactionStates: [] }),

  async handle(broker, call, { stateFilters, producerIdFilters, durationFilter, transactionalIdPattern }) {
    // The first of all: a pattern that cannot be read is refused also where no state is known.
    const matches = matching(transactionalIdPattern)
    const states = new Set(stateFilters)
    const unknownStateFilters = [...states].filter(name => !isStateName(name))
    if (unknownStateFilters.length > 0 && unknownStateFilters.length === states.size) {
      return { errorCode: 0, unknownStateFilters, transactionStates: [] }
    }
    const found = await broker.transactions.list({
      states: stateFilters,
      producerIds: producerIdFilters,
      openForMs: durationFilter,
      matches,
    })
    const mayDescribe = (id: string) => broker.access.isAllowed(call, 'DESCRIBE', 'transactionalId', id)
    const transactions = found.filter(({ transactionalId }) => mayDescribe(transactionalId))
    const transactionStates = transactions.map(({ transactionalId, producerId, state }) => ({
      transactionalId,
      producerId,
      transactionState: state,
    }))
    return { errorCode: 0, unknownStateFilters, transactionStates }
  },
})

/** The whole id has to match. Throws INVALID_REGULAR_EXPRESSION. */
function matching(pattern: string | null): (transactionalId: string) => boolean {
  if (pattern === null || pattern === '') return () => true
  const matches = clientPattern(pattern)
  if (!matches) throw new Refusal('INVALID_REGULAR_EXPRESSION')
  return matches
}
