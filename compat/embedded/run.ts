/**
 * What a test does to its cluster, done under clients that stay connected all the while: snapshot and restore, fork, reset,
 * time, faults, functions that decide. kafkajs has its cluster told by `Broker`; the other languages by the control port, as theirs would.
 *
 *     npm run embedded -- [kafkajs] [confluent-kafka] [java]
 *
 * A client's program takes `--bootstrap`, has a producer and a group that reads `orders`, and answers each line of its input,
 * `{"do":"send","value":"a"}` or `{"do":"poll"}`, with one line: `{"done":"a"}`, what was sent or read.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { besideTools, fetchKafka, toolsClassPath } from '../../scripts/judge/kafka'
import { mustRun } from '../../scripts/judge/process'
import { type Broker, type FaultSpec, startBroker } from '../../src/index'
import { clients, python } from '../clients'

const classes = 'compat/embedded/target'
const patienceMs = 60_000

/** Whoever changes the cluster: by the library, or over HTTP. */
interface Hand {
  readonly bootstrap: string
  snapshot(): Promise<() => Promise<unknown>>
  fork(): Promise<Hand>
  reset(options?: { readonly keepTopics: boolean }): Promise<unknown>
  advance(by: string): Promise<unknown>
  fault(spec: FaultSpec): Promise<() => Promise<number>>
  evict(): Promise<unknown>
  values(): Promise<unknown[]>
}

const byBroker = (kafka: Broker): Hand => ({
  bootstrap: kafka.bootstrapServers,
  async snapshot() {
    const snapshot = await kafka.snapshot()
    return () => kafka.restore(snapshot)
  },
  fork: async () => byBroker(await kafka.fork()),
  reset: options => kafka.reset(options),
  advance: by => kafka.clock.advance(by),
  async fault(spec) {
    const fault = await kafka.faults.begin({ faults: [spec] })
    return () => fault.hits()
  },
  evict: () => kafka.faults.evict('g'),
  values: async () => (await kafka.records('orders')).map(({ value }) => value),
})

function byControl(bootstrap: string, control: string): Hand {
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await fetch(control + path, { method, ...(body && { body: JSON.stringify(body) }) })
    const said = (await answer.json()) as { readonly [name: string]: unknown }
    if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(said)}`)
    return said
  }
  return {
    bootstrap,
    async snapshot() {
      const { snapshot } = await ask('POST', '/snapshots')
      return () => ask('POST', `/snapshots/${String(snapshot)}/restore`)
    },
    async fork() {
      const fork = await ask('POST', '/fork')
      return byControl(String(fork['bootstrap']), String(fork['control']))
    },
    reset: (options = { keepTopics: false }) => ask('POST', '/reset', options),
    advance: by => ask('POST', '/clock/advance', { by }),
    async fault(spec) {
      const { fault } = await ask('POST', '/faults', spec)
      return async () => Number((await ask('GET', `/faults/${String(fault)}`))['hits'])
    },
    evict: () => ask('POST', '/happen', { what: 'evict', to: 'g' }),
    values: async () =>
      ((await ask('GET', '/records/orders'))['records'] as { value: unknown }[]).map(one => one.value),
  }
}

/** A client in a process of its own. */
class Client {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor([command, ...args]: readonly [string, ...string[]], bootstrap: string) {
    this.#child = spawn(command, [...args, '--bootstrap', bootstrap], { stdio: ['pipe', 'pipe', 'ignore'] })
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
  }

  async #told(asked: object): Promise<string> {
    this.#child.stdin!.write(`${JSON.stringify(asked)}\n`)
    let late: NodeJS.Timeout
    const patience = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error(`no answer to ${JSON.stringify(asked)}`)), patienceMs)
    })
    const value = await Promise.race([this.#answer(), patience]).finally(() => clearTimeout(late))
    const { done, failed } = JSON.parse(value) as { readonly done?: string; readonly failed?: string }
    if (done === undefined) throw new Error(failed ?? `it said ${value}`)
    return done
  }

  /** Clients log where they like. */
  async #answer(): Promise<string> {
    for (;;) {
      const { done, value } = await this.#lines.next()
      if (done === true) throw new Error('it ended')
      if (value.startsWith('{')) return value
    }
  }

  async send(value: string): Promise<void> {
    await this.#told({ do: 'send', value })
  }

  /** Reads until it has read the value. What it knew before a restore may come again first. */
  async reads(value: string): Promise<void> {
    while ((await this.#told({ do: 'poll' })) !== value) continue
  }

  end(): void {
    this.#child.kill('SIGKILL')
  }
}

type Story = (hand: Hand, client: Client, connect: (hand: Hand) => Client, kafka: Broker) => Promise<void>

const stories: { readonly [name: string]: Story } = {
  async 'snapshot and restore'(hand, client) {
    await client.send('a')
    await client.reads('a')
    const restore = await hand.snapshot()
    await client.send('b')
    await client.reads('b')
    assert.deepEqual(await hand.values(), ['a', 'b'])
    await restore()
    assert.deepEqual(await hand.values(), ['a'])
    await client.send('c')
    await client.reads('c')
    assert.deepEqual(await hand.values(), ['a', 'c'])
  },

  async fork(hand, client, connect) {
    await client.send('a')
    await client.reads('a')
    const fork = await hand.fork()
    const other = connect(fork)
    await other.send('only there')
    await other.reads('only there')
    await client.send('only here')
    await client.reads('only here')
    assert.deepEqual(
      [await hand.values(), await fork.values()],
      [
        ['a', 'only here'],
        ['a', 'only there'],
      ],
    )
  },

  async reset(hand, client) {
    await client.send('a')
    await client.reads('a')
    await hand.reset()
    assert.deepEqual(await hand.values(), [])
    await client.send('b')
    await client.reads('b')
    assert.deepEqual(await hand.values(), ['b'])
  },

  async 'reset that keeps topics'(hand, client) {
    await client.send('a')
    await client.reads('a')
    await hand.reset({ keepTopics: true })
    assert.deepEqual(await hand.values(), [])
    await client.send('b')
    await client.reads('b')
    assert.deepEqual(await hand.values(), ['b'])
  },

  async clock(hand, client) {
    await client.send('a')
    await client.reads('a')
    // Beyond retention, and beyond the session of the member.
    await hand.advance('8d')
    assert.deepEqual(await hand.values(), [])
    await client.send('b')
    await client.reads('b')
  },

  async faults(hand, client) {
    await client.send('a')
    await client.reads('a')
    const refused = await hand.fault({ api: 'Produce', error: 'NOT_LEADER_OR_FOLLOWER', topic: 'orders', times: 2 })
    await client.send('b')
    await client.reads('b')
    assert.equal(await refused(), 2)
    const lost = await hand.fault({ api: 'Fetch', drop: true, times: 1 })
    const full = await hand.fault({ api: 'Produce', diskFull: true, times: 1 })
    await client.send('c')
    await client.reads('c')
    assert.deepEqual([await lost(), await full()], [1, 1])
    await hand.evict()
    await client.send('d')
    await client.reads('d')
    assert.deepEqual(await hand.values(), ['a', 'b', 'c', 'd'])
  },

  async 'functions and events'(hand, client, _connect, kafka) {
    const told: string[] = []
    await kafka.on('produce', ({ topic, offset, records }) => told.push(`produce ${topic} ${offset} ${records}`))
    await kafka.on('join', ({ group }) => told.push(`join ${group}`))
    await client.send('a')
    await client.reads('a')
    const seen: string[] = []
    const refused = await kafka.faults.on(
      ['Produce', 'Fetch'],
      async (_request, { api, drop }) => {
        await new Promise(resolve => setTimeout(resolve, 20))
        seen.push(api)
        if (api === 'Produce' && seen.filter(one => one === api).length === 1) return 'NOT_LEADER_OR_FOLLOWER'
        if (api === 'Fetch' && seen.filter(one => one === api).length === 2) return drop()
      },
      { topic: 'orders' },
    )
    await client.send('b')
    await client.reads('b')
    await client.send('c')
    await client.reads('c')
    assert.ok(seen.filter(api => api === 'Produce').length >= 3 && seen.filter(api => api === 'Fetch').length >= 2)
    // The next fetch may be on its way to the function.
    assert.ok((await refused.hits()) >= seen.length)
    await kafka.faults.clear()
    assert.deepEqual(await hand.values(), ['a', 'b', 'c'])
    assert.deepEqual(
      told.filter(one => one.startsWith('produce')),
      [0, 1, 2].map(nth => `produce orders ${nth} 1`),
    )
    assert.ok(told.includes('join g'))
  },
}

interface Program {
  readonly command: readonly [string, ...string[]]
  readonly isForeign: boolean
  prepare?(): Promise<void>
}

const programs: { readonly [name: string]: Program } = {
  kafkajs: { command: [process.execPath, 'scripts/run.js', 'compat/embedded/kafkajs.ts'], isForeign: false },
  'confluent-kafka': { command: [python(), 'compat/embedded/confluent_kafka_told.py'], isForeign: true },
  java: {
    command: ['java', ...besideTools(classes, 'Told')],
    isForeign: true,
    async prepare() {
      await fetchKafka()
      await mustRun('javac', ['-d', classes, '-cp', toolsClassPath, 'compat/embedded/Told.java'], {
        timeoutMs: 120_000,
      })
    },
  },
}

async function play(story: Story, { command, isForeign }: Program): Promise<void> {
  const kafka = await startBroker({ topics: ['orders'], isolation: 'inline', control: isForeign, log: 'silent' })
  const running: Client[] = []
  const connect = (hand: Hand): Client => {
    const client = new Client(command, hand.bootstrap)
    running.push(client)
    return client
  }
  try {
    const hand = isForeign ? byControl(kafka.bootstrapServers, kafka.controlUrl) : byBroker(kafka)
    await story(hand, connect(hand), connect, kafka)
  } finally {
    for (const client of running) client.end()
    await kafka.stop()
  }
}

async function main(): Promise<void> {
  const asked = process.argv.slice(2)
  let [passed, failed] = [0, 0]
  for (const [name, program] of Object.entries(programs)) {
    if (asked.length > 0 && !asked.includes(name)) continue
    const why = clients.find(client => client.name === name)?.whyNot() ?? null
    if (why !== null) {
      process.stdout.write(`skip ${name}: ${why}\n`)
      continue
    }
    await program.prepare?.()
    for (const [title, story] of Object.entries(stories)) {
      const began = performance.now()
      const failure = await play(story, program).then(
        () => null,
        (error: unknown) => String(error),
      )
      if (failure === null) passed += 1
      else failed += 1
      const ms = Math.round(performance.now() - began)
      process.stdout.write(`${failure === null ? 'ok  ' : 'FAIL'} ${name}: ${title} (${ms} ms)${failure ?? ''}\n`)
    }
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exit(failed === 0 ? 0 : 1)
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
})
