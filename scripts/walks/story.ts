/** How a story is made up: which client does what, with dice that say how. */
import type { Api } from '../../src/protocol/schema'
import { type Action, silence, type Teller } from './stage'

/** What clients do, and how often. */
export type Kinds = readonly (readonly [kind: string, weight: number])[]

export interface Stories {
  /** How long a silence is, in stories that have some. */
  readonly silenceMs?: number
  readonly clients: number
  readonly kinds: Kinds
  /** What is asked after each action, so that a story splits where the difference comes about. */
  readonly after?: readonly string[]
  /** Topics of two partitions that are there when the story begins. */
  topics?(name: string): readonly string[]
  /** Brings a broker to where the story begins, which takes long: all of these are told at the same time, and not cut short. */
  begin?(port: number, name: string): Promise<void>
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

/** Each action with what is asked after it. */
export function withQuestions(actions: readonly Action[], questions: readonly string[]): Action[] {
  return actions.flatMap(action => [action, ...questions.map(kind => ({ ...action, kind }))])
}

const silencesIn = 2

/** With silences in the middle and towards the end: what comes between them is over long before a member is given up. */
export function withSilences(actions: readonly Action[]): Action[] {
  const part = Math.ceil(actions.length / (silencesIn + 1))
  return actions.flatMap((action, at) =>
    at > 0 && at % part === 0 ? [{ client: 0, kind: silence, rolls: [] }, action] : [action],
  )
}
