/** A broker as a test sees it, wherever it runs. */
import type { BrokerEvents, EventName } from './contract/cluster-events'
import { nodeOrigins } from '../platform/node/origins'
import type { Cancel } from '../platform/clock'
import {
  BrokerError,
  type ClientFacts,
  type ClusterFacts,
  type Command,
  type Engine,
  type Gives,
  type GroupFacts,
  type PartitionLag,
  type Takes,
  type TopicFacts,
  type Written,
} from './contract/commands'
import { BrokerAddresses } from './broker-addresses'
import { checkMatch, groupLines, type Match, wishText } from './contract/matching'
import { allRecords, firstRecord, firstRecords } from './door/reading'
import { type Rec, type RecordInput, toProduce } from './contract/values'
import { controlOf, environmentFor } from './contract/environment'
import { ClockDoor } from './door/clock-door'
import { type Decide, Deciders } from './door/deciders'
import { type Ask, FaultDoor } from './door/fault-door'
import { anyFunction, listOf, text, wholeNumber } from './contract/kinds'
import { leftoverLines } from './leftovers'
import {
  checkTaken,
  type ForkOptions,
  type RequestsFilter,
  keyOf,
  type Snapshot,
  type SnapshotRef,
  type StopOptions,
} from './contract/method-options'
import { BrokerNode } from './door/node-handle'
import { Listeners } from './listeners'
import { snapshotName } from './snapshots/snapshots'
import { tellLog } from './contract/log-sink'
import { openEngine } from './open-engine'
import { calledAt, explained, settle } from './taken'
import type { Decision } from './contract/question'
import { type GroupWait, type ReadOptions, type RecordsOptions, type Wait, waitMsDefault } from './contract/waits'
import {
  type BrokerOptions,
  checkOptions,
  type ResetOptions,
  startOptionsOf,
  type TopicSpec,
  topicSpecOf,
} from './contract/options'
import type { LoggedRequest } from './contract/logged-request'

const drainMsDefault = 500
const startsOnce = 'this broker has been stopped, and starts no more: make another one, new Broker(options)'

/** Starts a broker and resolves when it serves. Rejects with BrokerError, and has then left nothing behind. */
export function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  return Broker.create(options)
}

export class Broker extends BrokerAddresses implements AsyncDisposable {
  readonly #options: BrokerOptions
  #engine: Engine | null = null
  #facts: ClusterFacts | null = null
  /** Of the engine; null when there is none. */
  #control: string | null = null
  #nodes: readonly BrokerNode[] = []
  #unwatch: Cancel = () => {}
  /** Gives back what it has taken of this process: a directory, ports. */
  #leave: Cancel = () => {}
  /** Whose engine this one runs on; null when it has one of its own. */
  #parent: Broker | null = null
  readonly #forks = new Set<Broker>()
  #listeners = new Listeners()
  #deciders = new Deciders()
  #starting: Promise<this> | null = null
  #stopping: Promise<void> | null = null

  /** Throws TypeError for options that nobody knows. Nothing runs before `start`. */
  constructor(options: BrokerOptions = {}) {
    super()
    checkOptions(options)
    this.#options = options
  }

  static async create(options: BrokerOptions = {}): Promise<Broker> {
    return new Broker(options).start()
  }

  /**
   * Resolves when it serves and the topics of its options have leaders. Asking again waits for the same start. Rejects with
   * BrokerError when it has been stopped, or is before it serves.
   */
  start(): Promise<this> {
    if (this.#stopping) return Promise.reject(new BrokerError(startsOnce, 'BROKER_STOPPED'))
    this.#starting ??= this.#start()
    return this.#starting
  }

  async #start(): Promise<this> {
    const engine = openEngine(this.#options.isolation ?? 'worker', {
      log: line => this.#say(line),
      // Until it has started, whoever waits for that is told.
      gone: why => this.#engine && this.#say(`odradek: ${why}`),
      event: (cluster, event) => this.#listeners.heard(cluster, event),
      question: (cluster, question) => {
        const answer = (decision: Decision) => engine.ask(cluster, 'decide', { question: question.id, decision })
        this.#deciders.asked(cluster, question, answer)
      },
    })
    const asked: { stack?: string } = {}
    Error.captureStackTrace(asked, this.#start)
    this.#unwatch = nodeOrigins.watch()
    const started = startOptionsOf(this.#options)
    this.#leave = settle({ dir: started.dataDir, home: null, places: () => [] })
    try {
      const facts = await engine.ask(0, 'start', started)
      if (this.#options.control) this.#control = await engine.ask(facts.cluster, 'control', null)
      if (this.#stopping) throw new BrokerError(startsOnce, 'BROKER_STOPPED')
      this.#became(engine, facts)
      return this
    } catch (error) {
      this.#unwatch()
      this.#leave()
      await engine.close()
      throw calledAt(asked, explained(error))
    }
  }

  #became(engine: Engine | null, facts: ClusterFacts): void {
    this.#engine = engine
    this.#facts = facts
    const commands = {
      stop: (id: number) => this.#ask('stopNode', id),
      start: (id: number) => this.#ask('startNode', id),
    }
    this.#nodes = facts.nodes.map(node => new BrokerNode(node, commands))
    this.#leave()
    const dir = this.#parent === null ? startOptionsOf(this.#options).dataDir : null
    const places = () => facts.nodes.flatMap(({ listeners }, nth) => (this.#nodes[nth]!.isUp ? listeners : []))
    this.#leave = settle({ dir, home: facts.nodes[0]!.listeners[0]!, places })
  }

  /**
   * Says which clients are still connected, answers what is under way for at most `drainMs`, and closes everything. Stopping
   * what was never started, or twice, does nothing more.
   */
  async stop(options: StopOptions = {}): Promise<void> {
    checkTaken('stop', options)
    this.#stopping ??= this.#stop(options.drainMs ?? drainMsDefault)
    return this.#stopping
  }

  async #stop(drainMs: number): Promise<void> {
    if (this.#starting === null) return
    await this.#starting.catch(() => undefined)
    const engine = this.#engine
    if (engine === null) return
    await Promise.all([...this.#forks].map(fork => fork.stop({ drainMs })))
    try {
      const left = await engine.ask(this.#started.cluster, 'stop', { drainMs })
      this.#sayLeft(left)
    } catch (error) {
      // It runs no more, as was asked. That it ended by itself has been said when it did.
      if ((error as BrokerError).code !== 'BROKER_GONE') throw error
    } finally {
      this.#unwatch()
      this.#leave()
      if (this.#parent === null) await engine.close()
      else this.#parent.#forks.delete(this)
    }
  }

  /**
   * A cluster of its own beside this one, on another port: with topics, records, offsets and configs as they are here now,
   * as a snapshot has them, or with nothing. It ends with this one, or earlier when it is stopped.
   */
  async fork(options: ForkOptions = {}): Promise<Broker> {
    checkTaken('fork', options)
    const { from } = options
    const facts = await this.#ask('fork', { from: from === undefined ? null : keyOf(from, 'from of fork') })
    const fork = new Broker(this.#options)
    fork.#parent = this
    fork.#listeners = this.#listeners
    fork.#deciders = this.#deciders
    fork.#became(this.#engine, facts)
    fork.#control = this.#control
    fork.#starting = Promise.resolve(fork)
    this.#forks.add(fork)
    return fork
  }

  /**
   * Remembers everything as it is at this moment. What comes later costs memory, what is there does not. A name is known here
   * and in forks of this one; it is dropped with this one, or when another takes its name here.
   */
  async snapshot(name?: string): Promise<Snapshot> {
    if (name === undefined) return { id: await this.#ask('snapshot', null) }
    snapshotName(name, 'the name of a snapshot')
    return { id: await this.#ask('snapshot', name), name }
  }

  /** Becomes what it was, or what another broker of the same family was. Connections stay; groups have to be joined anew. */
  async restore(snapshot: SnapshotRef): Promise<void> {
    await this.#ask('restore', keyOf(snapshot, 'what restore restores'))
  }

  async dropSnapshot(snapshot: SnapshotRef): Promise<void> {
    await this.#ask('dropSnapshot', keyOf(snapshot, 'what dropSnapshot drops'))
  }

  /**
   * Becomes what it was when it started or was forked, all at once: no client sees half of it. `keepTopics` keeps topics
   * that were made since, without their records; `keepGroups` keeps groups with what they committed.
   */
  async reset(options: Partial<ResetOptions> = {}): Promise<void> {
    checkTaken('reset', options)
    await this.#ask('reset', { keepTopics: false, keepGroups: false, ...options })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  get nodes(): readonly BrokerNode[] {
    void this.#started
    return this.#nodes
  }

  /** Makes a node lead a partition. If it has no replica, it gets that of the one that led. */
  moveLeader(topic: string, partition: number, to: number | BrokerNode): Promise<void> {
    return this.faults.moveLeader(topic, partition, to)
  }

  /** The id of the node that leads a partition; null while none does. */
  async leaderOf(topic: string, partition: number): Promise<number | null> {
    text(topic, 'the topic of leaderOf')
    wholeNumber(partition, 'the partition of leaderOf')
    return this.#ask('leaderOf', { topic, partition })
  }

  get clusterId(): string {
    return this.#started.clusterId
  }

  /** Variables by which programs are usually told where Kafka is. */
  env(): Record<string, string> {
    return environmentFor(this.bootstrapServers, this.#control === null ? null : this.controlUrl)
  }

  /** Where this cluster is controlled over HTTP. Throws unless the option `control` is set. */
  get controlUrl(): string {
    if (this.#control === null)
      throw new BrokerError('this broker has no control port: startBroker({ control: true })', null)
    return controlOf(this.#control, this.#started)
  }

  /** What topics there are, as `createTopics` would make them again: in the order of their names, without internal ones. */
  topics(): Promise<readonly TopicFacts[]> {
    return this.#ask('topics', null)
  }

  /** Resolves when they have leaders. Rejects with BrokerError, as TOPIC_ALREADY_EXISTS; others are created then. */
  async createTopics(...topics: readonly (string | TopicSpec)[]): Promise<void> {
    await this.#ask('createTopics', topics.map(topicSpecOf))
  }

  /** Resolves when they are gone. */
  async deleteTopics(...names: readonly string[]): Promise<void> {
    for (const name of names) text(name, 'what deleteTopics deletes')
    await this.#ask('deleteTopics', names)
  }

  /** Writes records as a producer does; a missing topic is made. Gives their places. Rejects as Produce refuses. */
  async produce(topic: string, records: RecordInput | readonly RecordInput[]): Promise<readonly Written[]> {
    text(topic, 'the topic of produce')
    return this.#ask('produce', { topic, records: listOf<RecordInput>(records).map(toProduce) })
  }

  /** What a consumer that reads committed records would see, by partition. Rejects when there is no such topic. */
  async records<T = unknown>(topic: string, options: RecordsOptions = {}): Promise<Rec<T>[]> {
    text(topic, 'the topic of records')
    checkTaken('records', options)
    return allRecords(this.#asking, topic, options)
  }

  /**
   * The first record that matches, of those that are there and those to come, though the topic be made only then. Rejects
   * with what was there instead when the time is up.
   */
  async waitForRecord<T = unknown>(topic: string, match: Match<T>, options: ReadOptions & Wait = {}): Promise<Rec<T>> {
    text(topic, 'the topic of waitForRecord')
    checkMatch(match, 'the match of waitForRecord')
    checkTaken('waitForRecord', options)
    return firstRecord(this.#asking, topic, match, options)
  }

  /** The first `count` records, when there are so many. */
  async waitForRecords<T = unknown>(topic: string, count: number, options: ReadOptions & Wait = {}): Promise<Rec<T>[]> {
    text(topic, 'the topic of waitForRecords')
    wholeNumber(count, 'the count of waitForRecords')
    checkTaken('waitForRecords', options)
    return firstRecords(this.#asking, topic, count, options)
  }

  /** Resolves when the group is as asked: Stable when nothing is. Rejects with what it is instead. */
  async waitForGroup(group: string, options: GroupWait = {}): Promise<GroupFacts> {
    text(group, 'the group of waitForGroup')
    checkTaken('waitForGroup', options)
    const { timeoutMs = waitMsDefault, members = null, caughtUp = false } = options
    const assigned = listOf(options.assigned ?? [])
    const state = options.state ?? (members === 0 ? null : 'Stable')
    const wish = { state, members, assigned, caughtUp }
    const { isSo, facts, trouble } = await this.#ask('waitForGroup', { group, wish, waitMs: timeoutMs })
    if (isSo) return facts
    throw new BrokerError(
      `group ${group} is not ${wishText(wish)} after ${timeoutMs} ms. ${trouble ?? groupLines(facts)}`,
      null,
    )
  }

  readonly #asking: Ask = (command, argument) => this.#ask(command, argument)

  /**
   * The time of this broker: retention, compaction, timeouts of sessions and transactions go by it, and the time of day that
   * it stamps. Waits that clients ask for themselves pass as they do.
   */
  readonly clock = new ClockDoor(this.#asking)

  /** What goes wrong because a test wants it to. */
  readonly faults = new FaultDoor(this.#asking, () => this.nodes, {
    add: (decide: Decide) => this.#deciders.add(this.#started.cluster, decide),
    drop: number => this.#deciders.drop(this.#started.cluster, number),
    clear: () => this.#deciders.clear(this.#started.cluster),
  })

  /** The group as it is now. */
  async group(group: string): Promise<GroupFacts> {
    text(group, 'a group')
    return this.#ask('group', group)
  }

  /** How far a group is behind, over all partitions that it is assigned or has committed. */
  async lag(group: string): Promise<{ total: number; seconds: number; partitions: readonly PartitionLag[] }> {
    const { lag } = await this.group(group)
    return {
      total: lag.reduce((sum, { records }) => sum + records, 0),
      seconds: Math.max(0, ...lag.map(({ seconds }) => seconds)),
      partitions: lag,
    }
  }

  /** The last fifty requests of each API, in the order in which they came. */
  async requests(filter: RequestsFilter = {}): Promise<readonly LoggedRequest[]> {
    checkTaken('requests', filter)
    return this.#ask('requests', { api: filter.api ?? null, clientId: filter.clientId ?? null })
  }

  /** Nothing that happens after the promise resolves is missed. What it gives ends the listening. */
  async on<N extends EventName>(name: N, listener: (what: BrokerEvents[N]) => unknown): Promise<() => void> {
    anyFunction(listener, 'the listener of on')
    return this.#listeners.on(this.#started.cluster, name, listener, names => this.#ask('listen', names))
  }

  /** Who is connected and has asked something. */
  connections(): Promise<readonly ClientFacts[]> {
    return this.#ask('connections', null)
  }

  get #ports(): readonly number[] {
    return this.#started.nodes.flatMap(({ listeners }) => listeners.map(({ port }) => port))
  }

  get #started(): ClusterFacts {
    if (this.#facts === null) throw new BrokerError('this broker has not been started: await broker.start()', null)
    return this.#facts
  }

  async #ask<C extends Command>(command: C, argument: Takes<C>): Promise<Gives<C>> {
    const { cluster } = this.#started
    // Where it is asked for: what comes back from a thread has no line of the test.
    const asked: { stack?: string } = {}
    Error.captureStackTrace(asked, this.#ask)
    try {
      return await this.#engine!.ask(cluster, command, argument)
    } catch (error) {
      throw calledAt(asked, explained(error, this.#ports))
    }
  }

  #sayLeft(left: readonly ClientFacts[]): void {
    for (const line of leftoverLines(left, port => nodeOrigins.of(port))) this.#say(`odradek: ${line}`)
  }

  #say(line: string): void {
    tellLog(this.#options.log, line)
  }
}
