/**
 * Transactions under kill -9, on real files: producers of both generations, twins that fence each other, timeouts, aborts
 * and processes that vanish. After each round a reader of committed records must see every transaction wholly or not at all;
 * the checker is the one of the simulated world, where it is tried on a bad history of every kind.
 */
import { nodePlatform } from '../../src/platform/node/platform'
import { silentLogger } from '../../src/platform/logger'
import { Dice } from '../../src/platform/simulated/dice'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { Line } from '../../test/sim/line'
import { judgeTransactions, type TransactionHistory, type Visible } from '../../test/sim/transactions/history'
import { committedBy, readCommitted } from '../../test/sim/transactions/reading'
import { type Topic, Worker, type WorkerMix } from '../../test/sim/transactions/worker'
import type { Broker } from '../judge/broker'
import { sleep } from '../judge/process'

const platform = nodePlatform({ logger: silentLogger })

const time = {
  sleep,
  get nowMs() {
    return platform.clock.now()
  },
}

/** Plays rounds; rejects with the first anomaly. */
export async function tortureTransactions(broker: Broker, seed: number, rounds: number): Promise<void> {
  const totals = { transactions: 0, committed: 0, aborted: 0, unknown: 0, kills: 0 }
  for (let nth = 1; nth <= rounds; nth++) {
    const round = new Round(broker, new Dice(`${seed}/${nth}`), nth)
    const anomalies = await round.play()
    if (anomalies.length > 0) throw new Error(`round ${nth}: ${anomalies.join('; ')}`)
    totals.transactions += round.history.length
    totals.kills += round.kills
    for (const { outcome } of round.history) if (outcome !== 'open') totals[outcome] += 1
    const { transactions, committed, aborted, unknown, kills } = totals
    const sum = `${transactions} transactions in all: ${committed} committed, ${aborted} aborted, ${unknown} unknown`
    process.stdout.write(`round ${nth}: ${sum}, ${kills} kills\n`)
  }
  if (totals.committed === 0 || totals.aborted === 0) throw new Error('nothing was committed, or nothing aborted')
}

class Round {
  readonly history: TransactionHistory[] = []
  kills = 0
  readonly #broker: Broker
  readonly #dice: Dice
  readonly #nth: number
  readonly #anomalies: string[] = []
  readonly #workers: WorkerMix[]
  readonly #lines: Line[] = []
  readonly #auditor: Line
  #isEnding = false

  constructor(broker: Broker, dice: Dice, nth: number) {
    this.#broker = broker
    this.#dice = dice
    this.#nth = nth
    this.#auditor = this.#line('auditor')
    this.#workers = Array.from({ length: dice.between(2, 4) }, () => ({
      // Two with one id are twins, who fence each other.
      transactionalId: `tx-${nth}-${dice.between(0, 3)}`,
      generation: dice.chance(0.6) ? 2 : 1,
      timeoutMs: dice.between(500, 60_000),
      abortChance: dice.within([0, 0.6]),
      vanishChance: dice.chance(0.5) ? 0 : 0.1,
      pauseMs: [0, dice.within([0, 20])],
    }))
  }

  /** The anomalies that were found. */
  async play(): Promise<string[]> {
    const topics = await this.#makeTopics()
    const working = Promise.all(this.#workers.map((mix, nth) => this.#worker(`worker-${nth}`, mix, topics).run()))
    // A worker that fails must end the round, and not be an unhandled rejection until then.
    working.catch(() => {})
    for (let left = this.#dice.between(1, 3); left > 0; left -= 1) {
      await sleep(this.#dice.between(20, 600))
      await this.#broker.kill()
      this.kills += 1
      await this.#broker.start()
    }
    await sleep(this.#dice.between(20, 300))
    this.#isEnding = true
    await working
    await this.#conclude(topics)
    for (const line of this.#lines) line.close()
    return [...new Set(this.#anomalies)]
  }

  async #conclude(topics: readonly Topic[]): Promise<void> {
    // Whoever comes last ends what was left open.
    for (const [nth, mix] of this.#workers.entries()) await this.#worker(`last-${nth}`, mix, topics).init()
    const partitions: Visible[] = []
    for (const topic of topics) {
      for (let index = 0; index < topic.partitions; index += 1) partitions.push(await this.#stable(topic, index))
    }
    const committed = new Map<string, number>()
    for (const { transactionalId } of this.#workers) {
      committed.set(transactionalId, await committedBy(this.#auditor, time, transactionalId, topics[0]!))
    }
    this.#anomalies.push(...judgeTransactions(this.history, { partitions, committed }))
  }

  /** What is seen when the markers that are on their way have arrived, for which a slow machine gets a minute. */
  async #stable(topic: Topic, index: number): Promise<Visible> {
    for (const untilMs = platform.clock.monotonic() + 60_000; ; await sleep(20)) {
      const visible = await readCommitted(this.#auditor, topic, index)
      const isStable = visible.lastStableOffset === visible.highWatermark
      if (isStable || platform.clock.monotonic() > untilMs) return visible
    }
  }

  #worker(name: string, mix: WorkerMix, topics: readonly Topic[]): Worker {
    return new Worker(
      {
        world: time,
        dice: new Dice(`${this.#nth}/${name}/${this.#dice.next()}`),
        line: this.#line(name),
        topics,
        history: this.history,
        say: anomaly => void this.#anomalies.push(anomaly),
        isEnding: () => this.#isEnding,
      },
      mix,
    )
  }

  #line(name: string): Line {
    const line = new Line(platform, name, null, 10_000, { host: '127.0.0.1', port: this.#broker.port })
    this.#lines.push(line)
    return line
  }

  async #makeTopics(): Promise<Topic[]> {
    const wanted = Array.from({ length: this.#dice.between(1, 3) }, (_, nth) => ({
      name: `topic-${this.#nth}-${nth}`,
      numPartitions: this.#dice.between(1, 2),
      replicationFactor: 1,
      assignments: [],
      configs: [],
    }))
    const made = await this.#auditor.ask(CreateTopics, 7, { topics: wanted, timeoutMs: 5_000, validateOnly: false })
    return made.topics.map(({ name, topicId, numPartitions }) => ({ name, id: topicId, partitions: numPartitions }))
  }
}
