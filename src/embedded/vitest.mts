/** `odradek/vitest`: for vitest, which can only be imported, so this is a module too. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, type TestAPI, test as base } from 'vitest'
import { Broker } from './broker.js'
import { toHaveRecord } from './expectations.js'
import { oneOfEach } from './fixture-layers.js'
import type { Match } from './matching.js'
import type { BrokerOptions } from './options.js'
import type { ReadOptions, Wait } from './waits.js'
import { type Hooks, type UseOptions, useKafka as use } from './use-kafka.js'

declare module 'vitest' {
  interface Matchers<T = any> {
    toHaveRecord<V = unknown>(topic: string, match: Match<V>, options?: ReadOptions & Wait): Promise<void>
  }
  interface ProvidedContext {
    /** What `odradek/vitest-setup` is to start. */
    odradek: BrokerOptions
    /** Where the broker of `odradek/vitest-setup` is. */
    kafkaBrokers: string[]
    /** Of files that do not say otherwise. */
    kafkaOptions: UseOptions
  }
}

expect.extend({ toHaveRecord })

/** What tests are given by `test`, where they name it. */
export interface KafkaFixtures {
  /** A cluster of the test's own, with what is in the broker of the file when the test begins. */
  kafka: Broker
  /** The broker of the file, which starts when something of it first asks for it, and stops at its end. */
  kafkaOrigin: Broker
  /** Of that broker. For a file: `const test = base.extend({ kafkaOptions: { topics: ['orders'] } })`. */
  kafkaOptions: UseOptions
}

type Use<T> = (value: T) => Promise<void>
type Given<K extends keyof KafkaFixtures> = Pick<KafkaFixtures, K>

/** A broker for the file. It goes on after `give` when the file is done. */
async function openOrigin({ scope: _, ...options }: UseOptions, give: Use<Broker>): Promise<void> {
  const origin = await Broker.create(options)
  await give(origin)
  await origin.stop()
}

/** What is given to one test. */
async function openFork(origin: Broker, { scope }: UseOptions, give: Use<Broker>): Promise<void> {
  if (scope === 'file') return give(origin)
  const fork = await origin.fork()
  await give(fork)
  await fork.stop()
}

// Which fixtures a fixture needs is read from the names of its first parameter.
const fixtures = {
  kafkaOptions: [{}, { scope: 'file', injected: true }],
  kafkaOrigin: [
    ({ kafkaOptions }: Given<'kafkaOptions'>, give: Use<Broker>) => openOrigin(kafkaOptions, give),
    { scope: 'file' },
  ],
  kafka: ({ kafkaOrigin, kafkaOptions }: Given<'kafkaOrigin' | 'kafkaOptions'>, give: Use<Broker>) =>
    openFork(kafkaOrigin, kafkaOptions, give),
}

/** The `test` of vitest, with a broker for each file and a cluster for each test that names `kafka`. */
export const test: TestAPI<KafkaFixtures> = oneOfEach(
  base.extend<KafkaFixtures>(fixtures),
  base,
  fixtures,
  'kafkaOptions',
)
export { test as it, expect }

/** A broker for this file or `describe`, and a cluster of its own for each test. Call it where tests are described. */
export function useKafka(options: UseOptions = {}): Broker {
  const hooks: Hooks = {
    beforeAll,
    beforeEach: work => beforeEach(({ task }) => work(task.id)),
    afterEach: work => afterEach(({ task }) => work(task.id)),
    afterAll,
  }
  return use(hooks, options)
}

export { toHaveRecord, type UseOptions }
