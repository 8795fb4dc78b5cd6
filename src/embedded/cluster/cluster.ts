/** One cluster of nodes with a door each. What is behind the doors may be exchanged as a whole, at once. */
import { newClusterId } from '../../metadata/cluster-id'
import { EmbeddedStore } from '../../metadata/store/embedded-store'
import type { ListenerConfig, NodeConfig } from '../../node/config/config'
import { type BrokerPlace, type Core, type CoreOptions, openCore, registrationOf } from '../../node/core'
import { servingsOf } from '../../node/serving'
import { memoryStore, type OpenedStore, openMetadataStore, openStore } from '../../node/store'
import type { Partition } from '../../partition/partition'
import { AdjustableTime } from '../../platform/adjustable-time'
import { FillingFiles } from '../../platform/filling-files'
import type { Address } from '../../platform/network'
import type { Platform } from '../../platform/platform'
import type { Api } from '../../protocol/schema'
import { MemoryStore } from '../../storage/memory/store'
import { type Around, aroundOf, type Inner, stagesOf } from './around'
import { ClusterEvents } from '../contract/cluster-events'
import { type ClusterImage, continued, coordinated, renamed, resetImage } from '../snapshots/cluster-image'
import { BrokerError, type ClientFacts, type Fault, type Happening, type RequestFilter } from '../contract/commands'
import { Disk } from './disk'
import { checkApis } from '../faults/fault-reach'
import type { FetchedPartition, Faults } from '../faults/faults'
import { hinted } from '../faults/hinted'
import { abortForgotten } from './forgotten-transactions'
import { happen } from './happenings'
import type { LoggedRequest } from '../contract/logged-request'
import { type Host, type NodeDoor, openDoors } from './node-door'
import type { ResetOptions } from '../contract/options'
import type { Questions } from '../faults/questions'
import type { RequestLog } from './request-log'
import { admitScramUsers } from './scram-users'
import type { ScramUser } from '../contract/users'
import type { Watch } from './watch'

/** How long a client that is just closing its connections has to be gone before it counts as forgotten. */
const farewellMs = 50

interface Place {
  readonly real: Host
  readonly time: AdjustableTime
  readonly files: FillingFiles
  /** `real` with that time and these files. */
  readonly platform: Platform
  /** In the order of the nodes. */
  readonly doors: readonly NodeDoor[]
}

/** A core with the stores behind it, where these are in memory. */
interface Inside {
  readonly core: Core
  readonly memory: { readonly logs: MemoryStore; readonly metadata: EmbeddedStore } | null
}

export class Cluster implements Inner {
  readonly config: NodeConfig
  readonly watch: Watch
  readonly requests: RequestLog
  readonly faults: Faults
  readonly events: ClusterEvents
  readonly questions: Questions
  readonly time: AdjustableTime
  readonly disk = new Disk(isFull => this.#fillDisk(isFull))
  /** Time passes for it as for everybody. */
  readonly #real: Host
  readonly #place: Place
  readonly #around: Around
  #inside: Inside
  #initial: ClusterImage | null = null
  /** How often what is inside has been exchanged. */
  era = 0
  /** Where partitions ended when they came inside by an exchange. */
  #endsAtFirst = new WeakMap<Partition, number>()
  #users: readonly ScramUser[] = []
  /** One exchange of what is inside at a time. */
  #becoming: Promise<unknown> = Promise.resolve()
  #stopping: Promise<readonly ClientFacts[]> | null = null

  private constructor(place: Place, config: NodeConfig, around: Around, inside: Inside) {
    this.time = place.time
    this.#real = place.real
    this.#place = place
    this.config = config
    this.watch = around.watch
    this.requests = around.requests
    this.faults = around.faults
    this.events = around.events
    this.questions = around.questions
    this.#around = around
    this.#inside = inside
  }

  /**
   * Takes ports for so many nodes, and lets nobody in before `welcome`. With an image it begins as that. Rejects as
   * `startNode`.
   */
  static async open(
    real: Host,
    config: NodeConfig,
    nodes = 1,
    image: ClusterImage | null = null,
    time: AdjustableTime = new AdjustableTime(real.clock, real.timers),
  ): Promise<Cluster> {
    const doors = await openDoors(real, config, nodes)
    const files = new FillingFiles(real.files)
    const events = new ClusterEvents()
    const logger = events.hearing(real.logger)
    const platform = { ...real, clock: time.clock, timers: time.timers, files, logger }
    const place = { real, time, files, doors, platform }
    const self: { cluster?: Cluster } = {}
    const around = aroundOf({ real, time, logger, events, inner: () => self.cluster! })
    try {
      const inside = image ? await openInMemory(place, config, around, image) : await openAnew(place, config, around)
      self.cluster = new Cluster(place, config, around, inside)
      return self.cluster
    } catch (error) {
      await Promise.all(doors.map(door => door.close()))
      throw error
    }
  }

  /** A cluster of its own on another port, with everything that this one, or an image of it, remembers but its members. */
  async fork(image: ClusterImage): Promise<Cluster> {
    const own = renamed(image, newClusterId(this.#real.random))
    const cluster = await Cluster.open(this.#real, this.#forkConfig, this.#doors.length, own, this.time.copy())
    cluster.#users = this.#users
    await dismissMembers(cluster.core)
    return cluster
  }

  /** One with the same settings, and nothing in it. */
  async forkEmpty(): Promise<Cluster> {
    const config = { ...this.#forkConfig, dataDir: null }
    const cluster = await Cluster.open(this.#real, config, this.#doors.length, null, this.time.copy())
    await cluster.admit(this.#users)
    return cluster
  }

  /** Those may come in by SCRAM, here and where a fork begins with nothing. */
  async admit(users: readonly ScramUser[]): Promise<void> {
    this.#users = users
    await admitScramUsers(this.core.metadata, this.#real.random, users)
  }

  get #forkConfig(): NodeConfig {
    const [first, ...others] = this.config.listeners
    const anyPort = (listener: ListenerConfig) => ({ ...listener, listen: { ...listener.listen, port: 0 } })
    return { ...this.config, listeners: [anyPort(first), ...others.map(anyPort)], clusterId: null }
  }

  /** Lets clients in. What is there now is what `reset` comes back to. */
  welcome(): void {
    if (this.#inside.memory) this.#initial = this.image()
    for (const [nth, door] of this.#doors.entries()) this.#welcomeAt(nth, door)
  }

  /** What is inside at the moment of each request serves it. */
  #welcomeAt(nth: number, door: NodeDoor): void {
    const served = () => this.#inside.core.brokers[nth]!
    door.welcome(servingsOf(this.#place.platform, this.config, served, this.#real))
  }

  get #doors(): readonly NodeDoor[] {
    return this.#place.doors
  }

  /** The nodes, with the addresses at which they listen while they are up. */
  get nodes(): readonly (BrokerPlace & { readonly address: Address })[] {
    return this.core.brokers.map(({ broker }, nth) => placeOf(broker.id, this.#doors[nth]!))
  }

  /** As when its process ends: connections are cut, and other nodes lead what it led. */
  stopNode(id: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#doorOf(id).shut()
      await this.core.metadata.fenceBroker(id)
    })
  }

  /** It is there again. Replicas are in sync at once; it leads only what has no leader. */
  startNode(id: number): Promise<void> {
    return this.#inTurn(async () => {
      const door = this.#doorOf(id)
      if (door.isOpen) return
      await door.reopen()
      await this.core.metadata.setBroker(id, registrationOf(placeOf(id, door), this.config))
      this.#welcomeAt(this.#nth(id), door)
    })
  }

  /** Throws BrokerError when there is no such node. */
  #nth(id: number): number {
    const nth = this.core.brokers.findIndex(({ broker }) => broker.id === id)
    if (nth < 0) throw new BrokerError(`there is no node ${id}`, 'BROKER_ID_NOT_REGISTERED')
    return nth
  }

  #doorOf(id: number): NodeDoor {
    return this.#doors[this.#nth(id)]!
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#becoming.then(work)
    this.#becoming = turn.catch(() => undefined)
    return turn
  }

  /** Throws BrokerError once it stops. */
  get core(): Core {
    if (this.#stopping) throw new BrokerError('this broker has been stopped', 'BROKER_STOPPED')
    return this.#inside.core
  }

  /** Where a partition ended when it came inside by an exchange; 0 when it came otherwise. */
  readonly endAtFirst = (partition: Partition): number => this.#endsAtFirst.get(partition) ?? 0

  /** Throws BrokerError for an API, an error or a node that nobody knows. */
  addFault(fault: Fault): number {
    if (fault.node !== null) this.#nth(fault.node)
    return this.faults.add(fault, this.#apis)
  }

  /** Throws BrokerError for an API that nobody knows. */
  listRequests(filter: RequestFilter): readonly LoggedRequest[] {
    if (filter.api !== null) checkApis([filter.api], this.#apis)
    return this.requests.list(filter)
  }

  get #apis(): ReadonlyMap<string, Api> {
    return new Map([...this.core.brokers[0]!.routes.values()].map(({ handler: { api } }) => [api.name, api]))
  }

  /** The id of the node that listens at a port; null when none does. */
  nodeAt(port: number): number | null {
    const nth = this.#doors.findIndex(({ addresses }) => addresses.some(address => address.port === port))
    return this.#inside.core.brokers[nth]?.broker.id ?? null
  }

  topicName(id: string): string | null {
    return this.#inside.core.metadata.image.topicById(id)?.name ?? null
  }

  logStart(topic: string, index: number): number | null {
    return this.#inside.core.partitions.find(topic, index)?.start ?? null
  }

  /** Null when there is no such topic. */
  topicId(topic: string): string | null {
    return this.#inside.core.metadata.image.topic(topic)?.id ?? null
  }

  /** The partitions that a fetch session of any node goes on with. */
  fetchSession(id: number): readonly FetchedPartition[] {
    return this.#inside.core.brokers.flatMap(({ broker }) => [...broker.fetchSessions.partitionsOf(id)])
  }

  readonly hinted: Inner['hinted'] = (api, call, reply) => hinted(this.core.brokers[0]!.broker, api, call, reply)

  /** Gives how many connections, groups or transactional ids it happened to. */
  async happen(what: Happening, to: string | null): Promise<number> {
    if (what !== 'disconnectAll') return happen(this.core, what, to)
    return this.#doors.reduce((sum, door) => sum + door.disconnect(), 0)
  }

  /** Whether there is no room for anything more, on the disk or in memory. */
  #fillDisk(isFull: boolean): void {
    this.#place.files.isFull = isFull
    const { memory } = this.#inside
    if (memory) memory.logs.isFull = memory.metadata.isFull = isFull
  }

  /** What it remembers, all of one moment. Throws BrokerError unless that is in memory. */
  image(): ClusterImage {
    const { memory } = this.#inside
    if (!memory) throw new BrokerError("snapshots, forks and resets need storage: 'memory'", null)
    // What producers have sent is remembered beside the logs, at once.
    for (const partition of this.core.partitions.all()) void partition.prepareStop()
    return { metadata: memory.metadata.contents(), logs: memory.logs.contents() }
  }

  /** Becomes what an image says. Connections stay; members of groups have to join again. */
  restore(image: ClusterImage): Promise<void> {
    return this.#become(() => image, dismissMembers)
  }

  reset(options: ResetOptions): Promise<void> {
    return this.#become(
      () => {
        const present = this.image()
        return resetImage(this.#initial!, present, options)
      },
      options.keepGroups ? abortForgotten : dismissMembers,
    )
  }

  /** `prepare` is done to the new inside before anybody sees it. */
  #become(imageOf: () => ClusterImage, prepare: (core: Core) => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.core
      const image = continued(coordinated(imageOf(), this.image()), before.metadata.image)
      const { clusterId } = before.metadata.image
      const inside = await openInMemory(this.#place, this.config, this.#around, renamed(image, clusterId))
      await prepare(inside.core)
      // A producer that lives on has sent more than is remembered here, and would be told that it has lost records.
      for (const partition of inside.core.partitions.all()) {
        partition.producers.expire(Number.POSITIVE_INFINITY)
        this.#endsAtFirst.set(partition, partition.lastStableOffset)
      }
      this.#inside = inside
      this.era += 1
      this.#fillDisk(this.disk.isFull)
      before.dismiss()
      // Fetches that wait there for more find nothing, and ask here.
      for (const partition of before.partitions.all()) partition.close()
      await before.stop()
    })
  }

  /** Answers what is under way for at most `drainMs`. Gives the clients that were still connected. */
  stop(drainMs: number): Promise<readonly ClientFacts[]> {
    this.#stopping ??= this.#stop(drainMs)
    return this.#stopping
  }

  async #stop(drainMs: number): Promise<readonly ClientFacts[]> {
    await Promise.all(this.#doors.map(door => door.close()))
    // Nobody moves it any more, and what is under way may wait for it.
    this.time.resume()
    await this.#farewells()
    await this.#becoming
    const left = this.watch.clients()
    const { core } = this.#inside
    // Members that wait for others hear that there is no coordinator any more.
    core.dismiss()
    await Promise.all(this.#doors.map(door => door.stop(drainMs)))
    await core.stop()
    return left
  }

  /** A client that disconnected a moment ago is still connected here until its goodbye has been read. */
  async #farewells(): Promise<void> {
    const { clock, timers } = this.#real
    const deadlineMs = clock.monotonic() + farewellMs
    while (this.#doors.some(door => door.connectionCount > 0) && clock.monotonic() < deadlineMs) {
      await new Promise<void>(resolve => timers.after(1, resolve))
    }
  }
}

async function dismissMembers({ brokers }: Core): Promise<void> {
  const why = 'it is a member of the cluster that this one was made of'
  await Promise.all(brokers.map(({ broker }) => broker.groups.dismissMembers({ groupId: null, why })))
}

const placeOf = (id: number, { address, addresses, isOpen: isUp }: NodeDoor) => ({ id, address, addresses, isUp })

async function coreOf(
  { real, platform, doors }: Place,
  config: NodeConfig,
  around: Around,
  stores: { readonly opened: OpenedStore } & Pick<CoreOptions, 'metadataStore'>,
): Promise<Core> {
  const places = doors.map((door, nth) => placeOf(stores.opened.nodeId + nth, door))
  const core = await openCore(platform, {
    config,
    ...stores,
    places,
    stages: stagesOf(around),
    pollTimers: real.timers,
  })
  const { events } = around
  core.metadata.onChange((_image, _previous, { created, deleted }) => {
    for (const { name: topic, partitions } of created) {
      events.tell('topicCreated', { topic, partitions: partitions.length })
    }
    for (const { name: topic } of deleted) events.tell('topicDeleted', { topic })
  })
  return core
}

async function openAnew(place: Place, config: NodeConfig, around: Around): Promise<Inside> {
  const { platform } = place
  const opened = await openStore(platform, config)
  const metadata = await openMetadataStore(platform, opened)
  const core = await coreOf(place, config, around, { opened, metadataStore: metadata })
  const { store: logs } = opened
  const isMemory = logs instanceof MemoryStore && metadata instanceof EmbeddedStore
  return { core, memory: isMemory ? { logs, metadata } : null }
}

async function openInMemory(place: Place, config: NodeConfig, around: Around, image: ClusterImage): Promise<Inside> {
  const { platform } = place
  const logs = new MemoryStore(platform.clock, platform.random, image.logs)
  const metadata = EmbeddedStore.inMemory(platform.random, image.metadata)
  // As after a crash every leader epoch grows, so that clients look again at what they know of the logs.
  const opened = { ...memoryStore(logs, config), clusterId: null, endedCleanly: false }
  const core = await coreOf(place, config, around, { opened, metadataStore: metadata })
  return { core, memory: { logs, metadata } }
}
