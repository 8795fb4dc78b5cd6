/** The group coordinator: what handlers call. Finds the shard of a group, asks the decision, and knows nobody's versions. */
import type { Call } from '../../call/call'
import { Shards } from '../../machine/shards'
import type { MachineKind, Shard } from '../../machine/shard'
import type { EndOfTransaction, Origin, RecordLog } from '../../machine/record-log'
import type { Parked, Turn } from '../../machine/turn'
import type { Clock, Timers } from '../../platform/clock'
import type { Logger } from '../../platform/logger'
import { type Random, uuidHex } from '../../platform/random'
import { errors, Refusal } from '../../protocol/errors'
import type { HeartbeatRequest } from '../../protocol/messages/heartbeat'
import type { JoinGroupRequest } from '../../protocol/messages/join-group'
import type { SyncGroupRequest } from '../../protocol/messages/sync-group'
import { partitionOf } from '../../platform/java-hash'
import { decideHeartbeat } from './classic/heartbeat'
import { decideJoin } from './classic/join'
import { decideLeave, type Leaving, type Left } from './classic/leave'
import { decideDismiss, decideEvict, decideRebalance, type Dismissal } from './classic/remove'
import { type JoinReply, refusedJoin, refusedSync, type SyncReply } from './classic/replies'
import { decideSync } from './classic/sync'
import { decideDeleteGroups } from './delete'
import { type DescribedGroup, describeGroup } from './describe'
import { type ListedGroup, listGroups } from './list'
import { GroupMachine } from './machine'
import { type CommitAsk, type CommittedTopic, decideCommit, decideTransactionalCommit } from './offsets/commit'
import { fetchAllOffsets, type FetchedTopic, fetchOffsets, noTopicId, type WantedTopic } from './offsets/fetch'
import { decideDeleteOffsets, decideForgetTopics, type DeletedTopic, isOneOf } from './offsets/forget'
import { Presence } from './presence'
import { decodeGroupRecord, encodeGroupRecord, type GroupRecord } from './records'
import type { GroupSettings } from './settings'
import { decideLoaded, decideTimer } from './timers'
import type { GroupTurn } from './world'

export interface GroupsWorld {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly logger: Logger
  /** Read anew at every decision. */
  settings(): GroupSettings
  /** Partitions of `__consumer_offsets` that groups are spread over; 0 while the topic is not there. */
  partitionCount(): number
  /** The log of a partition of `__consumer_offsets`. Throws NOT_COORDINATOR when this broker does not lead it. */
  open(partition: number): RecordLog | Promise<RecordLog>
  /** Whether a topic of this id (32 hex digits) exists. */
  topicExists(topicId: string): boolean
}

type Wait<T> = T | Promise<T>

export class Groups {
  readonly #world: GroupsWorld
  readonly #shards: Shards<GroupMachine, GroupRecord>
  readonly #presence: Presence
  #stopped = false

  constructor(world: GroupsWorld) {
    this.#world = world
    const kind: MachineKind<GroupMachine, GroupRecord> = {
      create: () => new GroupMachine(),
      encode: encodeGroupRecord,
      decode: decodeGroupRecord,
      loaded: (machine, turn) => this.#loaded(machine, turn),
    }
    this.#shards = new Shards('group', world, kind, index => world.open(index))
    this.#presence = new Presence(
      world.timers,
      () => world.settings().evictOnDisconnectMs,
      (groupId, memberId) => this.#evict(groupId, memberId),
    )
  }

  /** `rebalanceTimeoutMs` of a version 0 request is filled in here. Replies are in the form of the newest version. */
  join(call: Call, request: JoinGroupRequest): Wait<JoinReply> {
    const { groupId, memberId, sessionTimeoutMs } = request
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.#world.settings()
    if (groupId === '') return refusedJoin(memberId, 'INVALID_GROUP_ID')
    if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs) {
      return refusedJoin(memberId, 'INVALID_SESSION_TIMEOUT')
    }
    const ask = {
      request: call.version === 0 ? { ...request, rebalanceTimeoutMs: sessionTimeoutMs } : request,
      version: call.version,
      clientId: call.clientId ?? '',
      clientHost: call.clientHost,
    }
    const reply = this.#decide('join', groupId, at => this.#carried(call, groupId, memberId, at, decideJoin(at, ask)))
    return memberId !== '' ? reply : then(reply, joined => this.#told(call, groupId, joined))
  }

  sync(call: Call, request: SyncGroupRequest): Wait<SyncReply> {
    const { groupId, memberId } = request
    if (groupId === '') return refusedSync('INVALID_GROUP_ID')
    return this.#decide('sync', groupId, at => this.#carried(call, groupId, memberId, at, decideSync(at, request)))
  }

  /** Gives the error code that is the whole reply. */
  heartbeat(call: Call, request: HeartbeatRequest): Wait<number> {
    const { groupId, memberId } = request
    if (groupId === '') return errors.INVALID_GROUP_ID.code
    const beat = (): Wait<number> =>
      this.#decide('heartbeat', groupId, at => this.#carried(call, groupId, memberId, at, decideHeartbeat(at, request)))
    // A coordinator that is still reading does not know any better, and members have nothing to do about it.
    return orElse(beat, error => (isLoading(error) ? errors.NONE.code : rethrow(error)))
  }

  /** What became of each. Throws INVALID_GROUP_ID. */
  leave(groupId: string, members: readonly Leaving[]): Wait<Left[]> {
    if (groupId === '') throw new Refusal('INVALID_GROUP_ID')
    return this.#decide('leave', groupId, at => {
      const left = decideLeave(at, groupId, members)
      for (const { memberId, errorCode } of left) if (errorCode === 0) this.#presence.forget(groupId, memberId)
      return left
    })
  }

  commit(ask: CommitAsk): Wait<CommittedTopic[]> {
    return this.#decide('commit', ask.groupId, at => decideCommit(at, ask))
  }

  /** Commits within the transaction of `origin`: the offsets count when it has been committed. */
  commitTransactional(ask: CommitAsk, origin: Origin): Wait<CommittedTopic[]> {
    const decide = (at: GroupTurn) => decideTransactionalCommit(at, ask)
    return this.#on(ask.groupId, shard =>
      shard.write('commit-transactional', (machine, turn) => decide(this.#at(machine, turn)), origin),
    )
  }

  /** The partition of `__consumer_offsets` that remembers a group. Throws NOT_COORDINATOR. */
  partitionOf(groupId: string): number {
    const count = this.#world.partitionCount()
    if (count === 0) throw new Refusal('NOT_COORDINATOR')
    return partitionOf(groupId, count)
  }

  /** A transaction ended in which groups of a partition of `__consumer_offsets` committed. */
  endTransaction(partition: number, marker: EndOfTransaction): Wait<void> {
    return this.#shards.use(partition, shard => shard.endTransaction(marker))
  }

  /** All that the group has committed when `topics` is null. */
  fetch(groupId: string, topics: readonly WantedTopic[] | null, requireStable: boolean): Wait<FetchedTopic[]> {
    return this.#look(groupId, machine =>
      topics ? fetchOffsets(machine, groupId, topics, requireStable) : fetchAllOffsets(machine, groupId, requireStable),
    )
  }

  /** Throws INVALID_GROUP_ID, GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP. */
  deleteOffsets(groupId: string, topics: Parameters<typeof decideDeleteOffsets>[2]): Wait<DeletedTopic[]> {
    if (groupId === '') throw new Refusal('INVALID_GROUP_ID')
    return this.#decide('delete-offsets', groupId, at => decideDeleteOffsets(at, groupId, topics))
  }

  describe(groupId: string, version: number): Wait<DescribedGroup> {
    return this.#look(groupId, machine => describeGroup(machine, groupId, version))
  }

  /** Every group of this broker that passes the filters. */
  async list(states: readonly string[], types: readonly string[]): Promise<ListedGroup[]> {
    if (this.#stopped) throw new Refusal('COORDINATOR_NOT_AVAILABLE')
    const found = await Promise.all(
      Array.from({ length: this.#world.partitionCount() }, (_, index) =>
        orElse(
          () => this.#shards.use(index, shard => shard.read(machine => listGroups(machine, states, types))),
          error => (isElsewhere(error) ? [] : rethrow<ListedGroup[]>(error)),
        ),
      ),
    )
    return found.flat()
  }

  /** The error code of one group. */
  delete(groupId: string): Wait<number> {
    return this.#decide('delete-groups', groupId, at => decideDeleteGroups(at, [groupId])[0]!)
  }

  /** Topics are gone, and with them what was committed for them. */
  async topicsDeleted(deleted: readonly { readonly id: string; readonly name: string }[]): Promise<void> {
    const isGone = isOneOf(deleted)
    await Promise.all(
      this.#shards
        .active()
        .map(shard =>
          shard.write('topics-deleted', (machine, turn) => decideForgetTopics(this.#at(machine, turn), isGone)),
        ),
    )
  }

  /** Reads all partitions that this broker leads, so that nobody has to wait for it later. */
  async loadAll(): Promise<void> {
    if (this.#stopped) return
    await this.list([], ['none'])
  }

  /** Removes every member, as when this broker has become a copy of another and they are that one's. Gives how many groups. */
  dismissMembers(dismissal: Dismissal): Promise<number> {
    return this.#everywhere('dismiss', at => decideDismiss(at, dismissal))
  }

  /** Has members join again. Gives how many groups. */
  rebalance(dismissal: Dismissal): Promise<number> {
    return this.#everywhere('rebalance', at => decideRebalance(at, dismissal))
  }

  async #everywhere(name: string, decide: (at: GroupTurn) => number): Promise<number> {
    await this.loadAll()
    const counts = await Promise.all(
      this.#shards.active().map(shard => shard.write(name, (machine, turn) => decide(this.#at(machine, turn)))),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** Gives a partition up: waiting members are told to look for the coordinator again. */
  resign(partition: number): void {
    this.#shards.resign(partition)
  }

  resignAll(): void {
    this.#shards.resignAll()
  }

  /** Lets everybody go who waits, and answers nobody any more. */
  stop(): void {
    this.#stopped = true
    this.#shards.resignAll()
  }

  #loaded(machine: GroupMachine, turn: Turn<GroupRecord>): void {
    const at = this.#at(machine, turn)
    // Topics may have been deleted while this was not loaded. Records without a topic id are left: Kafka has no way to tell.
    decideForgetTopics(at, (_topic, topicId) => topicId !== noTopicId && !this.#world.topicExists(topicId))
    decideLoaded(at)
  }

  #evict(groupId: string, memberId: string): void {
    const evicted = orElse(
      () => this.#decide('evict', groupId, at => decideEvict(at, groupId, memberId)),
      // Whoever coordinates the group now has its own idea of who is alive.
      error => (error instanceof Refusal ? undefined : rethrow<void>(error)),
    )
    if (evicted instanceof Promise) {
      evicted.catch(error => this.#world.logger.error('group.evict.failed', { group: groupId, error: String(error) }))
    }
  }

  /** Remembers who speaks for a member that a decision found to be one. */
  #carried<T>(call: Call, groupId: string, memberId: string, at: GroupTurn, reply: T): T {
    const group = memberId === '' ? null : at.machine.classic(groupId)
    if (group?.members.has(memberId) || group?.pendingJoin.has(memberId)) {
      this.#presence.seen(call.connection, groupId, memberId)
    }
    return reply
  }

  /** A newcomer was told its member id. */
  #told(call: Call, groupId: string, reply: JoinReply): JoinReply {
    const isMember = reply.errorCode === errors.NONE.code || reply.errorCode === errors.MEMBER_ID_REQUIRED.code
    if (isMember) this.#presence.seen(call.connection, groupId, reply.memberId)
    return reply
  }

  #decide<T>(name: string, groupId: string, decide: (at: GroupTurn) => T | Parked<T>): Wait<T> {
    return this.#on(groupId, shard => shard.write<T>(name, (machine, turn) => decide(this.#at(machine, turn))))
  }

  #look<T>(groupId: string, look: (machine: GroupMachine) => T): Wait<T> {
    return this.#on(groupId, shard => shard.read(look))
  }

  #on<T>(groupId: string, use: (shard: Shard<GroupMachine, GroupRecord>) => Wait<T>): Wait<T> {
    if (this.#stopped) throw new Refusal('COORDINATOR_NOT_AVAILABLE')
    return this.#shards.use(this.partitionOf(groupId), use)
  }

  #at(machine: GroupMachine, turn: Turn<GroupRecord>): GroupTurn {
    const { logger, random } = this.#world
    return {
      machine,
      turn,
      logger,
      settings: this.#world.settings(),
      uuid: () => uuidHex(random).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
      fire: (later, timer) => decideTimer(this.#at(machine, later), timer),
    }
  }
}

const isLoading = (error: unknown): boolean =>
  error instanceof Refusal && error.error === 'COORDINATOR_LOAD_IN_PROGRESS'
const isElsewhere = (error: unknown): boolean => error instanceof Refusal && error.error === 'NOT_COORDINATOR'

function rethrow<T>(error: unknown): T {
  throw error
}

function then<T>(value: Wait<T>, use: (value: T) => T): Wait<T> {
  return value instanceof Promise ? value.then(use) : use(value)
}

/** `catch` for work that may or may not have to be waited for. */
function orElse<T>(work: () => Wait<T>, handle: (error: unknown) => T): Wait<T> {
  try {
    const value = work()
    return value instanceof Promise ? value.catch(handle) : value
  } catch (error) {
    return handle(error)
  }
}
