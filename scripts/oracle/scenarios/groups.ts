/** The classic group protocol: joining, syncing, heartbeats, leaving, static members, and what is refused. */
import { DeleteGroups } from '../../../src/protocol/messages/delete-groups'
import { DescribeGroups } from '../../../src/protocol/messages/describe-groups'
import { Heartbeat } from '../../../src/protocol/messages/heartbeat'
import { JoinGroup } from '../../../src/protocol/messages/join-group'
import { LeaveGroup } from '../../../src/protocol/messages/leave-group'
import { ListGroups } from '../../../src/protocol/messages/list-groups'
import { SyncGroup } from '../../../src/protocol/messages/sync-group'
import { type Scenario, eachVersion, scene } from '../scenario'
import type { Subject } from '../subject'
import { type Member, join, joinOf, joined, stable, subscription, sync, syncOf } from './members'

const heartbeat = (
  subject: Subject,
  member: Member,
  version = subject.newest(Heartbeat),
  instanceId: string | null = null,
) => subject.ask(Heartbeat, { ...member, ...(version >= 3 ? { groupInstanceId: instanceId } : {}) }, version)

const leave = (
  subject: Subject,
  groupId: string,
  members: readonly { memberId: string; groupInstanceId?: string | null }[],
  version = subject.newest(LeaveGroup),
) =>
  subject.ask(
    LeaveGroup,
    version >= 3 ? { groupId, members } : { groupId, memberId: members[0]?.memberId ?? '', members: [] },
    version,
  )

const describe = (subject: Subject, groups: readonly string[], version = subject.newest(DescribeGroups)) =>
  subject.ask(DescribeGroups, { groups, includeAuthorizedOperations: false }, version)

async function heartbeats(subject: Subject, version: number): Promise<void> {
  const member = await stable(subject, subject.name('g'))
  await heartbeat(subject, member, version)
  await heartbeat(subject, { ...member, generationId: 7 }, version)
  await heartbeat(subject, { ...member, generationId: -1 }, version)
  await heartbeat(subject, { ...member, memberId: 'ghost' }, version)
  await heartbeat(subject, { ...member, memberId: '' }, version)
  await heartbeat(subject, { ...member, groupId: subject.name('nowhere') }, version)
  await heartbeat(subject, { ...member, groupId: '' }, version)
  if (version >= 3) await heartbeat(subject, member, version, 'stranger')
}

async function joinErrors(subject: Subject, version: number): Promise<void> {
  const groupId = subject.name('g')
  const ask = (more: Partial<Parameters<typeof join>[1]>) => join(subject, { groupId, ...more }, version)
  await ask({ groupId: '' })
  await ask({ memberId: 'ghost' })
  await ask({ sessionTimeoutMs: 10 })
  await ask({ sessionTimeoutMs: 99_999_999 })
  await ask({ sessionTimeoutMs: -1 })
  await ask({ protocols: [] })
  await ask({ protocolType: '' })
  await stable(subject, groupId)
  await ask({ memberId: 'ghost' })
  await ask({ protocolType: 'connect' })
  await ask({ protocols: [['cooperative-sticky', subscription(['t'])]] })
  await ask({
    protocols: [
      ['range', Buffer.alloc(0)],
      ['range', Buffer.alloc(0)],
    ],
  })
}

/** More than a record of the topic of groups may hold (`max.message.bytes`). */
async function tooLarge(subject: Subject, version: number): Promise<void> {
  const groupId = subject.name('g')
  const member = await joined(subject, { groupId })
  await sync(subject, member, [[member.memberId, 'a'.repeat(1_100_000)]], version)
  await heartbeat(subject, member)
  await describe(subject, [groupId])
  await stable(subject, groupId, { memberId: member.memberId })
  await describe(subject, [groupId])
}

async function saysTooMuch(subject: Subject): Promise<void> {
  const groupId = subject.name('g')
  const member = await joined(subject, { groupId, protocols: [['range', Buffer.alloc(2_000_000)]] })
  await sync(subject, member, [[member.memberId, 'all']])
  await heartbeat(subject, member)
  await describe(subject, [groupId])
}

async function syncErrors(subject: Subject, version: number): Promise<void> {
  const groupId = subject.name('g')
  const ask = (member: Member, more: Parameters<typeof syncOf>[3] = {}) =>
    subject.ask(SyncGroup, syncOf(member, [], version, more), version)
  await ask({ groupId, memberId: 'ghost', generationId: 1 })
  const member = await joined(subject, { groupId })
  await ask({ ...member, memberId: 'ghost' })
  await ask({ ...member, generationId: 9 })
  await ask({ ...member, groupId: '' })
  if (version >= 5) {
    await ask(member, { protocolName: 'roundrobin' })
    await ask(member, { protocolType: 'connect' })
  }
  await heartbeat(subject, member)
  await sync(
    subject,
    member,
    [
      [member.memberId, 'x'],
      ['stranger', 'y'],
    ],
    version,
  )
  await sync(subject, member, [[member.memberId, 'again']], version)
  await ask({ ...member, generationId: 9 })
}

/** A second member joins: the first learns by its heartbeat, joins again, both sync. */
async function twoMembers(subject: Subject, version: number): Promise<void> {
  const groupId = subject.name('g')
  const protocols = [
    ['range', subscription(['t'])],
    ['roundrobin', subscription(['t'])],
  ] as const
  const first = await joined(subject, { groupId, protocols }, version)
  await sync(subject, first, [[first.memberId, 'all']])
  const other = await subject.wire('other')
  const start = await subject
    .quiet(JoinGroup, joinOf({ groupId, protocols: [protocols[1], protocols[0]] }, version), version, 'other')
    .catch(() => null)
  subject.note('second, first answer', start?.errorCode ?? 'none')
  if (start === null || start.errorCode !== 79) return
  const body = joinOf({ groupId, memberId: start.memberId, protocols: [protocols[1], protocols[0]] }, version)
  const correlationId = other.send(JoinGroup, version, body)
  await until(
    () => subject.quiet(Heartbeat, first),
    reply => reply.errorCode === 27,
  )
  await heartbeat(subject, first)
  await describe(subject, [groupId])
  const again = await joined(subject, { groupId, memberId: first.memberId, protocols }, version)
  const second = await other.answer(JoinGroup, version, correlationId)
  subject.note('second joined', second)
  const follower = { groupId, memberId: second.memberId, generationId: second.generationId }
  await heartbeat(subject, follower)
  const waiting = other.send(SyncGroup, 5, syncOf(follower, [], 5, { protocolName: second.protocolName ?? 'range' }))
  await subject.ask(
    SyncGroup,
    syncOf(
      again,
      [
        [again.memberId, 'one'],
        [follower.memberId, 'two'],
      ],
      5,
      { protocolName: second.protocolName ?? 'range' },
    ),
    5,
  )
  subject.note('second synced', await other.answer(SyncGroup, 5, waiting))
  await describe(subject, [groupId])
  await heartbeat(subject, first)
  await leave(subject, groupId, [{ memberId: follower.memberId }])
  await heartbeat(subject, again)
  await leave(subject, groupId, [{ memberId: again.memberId }])
  await describe(subject, [groupId])
}

async function until<T>(ask: () => Promise<T>, enough: (reply: T) => boolean): Promise<void> {
  const deadline = Date.now() + 3000
  while (!enough(await ask()) && Date.now() < deadline) await new Promise(resolve => setTimeout(resolve, 10))
}

async function staticMembers(subject: Subject): Promise<void> {
  const groupId = subject.name('g')
  const first = await joined(subject, { groupId, instanceId: 'i1' })
  await subject.ask(SyncGroup, syncOf(first, [[first.memberId, 'all']], 5, { instanceId: 'i1' }), 5)
  await heartbeat(subject, first, 4, 'i1')
  await heartbeat(subject, first, 4, 'i2')
  const second = await joined(subject, { groupId, instanceId: 'i1' })
  await heartbeat(subject, first, 4, 'i1')
  await heartbeat(subject, first, 4)
  await join(subject, { groupId, memberId: first.memberId, instanceId: 'i1' })
  await subject.ask(SyncGroup, syncOf(first, [], 5, { instanceId: 'i1' }), 5)
  await subject.ask(SyncGroup, syncOf(second, [], 5, { instanceId: 'i1' }), 5)
  await join(subject, { groupId, memberId: 'ghost', instanceId: 'i1' })
  await join(subject, { groupId, memberId: 'ghost', instanceId: 'i9' })
  await describe(subject, [groupId])
  await leave(subject, groupId, [{ memberId: 'ghost', groupInstanceId: 'i1' }])
  await leave(subject, groupId, [{ memberId: '', groupInstanceId: 'i9' }])
  await leave(subject, groupId, [{ memberId: '', groupInstanceId: 'i1' }])
  await describe(subject, [groupId])
}

async function leaves(subject: Subject, version: number): Promise<void> {
  const groupId = subject.name('g')
  const member = await stable(subject, groupId)
  await leave(subject, groupId, [{ memberId: 'ghost' }], version)
  await leave(subject, subject.name('nowhere'), [{ memberId: member.memberId }], version)
  await leave(subject, '', [{ memberId: member.memberId }], version)
  if (version >= 3) {
    await leave(subject, groupId, [], version)
    await leave(
      subject,
      groupId,
      [{ memberId: 'ghost' }, { memberId: member.memberId }, { memberId: member.memberId }],
      version,
    )
  } else {
    await leave(subject, groupId, [{ memberId: member.memberId }], version)
  }
  await leave(subject, groupId, [{ memberId: member.memberId }], version)
  await describe(subject, [groupId])
}

async function lists(subject: Subject, version: number): Promise<void> {
  const stableGroup = subject.name('stable')
  await stable(subject, stableGroup)
  const left = await stable(subject, subject.name('empty'))
  await leave(subject, left.groupId, [{ memberId: left.memberId }])
  await subject.ask(ListGroups, {}, version)
  if (version >= 4)
    for (const state of ['Stable', 'Empty', 'stable', 'PreparingRebalance', 'nonsense'])
      await subject.ask(ListGroups, { statesFilter: [state] }, version)
  if (version >= 5)
    for (const type of ['classic', 'Classic', 'consumer', 'share', 'nonsense'])
      await subject.ask(ListGroups, { typesFilter: [type] }, version)
}

async function describesGroups(subject: Subject, version: number): Promise<void> {
  const member = await stable(subject, subject.name('g'))
  await describe(subject, [member.groupId], version)
  await describe(subject, [subject.name('nowhere'), '', member.groupId], version)
  await describe(subject, [], version)
  if (version >= 3)
    await subject.ask(DescribeGroups, { groups: [member.groupId], includeAuthorizedOperations: true }, version)
}

async function deletesGroups(subject: Subject, version: number): Promise<void> {
  const member = await stable(subject, subject.name('g'))
  const remove = (groupsNames: readonly string[]) => subject.ask(DeleteGroups, { groupsNames }, version)
  await remove([member.groupId])
  await remove([subject.name('nowhere'), ''])
  await leave(subject, member.groupId, [{ memberId: member.memberId }])
  await remove([member.groupId, member.groupId])
  await remove([member.groupId])
  await remove([])
  await describe(subject, [member.groupId])
}

async function rejoins(subject: Subject): Promise<void> {
  const groupId = subject.name('g')
  const member = await stable(subject, groupId)
  await joined(subject, { groupId, memberId: member.memberId })
  const changed = await joined(subject, {
    groupId,
    memberId: member.memberId,
    protocols: [['range', subscription(['u'])]],
  })
  await heartbeat(subject, changed)
  await heartbeat(subject, member)
  await sync(subject, changed, [[changed.memberId, 'new']])
  await joined(subject, { groupId, memberId: member.memberId, protocols: [['range', subscription(['u'])]] })
  await describe(subject, [groupId])
}

/** A member that says nothing for longer than its session is gone. */
async function expires(subject: Subject): Promise<void> {
  const groupId = subject.name('g')
  const member = await stable(subject, groupId, { sessionTimeoutMs: 6000 })
  await until(
    () => subject.quiet(DescribeGroups, { groups: [groupId] }),
    () => false,
  )
  await describe(subject, [groupId])
  await new Promise(resolve => setTimeout(resolve, 4500))
  await describe(subject, [groupId])
  await heartbeat(subject, member)
}

export const groupScenarios: readonly Scenario[] = [
  eachVersion(JoinGroup, 'groups: one member', async (subject, version) => {
    const groupId = subject.name('g')
    const member = await joined(subject, { groupId }, version)
    await sync(subject, member, [[member.memberId, 'all']])
    await heartbeat(subject, member)
    await leave(subject, groupId, [{ memberId: member.memberId }])
    await heartbeat(subject, member)
  }),
  eachVersion(JoinGroup, 'groups: joins that are refused', joinErrors),
  eachVersion(JoinGroup, 'groups: two members', async (subject, version) => {
    if (version >= 4) await twoMembers(subject, version)
  }),
  eachVersion(SyncGroup, 'groups: sync', async (subject, version) => {
    const groupId = subject.name('g')
    const member = await joined(subject, { groupId })
    await sync(subject, member, [[member.memberId, 'all']], version)
    await sync(subject, member, [], version)
  }),
  eachVersion(SyncGroup, 'groups: syncs that are refused', syncErrors),
  eachVersion(Heartbeat, 'groups: heartbeats', heartbeats),
  eachVersion(LeaveGroup, 'groups: leaving', leaves),
  eachVersion(ListGroups, 'groups: list', lists),
  eachVersion(DescribeGroups, 'groups: describe', describesGroups),
  eachVersion(DeleteGroups, 'groups: delete', deletesGroups),
  eachVersion(SyncGroup, 'groups: an assignment that is too large to be stored', tooLarge),
  scene('groups: a member that says too much of itself', saysTooMuch),
  scene('groups: static members', staticMembers),
  scene('groups: joining again', rejoins),
  scene('groups: a session that expires', expires),
]
