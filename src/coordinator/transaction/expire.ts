/** What time does to transactions: those that take too long are aborted, ids that nobody uses are forgotten. */
import { decideFence } from './end'
import { type TransactionTurn, withoutLimit } from './machine'
import type { StateName } from './state'

export interface TimedOut {
  /** The transactional ids, whose markers are to be written. */
  readonly aborted: readonly string[]
  /** How many others stay open until there is a producer id for each. */
  readonly idsNeeded: number
  /** Whether there are others whose turn comes later. */
  readonly hasMore: boolean
}

/** So many are aborted in one turn of the event loop, with their markers: others wait no longer for that. */
export const abortedPerTurn = 50

/** Aborts what is open for longer than its producer wanted. `freshIds` are producer ids that nobody has. */
export function decideTimeouts(at: TransactionTurn, freshIds: readonly number[]): TimedOut {
  const { nowMs } = at.turn
  const ids = [...freshIds]
  const late = [...at.machine.all()].filter(
    ({ state, startMs, timeoutMs }) => state === 'Ongoing' && startMs + timeoutMs < nowMs,
  )
  const aborted = late.slice(0, abortedPerTurn).filter(transaction => {
    const fenced = decideFence(withoutLimit(at), transaction, ids[0] ?? null)
    if (fenced?.nextProducerId === ids[0]) ids.shift()
    return fenced !== null
  })
  return {
    aborted: aborted.map(({ transactionalId }) => transactionalId),
    idsNeeded: Math.min(late.length, abortedPerTurn) - aborted.length,
    hasMore: late.length > abortedPerTurn,
  }
}

const idle: readonly StateName[] = ['Empty', 'CompleteCommit', 'CompleteAbort']

/** Forgets ids that were not used for `transactional.id.expiration.ms`. */
export function decideExpire(at: TransactionTurn): void {
  const beforeMs = at.turn.nowMs - at.settings.idExpirationMs
  for (const { transactionalId, state, lastUpdateMs } of at.machine.all()) {
    if (idle.includes(state) && lastUpdateMs <= beforeMs) at.turn.record({ transactionalId, transaction: null })
  }
}
