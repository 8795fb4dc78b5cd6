/**
 * Transactions on a simulated node that dies, is cut off and is fenced by twins: whatever happens, each transaction is there
 * for readers of committed records wholly or not at all.
 */
import { readConfig } from '../../../src/node/config/config'
import { type Node, startNode } from '../../../src/node/node'
import type { Dice } from '../../../src/platform/simulated/dice'
import { Machine } from '../../../src/platform/simulated/machine'
import { SimulatedNet } from '../../../src/platform/simulated/network'
import { World } from '../../../src/platform/simulated/world'
import { drawCleaner } from '../mix'
import { CreateTopics } from '../../../src/protocol/messages/create-topics'
import { brokerAddress, Gate, Line, StubbornLine } from '../line'
import { judgeTransactions, type TransactionHistory, type Visible } from './history'
import { committedBy, readCommitted } from './reading'
import { type Topic, Worker, type WorkerMix } from './worker'

export interface TransactionsReport {
  readonly anomalies: readonly string[]
  readonly fingerprint: string
  readonly transactions: number
  readonly committed: number
}

const patienceMs = 180_000

export async function tellTransactions(
  seed: number,
  log: (line: string) => void = () => {},
): Promise<TransactionsReport> {
  return new Story(seed, log).run()
}

class Story {
  readonly #world: World
  readonly #dice: Dice
  readonly #cleaner: readonly string[]
  readonly #net: SimulatedNet
  readonly #broker: Machine
  readonly #gate = new Gate()
  readonly #auditor: StubbornLine
  readonly #history: TransactionHistory[] = []
  readonly #anomalies: string[] = []
  readonly #workers: WorkerMix[]
  #isEnding = false
  #working = 0

  constructor(seed: number, log: (line: string) => void) {
    this.#world = new World({ seed })
    this.#dice = this.#world.dice('transactions')
    this.#cleaner = drawCleaner(this.#world.dice('cleaner'))
    this.#net = new SimulatedNet(this.#world)
    const dice = this.#dice
    Object.assign(this.#net.faults, { delayMs: [0, dice.within([0.5, 8])], connectTimeoutMs: 1_000 })
    this.#broker = new Machine(this.#net, 'broker', line => {
      log(`${this.#world.nowMs.toFixed(3)} ${line}`)
      if (/ error (request|reply|connection)-failed/.test(line)) this.#say(`log: ${line}`)
    })
    this.#auditor = new StubbornLine(this.#world, new Machine(this.#net, 'auditor').boot(), 'auditor')
    this.#workers = Array.from({ length: dice.between(1, 4) }, () => ({
      // Two with one id are twins, who fence each other.
      transactionalId: `tx-${dice.between(0, 3)}`,
      generation: dice.chance(0.6) ? 2 : 1,
      timeoutMs: dice.between(200, 60_000),
      abortChance: dice.within([0, 0.6]),
      vanishChance: dice.chance(0.5) ? 0 : 0.1,
      pauseMs: [0, dice.within([0, 60])],
    }))
  }

  async run(): Promise<TransactionsReport> {
    try {
      await this.#lives()
    } catch (error) {
      this.#say(`failed: ${error instanceof Error ? error.stack : String(error)}`)
    }
    return {
      anomalies: [...new Set(this.#anomalies)],
      fingerprint: `${this.#world.fingerprint.toString(16)}-${this.#world.eventCount}`,
      transactions: this.#history.length,
      committed: this.#history.filter(({ outcome }) => outcome === 'committed').length,
    }
  }

  async #lives(): Promise<void> {
    const dice = this.#dice
    let node = await this.#start()
    const topics = await this.#until(this.#makeTopics())
    for (const [nth, mix] of this.#workers.entries()) this.#employ(nth, mix, topics)
    for (let life = dice.between(1, 4); life > 0; life -= 1) {
      this.#gate.open()
      for (let mishaps = dice.between(0, 2); mishaps > 0; mishaps -= 1) {
        await this.#world.runFor(dice.within([10, 600]))
        this.#net.cut('broker')
      }
      await this.#world.runFor(dice.within([10, 1_500]))
      if (dice.chance(0.5)) this.#broker.crash()
      else {
        if (dice.chance(0.3)) await this.#until(node.stop())
        this.#broker.kill()
      }
      node = await this.#start()
    }
    this.#gate.open()
    await this.#world.runFor(dice.within([10, 500]))
    this.#isEnding = true
    const untilMs = this.#world.nowMs + patienceMs
    while (this.#working > 0 && this.#world.nowMs < untilMs) await this.#world.runFor(200)
    if (this.#working > 0) return this.#say(`stuck: ${this.#working} producers are not done`)
    await this.#conclude(topics)
    await this.#until(node.stop())
    this.#broker.kill()
  }

  async #conclude(topics: readonly Topic[]): Promise<void> {
    // Whoever comes last ends what was left open.
    for (const [nth, mix] of this.#workers.entries()) await this.#until(this.#worker(`last-${nth}`, mix, topics).init())
    // Markers are on their way for a moment.
    await this.#world.runFor(2_000)
    const partitions: Visible[] = []
    for (const topic of topics) {
      for (let index = 0; index < topic.partitions; index += 1) {
        partitions.push(await this.#until(readCommitted(this.#auditor, topic, index)))
      }
    }
    const committed = new Map<string, number>()
    for (const { transactionalId } of this.#workers) {
      committed.set(
        transactionalId,
        await this.#until(committedBy(this.#auditor, this.#world, transactionalId, topics[0]!)),
      )
    }
    for (const anomaly of judgeTransactions(this.#history, { partitions, committed })) this.#say(anomaly)
  }

  #worker(name: string, mix: WorkerMix, topics: readonly Topic[]): Worker {
    const at = {
      world: this.#world,
      dice: this.#world.dice(name),
      line: new Line(new Machine(this.#net, name).boot(), name, this.#gate, 2_000),
      topics,
      history: this.#history,
      say: (anomaly: string) => this.#say(anomaly),
      isEnding: () => this.#isEnding,
    }
    return new Worker(at, mix)
  }

  #employ(nth: number, mix: WorkerMix, topics: readonly Topic[]): void {
    this.#working += 1
    this.#worker(`worker-${nth}`, mix, topics)
      .run()
      .catch((error: unknown) => this.#say(`worker: ${error instanceof Error ? error.stack : String(error)}`))
      .finally(() => {
        this.#working -= 1
      })
  }

  #start(): Promise<Node> {
    this.#gate.close()
    return this.#until(startNode(this.#broker.boot(), config(this.#cleaner)))
  }

  async #makeTopics(): Promise<Topic[]> {
    const wanted = Array.from({ length: this.#dice.between(1, 3) }, (_, nth) => ({
      name: `topic-${nth}`,
      numPartitions: this.#dice.between(1, 2),
      replicationFactor: 1,
      assignments: [],
      configs: [
        { name: 'internal.segment.bytes', value: String(this.#dice.between(400, 20_000)) },
        // The producers have a clock of their own, by which everything is very old.
        { name: 'retention.ms', value: '-1' },
      ],
    }))
    const made = await this.#auditor.ask(CreateTopics, 7, { topics: wanted, timeoutMs: 5_000, validateOnly: false })
    return made.topics.map(({ name, topicId, numPartitions }) => ({ name, id: topicId, partitions: numPartitions }))
  }

  #until<T>(promise: Promise<T>): Promise<T> {
    return this.#world.until(promise, patienceMs)
  }

  #say(anomaly: string): void {
    this.#anomalies.push(anomaly)
  }
}

function config(cleaner: readonly string[]) {
  const set = [
    'auto.create.topics.enable=false',
    'offsets.topic.num.partitions=2',
    'transaction.state.log.num.partitions=2',
    'transaction.abort.timed.out.transaction.cleanup.interval.ms=200',
    ...cleaner,
  ]
  const { host, port } = brokerAddress
  const flags = { host, port: String(port), dataDir: '/data', profile: 'prod', flush: 'group', set } as const
  return readConfig({
    flags: { ...flags, set },
    environment: {},
    readFile: () => Buffer.alloc(0),
    defaultProfile: 'prod',
  }).config
}
