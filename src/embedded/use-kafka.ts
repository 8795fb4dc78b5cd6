/** A broker for a file of tests, and a cluster of its own for each of them, by the hooks of whatever runs the tests. */
import { Broker } from './broker'
import { oneOf } from './kinds'
import type { BrokerOptions } from './options'

type Work = () => Promise<void>

export interface Hooks {
  beforeAll(work: Work): void
  beforeEach(work: Work): void
  afterEach(work: Work): void
  afterAll(work: Work): void
}

export interface UseOptions extends BrokerOptions {
  /** `test` by default: each test has a fork, with the topics of the options. `file` is one cluster for all of them. */
  readonly scope?: 'test' | 'file'
}

/**
 * Call it where tests are described. What it gives is the broker of the test that runs; outside of tests it throws. Tests of
 * one file that run at the same time need `fork()` instead.
 */
export function useKafka(hooks: Hooks, { scope = 'test', ...options }: UseOptions = {}): Broker {
  oneOf('test', 'file')(scope, 'scope of useKafka')
  const origin = new Broker(options)
  let current: Broker | null = null
  hooks.beforeAll(async () => {
    await origin.start()
    if (scope === 'file') current = origin
  })
  if (scope === 'test') {
    hooks.beforeEach(async () => {
      current = await origin.fork()
    })
    hooks.afterEach(async () => {
      const ended = current
      current = null
      await ended?.stop()
    })
  }
  hooks.afterAll(async () => {
    current = null
    await origin.stop()
  })
  const now = (): Broker => {
    if (current) return current
    throw new Error('useKafka gives a broker while a test runs: use it inside of tests and their hooks')
  }
  // Who takes these by their names, where tests are described, means those of the test that will run.
  return standIn(now, { clock: standIn(() => now().clock), faults: standIn(() => now().faults) })
}

/** Everything that is asked of it is asked of whom `target` names at that moment, but for what `own` has. */
function standIn<T extends object>(target: () => T, own: Partial<T> = {}): T {
  return new Proxy({} as T, {
    get(_nobody, name) {
      if (Object.hasOwn(own, name)) return own[name as keyof T]
      const real = target()
      const value: unknown = Reflect.get(real, name, real)
      return typeof value === 'function' ? value.bind(real) : value
    },
  })
}
