/** A broker for a file of tests, and a cluster of its own for each of them, by the hooks of whatever runs the tests. */
import { Broker } from '../broker'
import { oneOf } from '../contract/kinds'
import type { BrokerOptions } from '../contract/options'

/** `test` names the one that it is for, in the words of `running`, where the runner tells. */
type Work = (test?: string) => Promise<void>

export interface Hooks {
  beforeAll(work: () => Promise<void>): void
  beforeEach(work: Work): void
  afterEach(work: Work): void
  afterAll(work: () => Promise<void>): void
  /** The test in which this is asked, where the runner can tell that. */
  running?(): string | undefined
  /** Whether a test runs within another one; never when left out. */
  isWithin?(test: string, other: string): boolean
}

export interface UseOptions extends BrokerOptions {
  /** `test` by default: each test has a fork, with the topics of the options. `file` is one cluster for all of them. */
  readonly scope?: 'test' | 'file'
}

/**
 * Call it where tests are described. What it gives is the broker of the test that runs; before the first test, in a `beforeAll`,
 * it is the one that their clusters are forks of; otherwise it throws. Of tests
 * that run at the same time the second is refused: they need `scope: 'file'`, and `fork()` in each.
 */
export function useKafka(hooks: Hooks, { scope = 'test', ...options }: UseOptions = {}): Broker {
  oneOf('test', 'file')(scope, 'scope of useKafka')
  const origin = new Broker(options)
  let shared: Broker | null = null
  const own = new ClusterOfTest(origin, hooks)
  hooks.beforeAll(async () => {
    await origin.start()
    if (scope === 'file') shared = origin
    else own.opens()
  })
  if (scope === 'test') {
    hooks.beforeEach(test => own.begin(test))
    hooks.afterEach(test => own.end(test))
  }
  hooks.afterAll(async () => {
    shared = null
    await origin.stop()
  })
  const now = (): Broker => shared ?? own.broker
  // Who takes these by their names, where tests are described, means those of the test that will run.
  return standIn(now, { clock: standIn(() => now().clock), faults: standIn(() => now().faults) })
}

const concurrent =
  "tests that run at the same time need useKafka({ scope: 'file' }), and a kafka.fork() in each of them"

/** The fork of the test that runs, of which there is one at a time. */
class ClusterOfTest {
  readonly #origin: Broker
  readonly #hooks: Pick<Hooks, 'running' | 'isWithin'>
  /** Whether a `beforeAll` may put there what each test is to have. */
  #isOpen = false
  #current: { readonly test: string | undefined; broker: Broker | null } | null = null

  constructor(origin: Broker, hooks: Pick<Hooks, 'running' | 'isWithin'>) {
    this.#origin = origin
    this.#hooks = hooks
  }

  opens(): void {
    this.#isOpen = true
  }

  async begin(test?: string): Promise<void> {
    this.#isOpen = false
    const current = this.#current
    if (current && this.#isWithin(test, current.test)) return
    if (current) throw new Error(`a test begins while useKafka gives its cluster to another one: ${concurrent}`)
    const begun = { test, broker: null as Broker | null }
    this.#current = begun
    try {
      begun.broker = await this.#origin.fork()
    } catch (error) {
      this.#current = null
      throw error
    }
  }

  /** Of one that runs within another, or was refused, nothing ends. */
  async end(test?: string): Promise<void> {
    const current = this.#current
    if (!current || current.test !== test) return
    this.#current = null
    await current.broker?.stop()
  }

  /** Throws where no test runs, or another one. */
  get broker(): Broker {
    const { test, broker = null } = this.#current ?? {}
    // A test for which no hooks ran yet is none of these.
    if (this.#isOpen && this.#hooks.running?.() === undefined) return this.#origin
    if (!broker) {
      throw new Error(
        `useKafka gives a broker while a test runs: use it inside of tests and their hooks; ${concurrent}, for jest runs no hooks for them`,
      )
    }
    const asking = this.#hooks.running?.()
    if (asking === undefined || test === undefined || asking === test) return broker
    throw new Error(`"${asking}" asks for the cluster that useKafka gives to "${test}": ${concurrent}`)
  }

  #isWithin(test: string | undefined, other: string | undefined): boolean {
    if (test === undefined || other === undefined) return false
    return this.#hooks.isWithin?.(test, other) ?? false
  }
}

/** Everything that is asked of it is asked of whom `target` names at that moment, but for what `own` has. */
function standIn<T extends object>(target: () => T, own: Partial<T> = {}): T {
  return new Proxy({} as T, {
    get(_nobody, name) {
      // Whoever promises it is asked whether it is a promise itself, in a test or not.
      if (name === 'then') return undefined
      if (Object.hasOwn(own, name)) return own[name as keyof T]
      const real = target()
      const value: unknown = Reflect.get(real, name, real)
      return typeof value === 'function' ? value.bind(real) : value
    },
  })
}
