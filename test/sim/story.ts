/**
 * One story: a node on a simulated machine, clients on others, and what happens to them. The node dies several times, in
 * one way or another, and after each time it is held to what its clients were told.
 */
import { readConfig, type NodeConfig } from '../../src/node/config/config'
import { type Node, startNode } from '../../src/node/node'
import type { Platform } from '../../src/platform/platform'
import type { Dice } from '../../src/platform/simulated/dice'
import { Machine } from '../../src/platform/simulated/machine'
import { SimulatedNet } from '../../src/platform/simulated/network'
import { World } from '../../src/platform/simulated/world'
import { parseLogDirectoryName } from '../../src/storage/segments/layout'
import { Admin, createStableTopics } from './admin'
import { describeGroups, look } from './audit'
import { judge } from './judge'
import { Ledger } from './ledger'
import { brokerAddress, Gate, type Line, StubbornLine } from './line'
import { Member } from './member'
import { drawMix, type Mix } from './mix'
import { runProducer } from './producer'
import { pickOne, type Stage } from './stage'

export interface Report {
  readonly seed: number
  /** Equal for two runs of one seed. */
  readonly fingerprint: string
  readonly anomalies: readonly string[]
  readonly mix: Mix
  readonly counts: Stage['counts'] & { events: number; audits: number }
}

const dataDir = '/data'
/** What the story waits for comes within this long, in the world's time, or never. */
const patienceMs = 120_000

/** `log` gets every log line of the node. */
export async function tell(seed: number, log: (line: string) => void = () => {}): Promise<Report> {
  const story = new Story(seed, log)
  return story.run()
}

class Story implements Stage {
  readonly world: World
  readonly mix: Mix
  readonly ledger = new Ledger()
  readonly gate = new Gate()
  readonly counts = { requests: 0, acked: 0, read: 0, commits: 0, rebalances: 0, lives: 0, events: 0, audits: 0 }
  isEnding = false
  readonly #seed: number
  readonly #dice: Dice
  readonly #net: SimulatedNet
  readonly #broker: Machine
  readonly #config: NodeConfig
  readonly #members: { readonly group: string; readonly member: Member }[] = []
  readonly #clients: string[] = []
  readonly #auditor: Line
  /** Of the process that runs. */
  #platform: Platform | null = null
  #isOver = false
  #isDiskFaulty = false
  #mendedMs = -1
  #failed: unknown = null
  #working = 0

  constructor(seed: number, log: (line: string) => void) {
    this.#seed = seed
    this.world = new World({ seed })
    this.#dice = this.world.dice('story')
    this.mix = drawMix(this.world.dice('mix'))
    this.#net = new SimulatedNet(this.world)
    const { delayMs, pieceBytes, syncMs, longWriteBytes, writeMs } = this.mix
    Object.assign(this.#net.faults, { delayMs, pieceBytes, connectTimeoutMs: 1_000 })
    this.#broker = new Machine(this.#net, 'broker', line => {
      log(`${this.world.nowMs.toFixed(3)} ${line}`)
      this.#judgeLog(line)
    })
    Object.assign(this.#broker.diskFaults, { syncMs, longWriteBytes, writeMs })
    this.#config = configOf(this.mix)
    this.#auditor = new StubbornLine(this.world, this.machine('auditor'), 'auditor')
  }

  machine(name: string): Platform {
    return new Machine(this.#net, name).boot()
  }

  wasDiskFaulty(sinceMs = Infinity): boolean {
    return this.#isDiskFaulty || this.#mendedMs >= sinceMs
  }

  async run(): Promise<Report> {
    try {
      await this.#lives()
    } catch (error) {
      this.#say(`failed: ${error instanceof Error ? error.stack : String(error)}`)
    }
    this.counts.events = this.world.eventCount
    const anomalies = [...new Set(this.ledger.anomalies)]
    const fingerprint = `${this.world.fingerprint.toString(16)}-${this.world.eventCount}-${this.ledger.batches.size}`
    return { seed: this.#seed, fingerprint, anomalies, mix: this.mix, counts: this.counts }
  }

  async #lives(): Promise<void> {
    let node = await this.#start()
    await this.#until(createStableTopics(this, this.#auditor))
    this.#cast()
    for (let life = 1; life < this.mix.lives; life += 1) {
      node = await this.#live(node)
      if (this.ledger.anomalies.length > 0) return
    }
    this.gate.open()
    await this.#conclude(node)
  }

  /** Lets the process live for a while and die; gives the next one. */
  async #live(node: Node): Promise<Node> {
    const dice = this.#dice
    this.gate.open()
    const livesMs = dice.within(this.mix.lifeMs)
    const faultAtMs = this.mix.diskFault !== 'none' && dice.chance(0.5) ? dice.within([0, livesMs]) : livesMs
    await this.#runFor(faultAtMs)
    if (faultAtMs < livesMs) this.#breakDisk()
    await this.#runFor(livesMs - faultAtMs)
    const described = dice.chance(0.4) ? await this.#quietly(node) : null
    const ending = pickOne(dice, this.mix.endings)
    await this.#end(node, ending)
    this.gate.close()
    // Whoever tries to connect while the next process starts would wait for it, and speak before it is looked at.
    await this.#until(this.gate.quiet())
    this.ledger.processEnded(this.world.nowMs)
    this.#mendDisk()
    const next = await this.#start()
    if (described) await this.#compare(described)
    if (dice.chance(this.mix.auditChance)) await this.#audit(next)
    return next
  }

  async #end(node: Node, ending: Mix['endings'][number]): Promise<void> {
    if (ending === 'crash') return this.#broker.crash()
    if (ending === 'stop') {
      try {
        await this.#until(node.stop())
      } catch (error) {
        if (!this.#isDiskFaulty) throw error
      }
    }
    this.#broker.kill()
  }

  /** Starts a process; it may lose its power while it starts, more than once. */
  async #start(): Promise<Node> {
    while (this.#dice.chance(this.mix.crashWhileStarting)) {
      this.#launch().catch(error => this.#say(`start: ${String(error)}`))
      await this.world.runFor(this.#dice.within([0, 60]))
      if (this.#dice.chance(0.5)) this.#broker.crash()
      else this.#broker.kill()
    }
    return this.#until(this.#launch())
  }

  #launch(): Promise<Node> {
    this.counts.lives += 1
    this.#platform = this.#broker.boot()
    return startNode(this.#platform, this.#config)
  }

  #cast(): void {
    const { producers, groups, passingTopics, deleteRecordsChance } = this.mix
    for (const [nth, mix] of producers.entries()) this.#act(`producer-${nth}`, actor => runProducer(actor, mix))
    for (const mix of groups) {
      for (let nth = 0; nth < mix.members; nth += 1) {
        this.#act(`${mix.name}-${nth}`, actor => {
          const member = new Member(actor, mix)
          this.#members.push({ group: mix.name, member })
          return member.run(() => this.#isOver)
        })
      }
    }
    if (passingTopics > 0 || deleteRecordsChance > 0) this.#act('admin', actor => new Admin(actor).run())
    if (this.mix.mishapMs !== Infinity) this.#act('weather', () => this.#weather())
  }

  #act(name: string, play: (actor: { name: string; stage: Stage; dice: Dice }) => Promise<void>): void {
    this.#clients.push(name)
    this.#working += 1
    play({ name, stage: this, dice: this.world.dice(name) })
      .catch((error: unknown) => {
        this.#failed ??= error
        this.#say(`actor: ${name}: ${error instanceof Error ? error.stack : String(error)}`)
      })
      .finally(() => {
        this.#working -= 1
      })
  }

  /** Cuts connections, and severs and mends links. */
  async #weather(): Promise<void> {
    const dice = this.world.dice('weather')
    while (!this.isEnding) {
      await this.world.sleep(dice.within([0, this.mix.mishapMs * 2]))
      if (this.isEnding) return
      const client = pickOne(dice, this.#clients)
      const kind = dice.between(1, 4)
      if (kind === 1) this.#net.cut('broker')
      else if (kind === 2) this.#net.cut('broker', client)
      else {
        if (kind === 3) this.#net.sever('broker', client)
        else this.#net.sever(client, 'broker')
        await this.world.sleep(dice.within([0, 1_000]))
        this.#net.mend()
      }
    }
  }

  #breakDisk(): void {
    const { diskFaults } = this.#broker
    const dice = this.world.dice(`disk/${this.counts.lives}`)
    this.#isDiskFaulty = true
    const { diskFault } = this.mix
    if (diskFault === 'full') {
      const { totalBytes, usableBytes } = this.#platform!.files.space('/')
      diskFaults.capacityBytes = totalBytes - usableBytes + dice.between(0, 5_000)
    } else {
      const rate = dice.within([0.01, 0.5])
      const operations = diskFault === 'sync' ? ['sync', 'syncDir'] : ['write', 'truncate']
      diskFaults.fail = operation => (operations.includes(operation) && dice.chance(rate) ? 'EIO' : null)
    }
  }

  #mendDisk(): void {
    if (this.#isDiskFaulty) this.#mendedMs = this.world.nowMs
    this.#isDiskFaulty = false
    this.#broker.diskFaults.fail = () => null
    this.#broker.diskFaults.capacityBytes = Infinity
  }

  /** Waits until nobody waits for an answer, and looks at the groups: just before the process ends. */
  async #quietly(node: Node): Promise<Map<string, string> | null> {
    this.gate.close()
    await this.#until(this.gate.quiet())
    if (this.#dice.chance(this.#isDiskFaulty ? 0.7 : 0.3)) await this.#audit(node)
    if (this.#isDiskFaulty) return null
    return this.#until(describeGroups(this, this.#auditor))
  }

  /** A group is after a restart what it was before. */
  async #compare(before: ReadonlyMap<string, string>): Promise<void> {
    const after = await this.#until(describeGroups(this, this.#auditor))
    for (const [name, was] of before) {
      const is = after.get(name)
      if (is !== was) this.#say(`forgotten: group ${name} was ${was}, is ${is}`)
    }
  }

  async #audit(node: Node): Promise<void> {
    this.counts.audits += 1
    const seen = await this.#until(look(this, node, this.#auditor))
    for (const anomaly of judge(this.ledger, seen)) this.#say(anomaly)
    for (const { topicId, partition, records, highWatermark } of seen.partitions) {
      this.ledger.read(topicId, partition, records, highWatermark)
    }
  }

  /** Faults are over: everything is to come to its end. */
  async #conclude(node: Node): Promise<void> {
    await this.#runFor(this.#dice.within(this.mix.lifeMs))
    this.isEnding = true
    this.#net.mend()
    const untilMs = this.world.nowMs + patienceMs
    const isDone = () => this.#members.every(({ member }) => member.isDone) && this.#working === this.#members.length
    while (!isDone() && this.world.nowMs < untilMs && !this.#failed) await this.#runFor(500)
    if (!isDone()) {
      this.#say(
        `stuck: ${this.#working} clients work, ${this.#members.filter(({ member }) => !member.isDone).length} members read`,
      )
    }
    for (const { name } of this.mix.groups) this.#judgeShares(name)
    this.gate.close()
    await this.#until(this.gate.quiet())
    await this.#audit(node)
    this.#judgeDirectory()
    this.#isOver = true
    this.gate.open()
    await this.#runFor(1_000)
    await this.#until(node.stop())
    this.#broker.kill()
  }

  /** A settled group reads every partition, and none twice. */
  #judgeShares(group: string): void {
    const shared = this.#members.filter(each => each.group === group).flatMap(({ member }) => member.places)
    const names = shared.map(({ topic, partition }) => `${topic}-${partition}`).sort()
    const all = this.mix.stableTopics.flatMap(({ name, partitions }) =>
      Array.from({ length: partitions }, (_, partition) => `${name}-${partition}`),
    )
    if (names.join() !== all.sort().join()) this.#say(`shares: ${group} reads ${names.join(', ') || 'nothing'}`)
  }

  /** Nothing is left of topics that were deleted, but what is on its way out. */
  #judgeDirectory(): void {
    for (const name of this.#platform!.files.list(dataDir)) {
      const topic = parseLogDirectoryName(name)?.topic
      if (topic === undefined || topic.startsWith('__')) continue
      const last = this.ledger.topics.findLast(each => each.name === topic)
      if (!last || last.deleted === 'acked') this.#say(`litter: ${name} is there, and no such topic`)
    }
  }

  /** A log line of level error tells of a bug, unless a fault of the disk explains it. */
  #judgeLog(line: string): void {
    const event = / error (\S+)/.exec(line)?.[1]
    if (event === undefined) return
    const isBug = ['request-failed', 'reply-failed', 'connection-failed'].includes(event)
    if (isBug || !this.#isDiskFaulty) this.#say(`log: ${line}`)
  }

  #runFor(ms: number): Promise<void> {
    return this.world.runFor(ms)
  }

  #until<T>(promise: Promise<T>): Promise<T> {
    return this.world.until(promise, patienceMs)
  }

  #say(anomaly: string): void {
    this.ledger.anomalies.push(anomaly)
  }
}

function configOf(mix: Mix): NodeConfig {
  const { host, port } = brokerAddress
  const { config } = readConfig({
    flags: {
      host,
      port: String(port),
      dataDir,
      profile: 'prod',
      flush: 'group',
      set: [
        'auto.create.topics.enable=false',
        'group.initial.rebalance.delay.ms=100',
        `offsets.topic.num.partitions=${mix.offsetsPartitions}`,
        ...mix.cleaner,
      ],
    },
    environment: {},
    readFile: () => Buffer.alloc(0),
    defaultProfile: 'prod',
  })
  return config
}
