/** `odradek/jest`: for jest, and for whatever has its hooks as globals, as vitest with `globals: true`. */
import type { Broker } from '../broker'
import { toHaveRecord } from './expectations'
import type { Match } from '../contract/matching'
import type { ReadOptions, Wait } from '../contract/waits'
import { type Hooks, type UseOptions, useKafka as use } from './use-kafka'

declare global {
  // As @types/jest has it, to which it is added.
  namespace jest {
    interface Matchers<R, T = {}> {
      toHaveRecord<V = unknown>(topic: string, match: Match<V>, options?: ReadOptions & Wait): Promise<R>
    }
  }
}

/** As `@jest/globals` has it; whose project does not have it is told nothing of that. */
/** @ts-ignore */
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> {
    toHaveRecord<V = unknown>(topic: string, match: Match<V>, options?: ReadOptions & Wait): Promise<void>
  }
}

interface Expecting {
  readonly expect: { extend(matchers: object): void; getState?(): TestState }
}

/** As jest has it, in the file and in what is asked from within a test. */
interface TestState {
  readonly currentTestName?: string
  currentConcurrentTestName?(): string | undefined
}

type Globals = Partial<
  Pick<Hooks, 'beforeAll' | 'afterAll'> & Record<'beforeEach' | 'afterEach', Hooks['beforeAll']> & Expecting
>

/** What only jest can tell where `injectGlobals` is off. */
const globalsModule = '@jest/globals'

function globalsOf(): Globals {
  const globals = globalThis as unknown as Globals
  if (globals.beforeAll) return globals
  try {
    return require(globalsModule) as Globals
  } catch {
    return {}
  }
}

/** A broker for this file, and a cluster of its own for each test of it. Call it where tests are described. */
export function useKafka(options: UseOptions = {}): Broker {
  const { beforeAll, beforeEach, afterEach, afterAll, expect } = globalsOf()
  if (!beforeAll || !beforeEach || !afterEach || !afterAll) {
    throw new Error('odradek/jest needs the hooks of jest; in vitest, use odradek/vitest')
  }
  expect?.extend({ toHaveRecord })
  const state = (): TestState => expect?.getState?.() ?? {}
  const hooks: Hooks = {
    beforeAll,
    beforeEach: work => beforeEach(() => work(state().currentTestName)),
    afterEach: work => afterEach(() => work(state().currentTestName)),
    afterAll,
    // Some versions run the hooks of concurrent tests after these have begun.
    running: () => state().currentConcurrentTestName?.(),
  }
  return use(hooks, options)
}

export { toHaveRecord, type UseOptions }
