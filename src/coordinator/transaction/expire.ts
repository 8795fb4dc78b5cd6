/** What time does to transactions: those that take too long are aborted, ids that nobody uses are forgotten. */
import { decideFence } from './end'
import { type TransactionTurn, withoutLimit } from './machine'
import type { StateName } from './state'

/** Aborts what is open for longer than its producer wanted. Gives the ids, whose markers are to be written. */
export function decideTimeouts(at: TransactionTurn): string[] {
  const { nowMs } = at.turn
  const late = [...at.machine.all()].filter(
    ({ state, startMs, timeoutMs }) => state === 'Ongoing' && startMs + timeoutMs < nowMs,
  )
  for (const transaction of late) decideFence(withoutLimit(at), transaction)
  return late.map(({ transactionalId }) => transactionalId)
}

const idle: readonly StateName[] = ['Empty', 'CompleteCommit', 'CompleteAbort']

/** Forgets ids that were not used for `transactional.id.expiration.ms`. */
export function decideExpire(at: TransactionTurn): void {
  const beforeMs = at.turn.nowMs - at.settings.idExpirationMs
  for (const { transactionalId, state, lastUpdateMs } of at.machine.all()) {
    if (idle.includes(state) && lastUpdateMs <= beforeMs) at.turn.record({ transactionalId, transaction: null })
  }
}
