/** `odradek/node-test`: for the test runner of Node. */
import { after, afterEach, before, beforeEach } from 'node:test'
import type { Broker } from './broker'
import { type UseOptions, useKafka as use } from './use-kafka'

/** A broker for this file or `describe`, and a cluster of its own for each test. Call it where tests are described. */
export function useKafka(options: UseOptions = {}): Broker {
  return use({ beforeAll: before, beforeEach, afterEach, afterAll: after }, options)
}

export { assertNoRecord, assertRecord } from './expectations'
export type { UseOptions }
