/** What all who act in a story share. */
import type { Platform } from '../../src/platform/platform'
import type { Dice } from '../../src/platform/simulated/dice'
import type { World } from '../../src/platform/simulated/world'
import type { Ledger, Topic } from './ledger'
import type { Gate } from './line'
import type { Mix } from './mix'

export interface Stage {
  readonly world: World
  readonly mix: Mix
  readonly ledger: Ledger
  readonly gate: Gate
  /** A machine of its own for each client, which nothing happens to. */
  machine(name: string): Platform
  /** Nobody begins anything new: what is left is to be finished, and the faults are over. */
  isEnding: boolean
  /** Whether the disk is at fault, or was after `sinceMs`. */
  wasDiskFaulty(sinceMs?: number): boolean
  /** Processes of the broker, requests, records: for the report. */
  readonly counts: { lives: number; requests: number; acked: number; read: number; commits: number; rebalances: number }
}

export interface Actor {
  readonly name: string
  readonly stage: Stage
  readonly dice: Dice
}

export const usableTopics = ({ topics }: Ledger): (Topic & { readonly id: string })[] =>
  topics.filter(
    (topic): topic is Topic & { id: string } =>
      topic.id !== null && topic.created === 'acked' && topic.deleted === 'no',
  )

export function pickOne<T>(dice: Dice, list: readonly T[]): T {
  return list[dice.between(0, list.length - 1)]!
}
