/** The group coordinator with its handlers in a simulated world, asked as over the wire: bytes in, bytes out. */
import type { Call } from '../../src/call/call'
import { compose, guard } from '../../src/call/stage'
import type { Broker } from '../../src/broker/broker'
import type { Handler } from '../../src/call/handler'
import { deleteGroups } from '../../src/broker/apis/delete-groups'
import { describeGroups } from '../../src/broker/apis/describe-groups'
import { heartbeat } from '../../src/broker/apis/heartbeat'
import { joinGroup } from '../../src/broker/apis/join-group'
import { leaveGroup } from '../../src/broker/apis/leave-group'
import { listGroups } from '../../src/broker/apis/list-groups'
import { offsetCommit } from '../../src/broker/apis/offset-commit'
import { offsetDelete } from '../../src/broker/apis/offset-delete'
import { offsetFetch } from '../../src/broker/apis/offset-fetch'
import { syncGroup } from '../../src/broker/apis/sync-group'
import { Groups } from '../../src/coordinator/group/groups'
import { partitionOf } from '../../src/platform/java-hash'
import { defaultGroupSettings, type GroupSettings } from '../../src/coordinator/group/settings'
import type { TopicImage } from '../../src/metadata/image/image'
import { silentLogger } from '../../src/platform/logger'
import { World } from '../../src/platform/simulated/world'
import { codecOf, decode, encode } from '../../src/protocol/codec'
import type { Api, RequestDraft, ResponseOf } from '../../src/protocol/schema'
import { ListLog } from './record-logs'
import { FakeConnection, timersOf } from './worlds'
import { openToAll } from './handler-bench'

const handlers: ReadonlyMap<number, Handler<Broker>> = new Map(
  [
    joinGroup,
    syncGroup,
    heartbeat,
    leaveGroup,
    offsetCommit,
    offsetFetch,
    offsetDelete,
    listGroups,
    describeGroups,
    deleteGroups,
  ].map(handler => [handler.api.key, handler]),
)

export interface BenchOptions {
  readonly seed?: number
  readonly settings?: Partial<GroupSettings>
  /** Partitions of `__consumer_offsets`. */
  readonly partitions?: number
  readonly world?: World
}

export class GroupBench {
  readonly world: World
  readonly logs: ListLog[]
  readonly bugs: unknown[] = []
  settings: GroupSettings
  groups!: Groups
  readonly #topics = new Map<string, TopicImage>()
  #connections = 0

  constructor({ seed = 1, settings = {}, partitions = 1, world = new World({ seed }) }: BenchOptions = {}) {
    this.world = world
    this.settings = { ...defaultGroupSettings, initialRebalanceDelayMs: 0, ...settings }
    this.logs = Array.from({ length: partitions }, () => new ListLog())
    this.restart()
  }

  /** As after kill -9: nothing but the logs is left. */
  restart(): void {
    this.groups = new Groups({
      clock: this.world.clock,
      timers: timersOf(this.world),
      random: this.world.dice(`random-${this.world.eventCount}`),
      logger: silentLogger,
      settings: () => this.settings,
      partitionCount: () => this.logs.length,
      open: partition => this.logs[partition]!,
      topicExists: id => [...this.#topics.values()].some(topic => topic.id === id),
    })
  }

  logOf(groupId: string): ListLog {
    return this.logs[partitionOf(groupId, this.logs.length)]!
  }

  createTopic(name: string, partitions = 3): string {
    const id = Buffer.from(name.padEnd(16, '.')).subarray(0, 16).toString('hex')
    const partition = (index: number) => ({
      index,
      leader: 1,
      leaderEpoch: 0,
      partitionEpoch: 0,
      replicas: [1],
      isr: [1],
    })
    const all = Array.from({ length: partitions }, (_, index) => partition(index))
    this.#topics.set(name, { id, name, partitions: all, internal: false })
    return id
  }

  async deleteTopic(name: string): Promise<void> {
    const topic = this.#topics.get(name)!
    this.#topics.delete(name)
    await this.groups.topicsDeleted([topic])
  }

  connect(): FakeConnection {
    return new FakeConnection(++this.#connections, timersOf(this.world))
  }

  /** What a client would see: request and reply go through the codecs of the version. */
  async ask<A extends Api>(
    connection: FakeConnection,
    api: A,
    version: number,
    request: RequestDraft<A>,
    clientId: string | null = 'client',
  ): Promise<ResponseOf<A>> {
    const handler = handlers.get(api.key)!
    const serve = compose(handler, this.#broker(), [guard((_handler, error) => this.bugs.push(error))])
    const asked = codecOf(api, 'request', version)
    const told = codecOf(api, 'response', version)
    const call: Call = {
      principal: 'User:ANONYMOUS',
      isAuthenticated: false,
      isByToken: false,
      namespace: '',
      listener: 'PLAINTEXT',
      clientId,
      clientHost: '/127.0.0.1',
      version,
      apiKey: api.key,
      connection,
      accepted() {},
      whenSent() {},
      requestBytes: 0,
      throttle() {},
      repeat() {},
    }
    const reply = await serve(call, decode(asked as never, encode(asked as never, request as never)))
    return decode(told as never, encode(told as never, { throttleTimeMs: 0, ...reply } as never))
  }

  #broker(): Broker {
    const image = {
      topic: (name: string) => this.#topics.get(name) ?? null,
      topicById: (id: string) => [...this.#topics.values()].find(topic => topic.id === id) ?? null,
    }
    const parts: Partial<Broker> = { access: openToAll, groups: this.groups, image: () => image as never }
    return parts as Broker
  }
}
