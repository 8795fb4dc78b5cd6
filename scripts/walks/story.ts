/** How a story is made up: which client does what, with dice that say how. */
import type { Api } from '../../src/protocol/schema'
import type { Action, Teller } from './stage'

/** What clients do, and how often. */
export type Kinds = readonly (readonly [kind: string, weight: number])[]

export interface Stories {
  readonly clients: number
  readonly kinds: Kinds
  /** `name` is the story's, by which nobody else calls anything; `version` takes a die and gives one that both brokers serve. */
  teller(name: string, version: (api: Api, dice: number) => number): Teller
}

/** How many dice an action has at hand, each from 0 to 999. */
const rollCount = 8

export function story(length: number, clients: number, kinds: Kinds, roll: (max: number) => number): Action[] {
  const weights = kinds.reduce((sum, [, weight]) => sum + weight, 0)
  return Array.from({ length }, () => {
    let left = roll(weights - 1)
    const kind = kinds.find(([, weight]) => (left -= weight) < 0)![0]
    return { client: roll(clients - 1), kind, rolls: Array.from({ length: rollCount }, () => roll(999)) }
  })
}
