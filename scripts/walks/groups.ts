/** Stories of a classic group: a few clients that join, sync, beat, commit, leave and lie, in any order. */
import { DeleteGroups } from '../../src/protocol/messages/delete-groups'
import { DescribeGroups } from '../../src/protocol/messages/describe-groups'
import { Heartbeat } from '../../src/protocol/messages/heartbeat'
import { JoinGroup, type JoinGroupResponse } from '../../src/protocol/messages/join-group'
import { LeaveGroup } from '../../src/protocol/messages/leave-group'
import { OffsetCommit } from '../../src/protocol/messages/offset-commit'
import { OffsetDelete } from '../../src/protocol/messages/offset-delete'
import { OffsetFetch } from '../../src/protocol/messages/offset-fetch'
import { SyncGroup } from '../../src/protocol/messages/sync-group'
import type { Api } from '../../src/protocol/schema'
import type { Plain } from '../oracle/mask'
import { subscription } from '../oracle/scenarios/members'
import { type Action, type Built, silence, type Teller } from './stage'
import type { Kinds, Stories } from './story'

const clients = 4
/** Two of the clients are static, and have the same instance: the one who comes later takes its place. */
const instances = [null, null, 'one', 'one']

const kinds: Kinds = [
  ['join', 30],
  ['sync', 26],
  ['heartbeat', 10],
  ['commit', 8],
  ['leave', 7],
  ['leave many', 3],
  ['describe', 5],
  ['fetch', 4],
  ['delete offsets', 2],
  ['delete', 2],
]

/** The protocols that clients know, by the first of its dice: mostly the same, sometimes nothing in common. */
const protocolsOf = (dice: number): readonly (readonly [string, Buffer])[] => {
  const known: readonly [string, Buffer][] = [
    ['range', subscription(['t'])],
    ['roundrobin', subscription(['t', 'u'])],
    ['sticky', subscription([])],
  ]
  if (dice < 500) return known.slice(0, 1)
  if (dice < 700) return known.slice(0, 2)
  if (dice < 850) return [known[1]!, known[0]!]
  if (dice < 900) return known.slice(2)
  if (dice < 920) return []
  return known
}

/** Of a member that nobody was told of yet. */
const unheard = (text: string): string => text.replace(/-[0-9a-f]{8}-[0-9a-f-]{27}$/, '-$unheard')

/** What every story, or every broker, has another of. */
const masked = new Set(['groupId', 'topicId'])

interface Known {
  memberId: string
  generationId: number
  protocolName: string | null
  /** Of the generation that it leads; empty for who does not lead. */
  members: readonly string[]
}

/** How long members have; they differ, so that no two of them are over at the same moment. */
interface Times {
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
}

class GroupTeller implements Teller {
  readonly #times: Times
  readonly #groupId: string
  readonly #version: (api: Api, dice: number) => number
  readonly #known: Known[] = Array.from({ length: clients }, () => ({
    memberId: '',
    generationId: -1,
    protocolName: null,
    members: [],
  }))
  /** What a broker made up, and what it stands for. */
  readonly #names = new Map<string, string>()
  readonly #counts: number[] = Array.from({ length: clients }, () => 0)

  constructor(groupId: string, version: (api: Api, dice: number) => number, times: Times) {
    this.#times = times
    this.#groupId = groupId
    this.#version = version
  }

  /** Its own id, or what others could take for it. Somebody else's only where that one does not wait by it: see docs/differences.md. */
  #memberId(client: number, dice: number, mayWait = false): string {
    if (dice < 870) return this.#known[client]!.memberId
    if (dice < 920) return ''
    if (dice < 960 && !mayWait) return this.#known[(client + 1 + (dice % (clients - 1))) % clients]!.memberId
    return 'ghost'
  }

  #generation(client: number, dice: number): number {
    const { generationId } = this.#known[client]!
    if (dice < 900) return generationId
    return [generationId - 1, generationId + 1, -1, 0][dice % 4]!
  }

  #instance(client: number, dice: number): string | null {
    return dice < 930 ? instances[client]! : [null, 'one', 'other'][dice % 3]!
  }

  build(action: Action): Built | null {
    const [versionDice = 0] = action.rolls
    const of = <A extends Api>(api: A, body: (version: number) => Built<A>['body']): Built => {
      const version = this.#version(api, versionDice)
      const mayWait = api.key === JoinGroup.key || api.key === SyncGroup.key
      return { api, version, body: body(version) as never, mayWait }
    }
    switch (action.kind) {
      case silence:
        return null
      case 'join':
        return of(JoinGroup, version => this.#join(action, version))
      case 'sync':
        return of(SyncGroup, version => this.#sync(action, version))
      case 'heartbeat':
        return of(Heartbeat, version => this.#member(action, version >= 3))
      case 'commit':
        return of(OffsetCommit, version => this.#commit(action, Math.min(version, 9)))
      case 'leave':
      case 'leave many':
        return of(LeaveGroup, version => this.#leave(action, version))
      case 'describe':
        return of(DescribeGroups, () => ({ groups: [this.#groupId] }))
      case 'fetch':
        return of(OffsetFetch, version => this.#fetch(version))
      case 'delete offsets': {
        const topics = [{ name: 'walked', partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }] }]
        return of(OffsetDelete, () => ({ groupId: this.#groupId, topics }))
      }
      default:
        return of(DeleteGroups, () => ({ groupsNames: [this.#groupId] }))
    }
  }

  #join({ client, rolls }: Action, version: number): Built<typeof JoinGroup>['body'] {
    const [, idDice = 0, instanceDice = 0, protocolDice = 0, typeDice = 0, timeDice = 0] = rolls
    return {
      groupId: this.#groupId,
      memberId: this.#memberId(client, idDice, true),
      ...this.#times,
      ...(timeDice < 980 ? {} : { sessionTimeoutMs: 1 }),
      groupInstanceId: version >= 5 ? this.#instance(client, instanceDice) : null,
      protocolType: typeDice < 970 ? 'consumer' : ['connect', ''][typeDice % 2]!,
      protocols: protocolsOf(protocolDice).map(([name, metadata]) => ({ name, metadata })),
    }
  }

  #member({ client, kind, rolls }: Action, withInstance: boolean) {
    const [, idDice = 0, instanceDice = 0, generationDice = 0] = rolls
    return {
      groupId: this.#groupId,
      memberId: this.#memberId(client, idDice, kind === 'sync'),
      generationId: this.#generation(client, generationDice),
      groupInstanceId: withInstance ? this.#instance(client, instanceDice) : null,
    }
  }

  #sync(action: Action, version: number): Built<typeof SyncGroup>['body'] {
    const { members, protocolName } = this.#known[action.client]!
    const [, , , , typeDice = 0, whoDice = 0] = action.rolls
    // By name, since brokers tell members in an order of their own, and some assignments leave the first one out.
    const nameOf = (memberId: string): string => this.#names.get(memberId) ?? ''
    const all = members
      .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
      .map(memberId => ({ memberId, assignment: Buffer.from(`of ${nameOf(memberId)}`) }))
    const assignments =
      whoDice < 900
        ? all
        : whoDice < 950
          ? all.slice(1)
          : [...all, { memberId: 'ghost', assignment: Buffer.from('of nobody') }]
    const named = version >= 5 && typeDice < 800
    return {
      ...this.#member(action, version >= 3),
      protocolType: named ? (typeDice < 760 ? 'consumer' : 'connect') : null,
      protocolName: named ? (typeDice < 720 ? protocolName : 'other') : null,
      assignments,
    }
  }

  #commit(action: Action, version: number): Built<typeof OffsetCommit>['body'] {
    const { generationId, ...member } = this.#member(action, version >= 7)
    const [, , , , whoDice = 0, offsetDice = 0] = action.rolls
    const isSimple = whoDice >= 900
    const topics = ['walked', ...(offsetDice > 900 ? ['absent'] : [])].map(name => ({
      name,
      partitions: [0, 1].map(partitionIndex => ({
        partitionIndex,
        committedOffset: offsetDice,
        committedMetadata: offsetDice % 3 === 0 ? null : `m${offsetDice}`,
      })),
    }))
    return {
      ...member,
      ...(isSimple ? { memberId: '', groupInstanceId: null } : {}),
      generationIdOrMemberEpoch: isSimple ? -1 : generationId,
      topics,
    }
  }

  #leave(action: Action, version: number): Built<typeof LeaveGroup>['body'] {
    const { groupId, memberId, groupInstanceId } = this.#member(action, true)
    if (version < 3) return { groupId, memberId }
    const [, , , , otherDice = 0] = action.rolls
    const other = this.#known[(action.client + 1 + (otherDice % (clients - 1))) % clients]!.memberId
    const more = [
      { memberId: other, groupInstanceId: null },
      { memberId: 'ghost', groupInstanceId: null },
      { memberId: '', groupInstanceId: 'one' },
      { memberId: other, groupInstanceId: 'one' },
    ]
    const many = action.kind === 'leave many' ? [more[otherDice % 4]!] : []
    return { groupId, members: [{ memberId, groupInstanceId }, ...many] }
  }

  #fetch(version: number): Built<typeof OffsetFetch>['body'] {
    const topics = version >= 10 ? null : [{ name: 'walked', partitionIndexes: [0, 1] }]
    return version >= 8 ? { groups: [{ groupId: this.#groupId, topics }] } : { groupId: this.#groupId, topics }
  }

  heard({ client, kind }: Action, reply: unknown): void {
    if (kind !== 'join') return
    const { errorCode, memberId, generationId, protocolName, members, leader } = reply as JoinGroupResponse
    if (memberId && !this.#names.has(memberId)) {
      const count = (this.#counts[client] ?? 0) + 1
      this.#counts[client] = count
      this.#names.set(memberId, `$member${client}.${count}`)
    }
    const known = this.#known[client]!
    // What a client with this id is told; one that lied about its id would else become somebody else.
    if (errorCode === 79 || errorCode === 0) known.memberId = memberId
    if (errorCode !== 0) return
    known.generationId = generationId
    known.protocolName = protocolName
    known.members = leader === memberId ? members.map(one => one.memberId) : []
  }

  plain(message: unknown): Plain {
    return this.#plain(message, '')
  }

  #plain(value: unknown, key: string): Plain {
    if (Buffer.isBuffer(value)) return value.toString('latin1')
    if (typeof value === 'string') return this.#names.get(value) ?? (masked.has(key) ? `$${key}` : unheard(value))
    if (typeof value === 'bigint') return `${value}`
    if (Array.isArray(value)) {
      const all = value.map(one => this.#plain(one, key))
      // Members stand in no order.
      return key === 'members' ? all.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))) : all
    }
    if (typeof value !== 'object' || value === null) return value as Plain
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.#plain(one, name)]))
  }
}

const long: Times = { sessionTimeoutMs: 60_000, rebalanceTimeoutMs: 60_000 }
const short: Times = { sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 9_000 }

export const groupStories: Stories = { clients, kinds, teller: (name, version) => new GroupTeller(name, version, long) }

/**
 * The same, with silences in which members are given up: one that does not come back, one that never syncs, and those
 * who waited for them. A rebalance, a sync and a session that end one after the other are over in one silence.
 */
export const silentStories: Stories = {
  clients,
  kinds,
  silenceMs: 2 * short.rebalanceTimeoutMs + 2 * short.sessionTimeoutMs,
  teller: (name, version) => new GroupTeller(name, version, short),
}
