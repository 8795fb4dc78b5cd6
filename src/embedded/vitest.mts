/** `odradek/vitest`: for vitest, which can only be imported, so this is a module too. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { Broker } from './broker.js'
import { toHaveRecord } from './expectations.js'
import { type UseOptions, useKafka as use } from './use-kafka.js'

/** A broker for this file or `describe`, and a cluster of its own for each test. Call it where tests are described. */
export function useKafka(options: UseOptions = {}): Broker {
  expect.extend({ toHaveRecord })
  return use({ beforeAll, beforeEach, afterEach, afterAll }, options)
}

export { toHaveRecord, type UseOptions }
