/** `odradek/jest`: for jest, and for whatever has its hooks as globals, as vitest with `globals: true`. */
import type { Broker } from './broker'
import { type Hooks, type UseOptions, useKafka as use } from './use-kafka'

/** A broker for this file, and a cluster of its own for each test of it. Call it where tests are described. */
export function useKafka(options: UseOptions = {}): Broker {
  const { beforeAll, beforeEach, afterEach, afterAll } = globalThis as unknown as Partial<Hooks>
  if (!beforeAll || !beforeEach || !afterEach || !afterAll) {
    throw new Error('odradek/jest needs beforeAll and its like as globals; in vitest, use odradek/vitest')
  }
  return use({ beforeAll, beforeEach, afterEach, afterAll }, options)
}

export type { UseOptions }
