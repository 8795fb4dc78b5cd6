/**
 * Random stories of clients of every version: what the coordinator tells them hangs together, nobody is kept waiting for
 * ever, and what a restart rebuilds from the log is what was there.
 */
import * as fc from 'fast-check'
import { errors } from '../../../../src/protocol/errors'
import { DescribeGroups } from '../../../../src/protocol/messages/describe-groups'
import { Heartbeat } from '../../../../src/protocol/messages/heartbeat'
import { JoinGroup, type JoinGroupResponse } from '../../../../src/protocol/messages/join-group'
import { LeaveGroup } from '../../../../src/protocol/messages/leave-group'
import { ListGroups } from '../../../../src/protocol/messages/list-groups'
import { OffsetCommit } from '../../../../src/protocol/messages/offset-commit'
import { OffsetFetch } from '../../../../src/protocol/messages/offset-fetch'
import { SyncGroup } from '../../../../src/protocol/messages/sync-group'
import { GroupBench } from '../../../support/group-bench'
import type { FakeConnection } from '../../../support/worlds'

const subscription = Buffer.from('000000000001000174ffffffff', 'hex')
const names = ['ann', 'bob', 'cat', 'dan'] as const
type Name = (typeof names)[number]

type Step =
  | { do: 'join'; who: Name; version: number; protocols: readonly string[] }
  | { do: 'sync'; who: Name; version: number }
  | { do: 'heartbeat' | 'leave' | 'commit' | 'forget-id' | 'close'; who: Name }
  | { do: 'wait'; ms: number }
  | { do: 'restart' }

const who = fc.constantFrom(...names)
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('join' as const),
      who,
      version: fc.integer({ min: 0, max: 9 }),
      protocols: fc.constantFrom(['range'], ['range', 'sticky'], ['sticky', 'range']),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('sync' as const), who, version: fc.integer({ min: 0, max: 5 }) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('heartbeat' as const, 'commit' as const), who }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('leave' as const, 'forget-id' as const, 'close' as const), who }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 300, 4_000, 9_000) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
)

const fail = (error: unknown): never => {
  throw error
}

interface Client {
  id: string
  generation: number
  isLeader: boolean
  members: readonly string[]
  connection: FakeConnection
  /** A connection carries out one call after the other. */
  busy: boolean
}

/** What must be the same for everybody in a generation. */
interface Generation {
  leader: string
  protocol: string | null
  members: Set<string>
  assignments: Map<string, string> | null
}

class Crowd {
  readonly bench: GroupBench
  readonly clients = new Map<Name, Client>()
  readonly generations = new Map<number, Generation>()
  waiting = 0
  /** A restart may forget generations that nobody synced, and give their numbers out again. */
  life = 0

  constructor(evictOnDisconnectMs: number) {
    this.bench = new GroupBench({ settings: { evictOnDisconnectMs } })
    this.bench.createTopic('t')
    for (const name of names) {
      const connection = this.bench.connect()
      this.clients.set(name, { id: '', generation: -1, isLeader: false, members: [], connection, busy: false })
    }
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'wait') await this.bench.world.runFor(step.ms)
    else if (step.do === 'restart') this.restart()
    else this.act(step, this.clients.get(step.who)!)
    await this.bench.world.runFor(0)
  }

  restart(): void {
    this.bench.groups.stop()
    this.bench.restart()
    void this.bench.groups.loadAll()
    this.life += 1
    this.generations.clear()
  }

  act(step: Exclude<Step, { do: 'wait' } | { do: 'restart' }>, client: Client): void {
    const groupInstanceId = step.who === 'dan' ? 'dan' : null
    if (step.do === 'forget-id') client.id = ''
    if (step.do === 'close') {
      client.connection.close()
      client.connection = this.bench.connect()
      client.busy = false
    }
    if (client.busy) return
    const { life } = this
    const call = <T>(reply: Promise<T>, heard: (reply: T) => void): void => {
      const { connection } = client
      client.busy = true
      this.waiting += 1
      reply.then(said => {
        this.waiting -= 1
        if (client.connection !== connection) return
        client.busy = false
        if (life === this.life) heard(said)
      }, fail)
    }
    if (step.do === 'join') call(this.join(step, client, groupInstanceId), reply => this.joined(client, reply))
    else if (step.do === 'sync') this.sync(step.version, client, groupInstanceId, call)
    else if (step.do === 'heartbeat') {
      const beat = { groupId: 'g', generationId: client.generation, memberId: client.id, groupInstanceId }
      call(this.bench.ask(client.connection, Heartbeat, 4, beat), () => {})
    } else if (step.do === 'leave') {
      const members = [{ memberId: client.id, groupInstanceId, reason: null }]
      call(this.bench.ask(client.connection, LeaveGroup, 5, { groupId: 'g', memberId: '', members }), () => {
        client.id = ''
      })
    } else if (step.do === 'commit') this.commit(client, groupInstanceId, call)
  }

  join(step: Extract<Step, { do: 'join' }>, client: Client, groupInstanceId: string | null) {
    const version = groupInstanceId === null ? step.version : Math.max(5, step.version)
    return this.bench.ask(client.connection, JoinGroup, version, {
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 5_000,
      memberId: client.id,
      groupInstanceId,
      protocolType: 'consumer',
      protocols: step.protocols.map(name => ({ name, metadata: subscription })),
    })
  }

  joined(client: Client, reply: JoinGroupResponse): void {
    if (reply.errorCode === errors.MEMBER_ID_REQUIRED.code) client.id = reply.memberId
    if (reply.errorCode === errors.UNKNOWN_MEMBER_ID.code) client.id = ''
    if (reply.errorCode !== 0) return
    client.id = reply.memberId
    client.generation = reply.generationId
    client.isLeader = reply.leader === reply.memberId && !reply.skipAssignment
    client.members = reply.members.map(({ memberId }) => memberId)
    const known = this.generations.get(reply.generationId)
    const told: Generation = known ?? {
      leader: '',
      protocol: reply.protocolName,
      members: new Set(),
      assignments: null,
    }
    this.generations.set(reply.generationId, told)
    expect(reply.protocolName).toBe(told.protocol)
    if (!client.isLeader) return
    // One leader a generation; a static one that came back leads under another id.
    if (told.leader !== '' && !client.id.startsWith('dan')) expect(reply.leader).toBe(told.leader)
    told.leader = reply.leader
    expect(client.members).toContain(client.id)
  }

  sync(
    version: number,
    client: Client,
    groupInstanceId: string | null,
    call: <T>(reply: Promise<T>, heard: (reply: T) => void) => void,
  ): void {
    const { generation, id } = client
    const told = this.generations.get(generation)
    const assignments = client.isLeader
      ? client.members.map(memberId => ({ memberId, assignment: Buffer.from(`${generation} ${memberId}`) }))
      : []
    const asked = {
      groupId: 'g',
      generationId: generation,
      memberId: id,
      groupInstanceId,
      protocolType: 'consumer',
      protocolName: told?.protocol ?? 'range',
      assignments,
    }
    const reply = this.bench.ask(
      client.connection,
      SyncGroup,
      groupInstanceId === null ? version : Math.max(3, version),
      asked,
    )
    call(reply, ({ errorCode, assignment }) => {
      if (errorCode === errors.UNKNOWN_MEMBER_ID.code) client.id = ''
      if (errorCode !== 0) return
      // What the leader of this very generation made for this very member; a replaced static member has its forebear's.
      const [of, member = ''] = assignment.toString().split(' ')
      if (assignment.length > 0) expect([of, member.slice(0, 3)]).toEqual([String(generation), id.slice(0, 3)])
    })
  }

  commit(
    client: Client,
    groupInstanceId: string | null,
    call: <T>(reply: Promise<T>, heard: (reply: T) => void) => void,
  ): void {
    const partitions = [
      {
        partitionIndex: 0,
        committedOffset: this.bench.world.nowMs,
        committedLeaderEpoch: -1,
        committedMetadata: client.id,
      },
    ]
    const asked = {
      groupId: 'g',
      generationIdOrMemberEpoch: client.id === '' ? -1 : client.generation,
      memberId: client.id,
      groupInstanceId: client.id === '' ? null : groupInstanceId,
      topics: [{ name: 't', partitions }],
    }
    call(this.bench.ask(client.connection, OffsetCommit, 9, asked), () => {})
  }

  /** Everything that can be seen from outside. */
  async seen() {
    const { bench } = this
    const connection = bench.connect()
    const described = await bench.world.until(
      bench.ask(connection, DescribeGroups, 6, { groups: ['g'], includeAuthorizedOperations: false }),
    )
    const fetch = { groupId: '', topics: [], groups: [{ groupId: 'g', topics: null }] }
    const offsets = await bench.world.until(bench.ask(connection, OffsetFetch, 8, fetch))
    const listed = await bench.world.until(bench.ask(connection, ListGroups, 5, { statesFilter: [], typesFilter: [] }))
    return { group: described.groups[0]!, offsets: offsets.groups, listed: listed.groups.map(({ groupId }) => groupId) }
  }
}

async function run(evictOnDisconnectMs: number, story: readonly Step[]): Promise<void> {
  const crowd = new Crowd(evictOnDisconnectMs)
  for (const step of story) await crowd.take(step)
  const before = await crowd.seen()
  crowd.restart()
  const after = await crowd.seen()
  expect(after.offsets).toEqual(before.offsets)
  expect(after.listed).toEqual(before.listed)
  // Between rebalances everything that can be seen is in the log; during one, the last generation that was complete is.
  if (['Stable', 'Empty', 'Dead'].includes(before.group.groupState)) expect(after.group).toEqual(before.group)
  else expect(['Stable', 'Empty']).toContain(after.group.groupState)
  expect(crowd.bench.bugs).toEqual([])
}

test.each([-1, 250])(
  'what is rebuilt is what was there (evicting after %d ms)',
  async evictOnDisconnectMs => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 60 }), story => run(evictOnDisconnectMs, story)),
      { numRuns: 150, seed: 20261125 },
    )
  },
  120_000,
)

test('nobody waits for ever, and a group that everybody left comes to rest', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 60 }), async story => {
      const crowd = new Crowd(-1)
      for (const step of story) await crowd.take(step)
      // Everybody falls silent. Newcomers have five minutes, the others their sessions; waiting calls count as a sign of life.
      for (let minutes = 0; minutes < 40; minutes += 1) await crowd.bench.world.runFor(60_000)
      expect(crowd.waiting).toBe(0)
      const { group } = await crowd.seen()
      expect(['Empty', 'Dead']).toContain(group.groupState)
      expect(crowd.bench.bugs).toEqual([])
    }),
    { numRuns: 100, seed: 4 },
  )
}, 120_000)
