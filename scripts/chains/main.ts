/**
 * Chains that consume, transform and produce exactly once, with real clients: links of one group copy every record of a topic to another in
 * transactions, and the offsets with them; one is killed (SIGKILL) again and again and started anew with the same transactional id. In
 * the end a reader of committed records finds every record once.
 *
 *     npm run chains -- [--only kafkajs,java] [--kills 4] [--records 3000] [--kafka]
 */
import type { ChildProcess } from 'node:child_process'
import { parseArgs } from 'node:util'
import { silentLogger } from '../../src/platform/logger'
import { nodePlatform } from '../../src/platform/node/platform'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { Produce } from '../../src/protocol/messages/produce'
import { buildBatch } from '../../src/protocol/records/records'
import { Line } from '../../test/sim/line'
import { readCommitted } from '../../test/sim/transactions/reading'
import { Broker } from '../judge/broker'
import { fetchKafka, kafka, whyNoKafka } from '../judge/kafka'
import { odradek } from '../judge/odradek'
import { endGroup, launch, sleep } from '../judge/process'
import { type Library, libraries } from './links'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    kills: { type: 'string', default: '4' },
    records: { type: 'string', default: '3000' },
    kafka: { type: 'boolean', default: false },
  },
})

const partitions = 4
const kills = Number(options.kills)
const recordCount = Number(options.records)
const deadlineMs = 240_000
const platform = nodePlatform({ logger: silentLogger })

interface Topic {
  readonly name: string
  readonly id: string
  readonly partitions: number
}

/** One link, in a process of its own. */
class Link {
  copied = 0
  #process: ChildProcess
  #said = ''
  #failure = ''

  constructor([program, ...args]: readonly [string, ...string[]]) {
    this.#process = launch(program, args)
    this.#process.stdout?.on('data', chunk => {
      this.#said = (this.#said + String(chunk)).slice(-200)
      this.copied = Number(/copied (\d+)\n[^\n]*$/.exec(this.#said)?.[1] ?? this.copied)
    })
    this.#process.stderr?.on('data', chunk => (this.#failure = (this.#failure + String(chunk)).slice(-2000)))
  }

  /** Throws with what it said when it has ended by itself. */
  check(): void {
    if (this.#process.exitCode !== null)
      throw new Error(`a link ended with ${this.#process.exitCode}: ${this.#failure}`)
  }

  kill(): void {
    endGroup(this.#process, 'SIGKILL')
  }
}

class Chain {
  readonly #line: Line
  readonly #library: Library
  readonly #bootstrap: string
  readonly #endsMs = platform.clock.monotonic() + deadlineMs

  constructor(broker: Broker, library: Library) {
    this.#library = library
    this.#bootstrap = broker.address
    this.#line = new Line(platform, `chain-${library.name}`, null, 10_000, { host: '127.0.0.1', port: broker.port })
  }

  /** Says what was proven; rejects with what is not as it should be. */
  async play(): Promise<string> {
    const { name } = this.#library
    await this.#library.prepare?.()
    const from = await this.#makeTopic(`${name}-from`)
    const to = await this.#makeTopic(`${name}-to`)
    await this.#fill(from)
    const links = Array.from({ length: this.#library.links }, (_, nth) => this.#start(nth))
    try {
      for (let kill = 0; kill < kills; kill += 1) {
        const victim = kill % links.length
        // A share of the work for each life, so that something is left for the last one.
        const share = Math.floor(recordCount / (kills + 1) / 2)
        await this.#until(links, () => links[victim]!.copied >= share || this.#sum(links) >= share * 2)
        links[victim]!.kill()
        links[victim] = this.#start(victim)
      }
      const seen = await this.#seenInTheEnd(links, to)
      const distinct = new Set(seen)
      if (seen.length !== recordCount || distinct.size !== recordCount) {
        throw new Error(`${name}: ${seen.length} records, ${distinct.size} different ones, of ${recordCount}`)
      }
    } finally {
      for (const link of links) link.kill()
      this.#line.close()
    }
    return `${name}: ${recordCount} records, ${this.#library.links} at a time, ${kills} kills: each once`
  }

  #sum(links: readonly Link[]): number {
    return links.reduce((sum, { copied }) => sum + copied, 0)
  }

  #start(nth: number): Link {
    const [program, ...args] = this.#library.command()
    const { name } = this.#library
    const of = { bootstrap: this.#bootstrap, from: `${name}-from`, to: `${name}-to`, group: name, id: `${name}-${nth}` }
    return new Link([program, ...args, ...Object.entries(of).flatMap(([key, value]) => [`--${key}`, value])])
  }

  async #until(links: readonly Link[], isSo: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await isSo())) {
      for (const link of links) link.check()
      if (platform.clock.monotonic() > this.#endsMs) throw new Error(`${this.#library.name}: not done in time`)
      await sleep(50)
    }
  }

  /** What is committed once all was copied and every transaction has ended: a record too many would be there by then. */
  async #seenInTheEnd(links: readonly Link[], to: Topic): Promise<readonly string[]> {
    let seen: string[] = []
    await this.#until(links, async () => {
      seen = []
      let isStable = true
      for (let index = 0; index < to.partitions; index += 1) {
        const visible = await readCommitted(this.#line, to, index)
        seen.push(...visible.values)
        isStable &&= visible.lastStableOffset === visible.highWatermark
      }
      return isStable && new Set(seen).size === recordCount
    })
    return seen
  }

  async #makeTopic(name: string): Promise<Topic> {
    const wanted = { name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: [] }
    const made = await this.#line.ask(CreateTopics, 7, { topics: [wanted], timeoutMs: 5_000, validateOnly: false })
    if (made.topics[0]!.errorCode !== 0) throw new Error(`topic ${name}: error ${made.topics[0]!.errorCode}`)
    return { name, id: made.topics[0]!.topicId, partitions }
  }

  async #fill({ name }: Topic): Promise<void> {
    for (let at = 0; at < recordCount; at += 50) {
      const records = Array.from({ length: Math.min(50, recordCount - at) }, (_, nth) => ({
        timestampMs: platform.clock.now(),
        key: null,
        value: Buffer.from(`v${at + nth}`),
      }))
      const partitionData = [{ index: (at / 50) % partitions, records: buildBatch({ records }) }]
      const topicData = [{ name, partitionData }]
      const { responses } = await this.#line.ask(Produce, 9, { acks: -1, timeoutMs: 5_000, topicData })
      const { errorCode } = responses[0]!.partitionResponses[0]!
      if (errorCode !== 0) throw new Error(`produce: error ${errorCode}`)
    }
  }
}

async function main(): Promise<void> {
  if (whyNoKafka() === null) await fetchKafka()
  const only = options.only?.split(',')
  const chosen = libraries.filter(({ name }) => only?.includes(name) ?? true)
  const settings = { 'group.initial.rebalance.delay.ms': '0', 'transaction.state.log.num.partitions': '4' }
  const broker = await Broker.start(options.kafka ? kafka('512m') : odradek({ profile: 'prod' }), { settings })
  const outcomes = await Promise.allSettled(
    chosen.map(async library => {
      const why = library.whyNot()
      return why === null ? new Chain(broker, library).play() : `skip ${library.name}: ${why}`
    }),
  )
  await broker.dispose()
  let failed = 0
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') failed += 1
    process.stdout.write(`${outcome.status === 'fulfilled' ? outcome.value : `FAILED ${String(outcome.reason)}`}\n`)
  }
  process.stdout.write(`${outcomes.length - failed} passed, ${failed} failed\n`)
  process.exit(failed === 0 ? 0 : 1)
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n0 passed, 1 failed\n`)
  process.exit(1)
})
