/** Runs clusters and carries out commands, in whatever thread it was made. */
import { type ConfigAnswer, type NodeConfig, readConfig } from '../../node/config/config'
import { profileWords } from '../../node/config/profiles'
import { roomOf, tellFewFiles } from '../../node/open-files'
import type { AdjustableTime } from '../../platform/adjustable-time'
import { lineLogger } from '../../platform/logger'
import type { Http, HttpServer } from '../../platform/http'
import type { Platform } from '../../platform/platform'
import { Cluster } from './cluster'
import { type EventName, eventNames } from '../contract/cluster-events'
import {
  BrokerError,
  type ClusterFacts,
  type Command,
  type Engine,
  type EngineEvents,
  type Gives,
  type GroupFacts,
  type SnapshotKey,
  type Takes,
  ToldBrokerError,
  toldError,
} from '../contract/commands'
import { Control, controlBodyMax } from '../control/control'
import { serversOf } from '../contract/environment'
import { checkTopic, produce, read } from './data'
import { groupFacts, isAsWished } from './groups'
import type { StartOptions } from '../contract/options'
import { Snapshots } from '../snapshots/snapshots'
import { createTopics, deleteTopics, leaderOf, listTopics, moveLeader, seedTopics } from './topics'
import { until } from './until'

type Carried = { readonly [C in Command]: (cluster: number, argument: Takes<C>) => Promise<Gives<C>> | Gives<C> }

export class LocalEngine implements Engine {
  readonly #platform: Platform
  readonly #events: EngineEvents
  readonly #http: Http | null
  readonly #clusters = new Map<number, Cluster>()
  readonly #snapshots = new Snapshots()
  /** Numbers of clusters and snapshots. */
  #last = 0
  #control: Promise<HttpServer> | null = null

  /** Without `http` it has no control port. */
  constructor(platform: Platform, events: EngineEvents, http: Http | null = null) {
    this.#platform = platform
    this.#events = events
    this.#http = http
  }

  /**
   * Starts a cluster of so many nodes, of which the settings are known already, in a process of its own: its clients, with those
   * of its forks, have their share of the files that may be open. Rejects as `startNode`.
   */
  async open(config: NodeConfig, nodes = 1): Promise<ClusterFacts> {
    const keepsLogs = config.dataDir !== null
    const room = roomOf(this.#platform, keepsLogs)
    const cluster = await Cluster.open({ ...this.#platform, room }, config, nodes)
    tellFewFiles(this.#platform, keepsLogs)
    return this.#opened(cluster)
  }

  async ask<C extends Command>(cluster: number, command: C, argument: Takes<C>): Promise<Gives<C>> {
    try {
      return await this.#commands[command](cluster, argument)
    } catch (error) {
      throw new ToldBrokerError(toldError(error))
    }
  }

  async close(): Promise<void> {
    await (await this.#control?.catch(() => null))?.close()
    await Promise.all([...this.#clusters.keys()].map(cluster => this.#stop(cluster, 0)))
  }

  readonly #commands: Carried = {
    start: (_none, options) => this.#start(options),
    stop: (cluster, { drainMs }) => this.#stop(cluster, drainMs),
    facts: cluster => factsOf(cluster, this.#at(cluster)),
    control: () => this.#controlUrl(),
    connections: cluster => this.#at(cluster).watch.clients(),
    seedTopics: async (cluster, topics) => {
      await seedTopics(this.#at(cluster).core, topics)
      return null
    },
    topics: cluster => listTopics(this.#at(cluster).core),
    createTopics: (cluster, topics) => createTopics(this.#at(cluster).core, topics),
    deleteTopics: (cluster, names) => deleteTopics(this.#at(cluster).core, names),
    stopNode: async (cluster, id) => {
      await this.#at(cluster).stopNode(id)
      return null
    },
    startNode: async (cluster, id) => {
      await this.#at(cluster).startNode(id)
      return null
    },
    moveLeader: (cluster, { topic, partition, to }) => moveLeader(this.#at(cluster).core, topic, partition, to),
    leaderOf: (cluster, { topic, partition }) => leaderOf(this.#at(cluster).core, topic, partition),
    fork: (cluster, { from }) => this.#fork(cluster, from),
    snapshot: (cluster, name) => this.#snapshot(cluster, name),
    restore: async (cluster, snapshot) => {
      await this.#at(cluster).restore(this.#snapshots.imageOf(cluster, snapshot))
      return null
    },
    dropSnapshot: (cluster, snapshot) => {
      this.#snapshots.drop(cluster, snapshot)
      return null
    },
    reset: async (cluster, options) => {
      await this.#at(cluster).reset(options)
      return null
    },
    listen: (cluster, names) => this.#listen(cluster, names),
    requests: (cluster, filter) => this.#at(cluster).listRequests(filter),
    addFault: (cluster, fault) => this.#at(cluster).addFault(fault),
    liftFault: (cluster, id) => {
      this.#at(cluster).faults.lift(id)
      return null
    },
    clearFaults: cluster => {
      this.#at(cluster).faults.clear()
      return null
    },
    decide: (cluster, { question, decision }) => {
      this.#at(cluster).questions.decide(question, decision)
      return null
    },
    faultHits: (cluster, id) => this.#at(cluster).faults.hits(id),
    happen: (cluster, { what, to }) => this.#at(cluster).happen(what, to),
    fillDisk: (cluster, isFull) => {
      this.#at(cluster).disk.fill(isFull)
      return null
    },
    time: (cluster, move) => this.#time(this.#at(cluster).time, move),
    produce: async (cluster, { topic, records }) => {
      const { core, time, events } = this.#at(cluster)
      const written = await produce(core, time.clock, topic, records)
      const nobody = { clientId: null, transactionalId: null }
      for (const { partition, offset } of written)
        events.tell('produce', { topic, partition, offset, records: 1, ...nobody })
      return written
    },
    read: (cluster, ask) => this.#read(this.#at(cluster), ask),
    group: (cluster, group) => groupFacts(this.#at(cluster).core, this.#at(cluster).time.clock, group),
    waitForGroup: (cluster, ask) => this.#waitForGroup(this.#at(cluster), ask),
  }

  async #start(options: StartOptions): Promise<ClusterFacts> {
    const { config, warnings } = configOf(options)
    const logger = lineLogger(line => this.#events.log(line), this.#platform.clock.now, config.logLevel)
    const cluster = await Cluster.open({ ...this.#platform, logger }, config, options.brokers)
    try {
      await cluster.admit(options.scramUsers)
      await seedTopics(cluster.core, options.topics)
    } catch (error) {
      await cluster.stop(0)
      throw error
    }
    const facts = this.#opened(cluster)
    const storage = config.dataDir ?? 'memory'
    logger.info('ready', { brokers: serversOf(facts.nodes), storage, profile: profileWords(config) })
    for (const warning of warnings) logger.info('config-note', { says: warning })
    return facts
  }

  async #fork(cluster: number, from: SnapshotKey | null): Promise<ClusterFacts> {
    const of = this.#at(cluster)
    const image = () => (from === null ? of.image() : this.#snapshots.imageOf(cluster, from))
    const facts = this.#opened(from === 'empty' ? await of.forkEmpty() : await of.fork(image()))
    this.#snapshots.forked(facts.cluster, cluster)
    return facts
  }

  #snapshot(cluster: number, name: string | null): number {
    const image = this.#at(cluster).image()
    this.#snapshots.keep(++this.#last, image, cluster, name)
    return this.#last
  }

  #opened(cluster: Cluster): ClusterFacts {
    const number = ++this.#last
    this.#clusters.set(number, cluster)
    cluster.questions.hear(question => this.#events.question?.(number, question))
    cluster.welcome()
    return factsOf(number, cluster)
  }

  async #controlUrl(): Promise<string> {
    if (!this.#http) throw new BrokerError('there is no control port here', null)
    this.#control ??= this.#http.serve({ host: '127.0.0.1', port: 0 }, controlBodyMax, asked => control.answer(asked))
    const control = new Control(this, async () => urlOf(await this.#control!))
    return urlOf(await this.#control)
  }

  async #stop(cluster: number, drainMs: number): Promise<Gives<'stop'>> {
    const stopped = this.#at(cluster)
    try {
      return await stopped.stop(drainMs)
    } finally {
      this.#clusters.delete(cluster)
      this.#snapshots.left(cluster)
    }
  }

  #listen(cluster: number, names: readonly EventName[]): null {
    const unknown = names.find(name => !eventNames.includes(name))
    if (unknown !== undefined) {
      throw new BrokerError(`no event is called ${unknown}; there are ${eventNames.join(', ')}`, null)
    }
    this.#at(cluster).events.listen(names, event => this.#events.event?.(cluster, event))
    return null
  }

  async #time(time: AdjustableTime, ask: Takes<'time'>): Promise<number> {
    if (ask.move === 'advance') await time.advance(ask.byMs)
    if (ask.move === 'freeze') time.freeze(ask.atMs ?? undefined)
    if (ask.move === 'resume') time.resume()
    return time.clock.now()
  }

  #read(cluster: Cluster, ask: Takes<'read'>): Promise<Gives<'read'>> {
    // Who does not wait for a topic to come is told that there is none.
    if (ask.waitMs === 0) checkTopic(cluster.core, ask.topic)
    return read(() => cluster, this.#platform, ask)
  }

  async #waitForGroup(
    cluster: Cluster,
    { group, wish, waitMs }: Takes<'waitForGroup'>,
  ): Promise<Gives<'waitForGroup'>> {
    let facts: GroupFacts = { group, state: 'Dead', members: [], lag: [] }
    let trouble: string | null = null
    const leftMs = await until(this.#platform, waitMs, async () => {
      const { core } = cluster
      try {
        facts = await groupFacts(core, cluster.time.clock, group)
        trouble = null
      } catch (error) {
        if (!(error instanceof BrokerError)) throw error
        // It may lead in a moment, or have loaded.
        trouble = error.message
      }
      return trouble === null && isAsWished(facts, wish, core.partitions)
    })
    return { isSo: leftMs >= 0, facts, trouble }
  }

  #at(cluster: number): Cluster {
    const found = this.#clusters.get(cluster)
    if (!found) throw new BrokerError('this broker has been stopped', 'BROKER_STOPPED')
    return found
  }
}

const urlOf = ({ address }: HttpServer): string => `http://127.0.0.1:${address.port}`

function factsOf(number: number, { nodes, core, config }: Cluster): ClusterFacts {
  const facts = nodes.map(({ id, address: { host, port }, addresses, isUp }) => {
    const listeners = addresses.map((address, nth) => ({ name: config.listeners[nth]!.name, ...address }))
    return { id, host, port, listeners, isUp }
  })
  const { host, port } = facts[0]!
  return { cluster: number, host, port, nodes: facts, clusterId: core.metadata.image.clusterId }
}

/** Throws ConfigRefused with all that is wrong. */
function configOf({
  host,
  port,
  brokers,
  dataDir,
  flush,
  profile,
  asVersion,
  advertise,
  logLevel,
  set,
}: StartOptions): ConfigAnswer {
  const flags = {
    host,
    port: String(port),
    profile,
    logLevel,
    set,
    ...(dataDir === null ? {} : { dataDir }),
    ...(flush === null ? {} : { flush }),
    ...(asVersion === null ? {} : { asVersion }),
    ...(advertise === null ? {} : { advertise }),
  }
  const nothing = (path: string): Buffer => {
    throw new Error(`${path} is not read`)
  }
  return readConfig({ flags, environment: {}, readFile: nothing, defaultProfile: 'test', brokers, voice: 'options' })
}
