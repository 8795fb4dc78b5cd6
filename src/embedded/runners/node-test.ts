/** `odradek/node-test`: for the test runner of Node. */
import { after, afterEach, before, beforeEach } from 'node:test'
import type { Broker } from '../broker'
import { type Hooks, type UseOptions, useKafka as use } from './use-kafka'

/** A broker for this file or `describe`, and a cluster of its own for each test. Call it where tests are described. */
export function useKafka(options: UseOptions = {}): Broker {
  const hooks: Hooks = {
    beforeAll: before,
    beforeEach: work => beforeEach(test => work(nameOf(test))),
    afterEach: work => afterEach(test => work(nameOf(test))),
    afterAll: after,
    isWithin: (test, other) => test.startsWith(`${other} > `),
  }
  return use(hooks, options)
}

/** With the names of all that it is in. Types of Node have it as a context of suites, which has no such name. */
const nameOf = (test: unknown): string | undefined => (test as { readonly fullName?: string } | undefined)?.fullName

export { assertNoRecord, assertRecord } from './expectations'
export type { UseOptions }
