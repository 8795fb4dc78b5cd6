/** `odradek/vitest`: for vitest, which can only be imported, so this is a module too. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, type TestAPI, test as base } from 'vitest'
import { Broker } from '../broker.js'
import { toHaveRecord } from './expectations.js'
import { oneOfEach } from './fixture-layers.js'
import type { Match } from '../contract/matching.js'
import type { BrokerOptions } from '../contract/options.js'
import type { ReadOptions, Wait } from '../contract/waits.js'
import { oneOf } from '../contract/kinds.js'
import { type Hooks, type UseOptions, useKafka as use } from './use-kafka.js'
import { WorkerBrokers } from './worker-brokers.js'

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
    kafkaOptions: FixtureOptions
  }
}

expect.extend({ toHaveRecord })

/** As for `useKafka`, and with one more scope. */
export interface FixtureOptions extends Omit<UseOptions, 'scope'> {
  /**
   * `test` by default: each test has a fork. `file` is one cluster for all tests of a file, `worker` one for all files with the
   * same options that a worker of vitest runs: with its option `isolate`, which is on by default, that is one file.
   */
  readonly scope?: 'test' | 'file' | 'worker'
}

/** What tests are given by `test`, where they name it. */
export interface KafkaFixtures {
  /** A cluster of the test's own, with what is in the broker of the file when the test begins. */
  kafka: Broker
  /** The broker of the file, which starts when something of it first asks for it, and stops at its end; or that of the worker. */
  kafkaOrigin: Broker
  /** Of that broker. For a file: `const test = base.extend({ kafkaOptions: { topics: ['orders'] } })`. */
  kafkaOptions: FixtureOptions
}

/** And what these are made of. */
interface AllFixtures extends KafkaFixtures {
  kafkaOfWorker: WorkerBrokers
}

type Use<T> = (value: T) => Promise<void>
type Given<K extends keyof AllFixtures> = Pick<AllFixtures, K>
const scopeKind = oneOf('test', 'file', 'worker')

/** Vitest 3 does not give what is of the worker to what is of a file, though it makes it for that. */
const brokersOfWorker = new WorkerBrokers()

/** It goes on after `give` when the worker ends. */
async function openWorker(give: Use<WorkerBrokers>): Promise<void> {
  await give(brokersOfWorker)
  await brokersOfWorker.stop()
}

/** A broker for the file, or for the worker. It goes on after `give` when the file is done. */
async function openOrigin(
  { kafkaOptions, kafkaOfWorker }: Given<'kafkaOptions'> & Partial<Given<'kafkaOfWorker'>>,
  give: Use<Broker>,
): Promise<void> {
  const { scope = 'test', ...options } = kafkaOptions
  scopeKind(scope, 'scope of kafkaOptions')
  if (scope === 'worker') return give(await (kafkaOfWorker ?? brokersOfWorker).of(options))
  const origin = await Broker.create(options)
  await give(origin)
  await origin.stop()
}

/** What is given to one test. */
async function openFork(origin: Broker, { scope = 'test' }: FixtureOptions, give: Use<Broker>): Promise<void> {
  if (scope !== 'test') return give(origin)
  const fork = await origin.fork()
  await give(fork)
  await fork.stop()
}

// Which fixtures a fixture needs is read from the names of its first parameter.
const fixtures = {
  kafkaOptions: [{}, { scope: 'file', injected: true }],
  // oxlint-disable-next-line no-empty-pattern
  kafkaOfWorker: [({}: object, give: Use<WorkerBrokers>) => openWorker(give), { scope: 'worker' }],
  kafkaOrigin: [
    ({ kafkaOptions, kafkaOfWorker }: Given<'kafkaOptions' | 'kafkaOfWorker'>, give: Use<Broker>) =>
      openOrigin({ kafkaOptions, kafkaOfWorker }, give),
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
