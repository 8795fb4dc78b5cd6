/** ListTransactions and DescribeTransactions: looks, no decisions (KIP-664, KIP-994, KIP-1152). */
import type { TransactionMachine } from './machine'
import type { Transaction } from './state'

export interface ListFilters {
  /** Empty takes all. */
  readonly states: readonly string[]
  readonly producerIds: readonly number[]
  /** Only those that began longer ago; one that never began did so before 1970, as in Kafka. Below 0 takes all. */
  readonly openForMs: number
  readonly matches: (transactionalId: string) => boolean
}

export function listTransactions(machine: TransactionMachine, filters: ListFilters, nowMs: number): Transaction[] {
  const { states, producerIds, openForMs, matches } = filters
  return [...machine.all()].filter(
    ({ transactionalId, state, producerId, startMs }) =>
      state !== 'Dead' &&
      (states.length === 0 || states.includes(state)) &&
      (producerIds.length === 0 || producerIds.includes(producerId)) &&
      (openForMs < 0 || nowMs - startMs > openForMs) &&
      matches(transactionalId),
  )
}
