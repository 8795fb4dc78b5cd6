/** `odradek/vitest`: for vitest, which can only be imported, so this is a module too. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { Broker } from './broker.js'
import { toHaveRecord } from './expectations.js'
import type { Match } from './matching.js'
import type { BrokerOptions } from './options.js'
import type { ReadOptions, Wait } from './waits.js'
import { type UseOptions, useKafka as use } from './use-kafka.js'

declare module 'vitest' {
  interface Matchers<T = any> {
    toHaveRecord<V = unknown>(topic: string, match: Match<V>, options?: ReadOptions & Wait): Promise<void>
  }
  interface ProvidedContext {
    /** What `odradek/vitest-setup` is to start. */
    odradek: BrokerOptions
    /** Where the broker of `odradek/vitest-setup` is. */
    kafkaBrokers: string[]
  }
}

/** A broker for this file or `describe`, and a cluster of its own for each test. Call it where tests are described. */
export function useKafka(options: UseOptions = {}): Broker {
  expect.extend({ toHaveRecord })
  return use({ beforeAll, beforeEach, afterEach, afterAll }, options)
}

export { toHaveRecord, type UseOptions }
