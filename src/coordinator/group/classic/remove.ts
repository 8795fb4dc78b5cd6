/** A member goes: because its session ran out, its connection died, or it said so. */
import type { GroupTurn } from '../world'
import type { ClassicGroup } from './group'
import type { ClassicMember } from './member'
import { completeJoin, prepareRebalance, rebalanceOrComplete } from './rebalance'
import { refusedJoin, refusedSync } from './replies'
import { endSession } from './session'

/** The session timer fired. A member that waits for a reply is alive; one that is not there any more needs nothing. */
export function decideSessionExpired(at: GroupTurn, groupId: string, memberId: string): void {
  const group = at.machine.classic(groupId)
  if (!group) return
  const member = group.members.get(memberId)
  if (member?.seemsAlive) return
  expel(at, group, memberId, 'its session expired')
}

/** The connection of a dynamic member is gone and no other took over. Static members are given their session timeout. */
export function decideEvict(at: GroupTurn, groupId: string, memberId: string): void {
  const group = at.machine.classic(groupId)
  if (!group || group.members.get(memberId)?.isStatic) return
  expel(at, group, memberId, 'its connection closed')
}

/** Members of one group, or of all when `groupId` is null. */
export interface Dismissal {
  readonly groupId: string | null
  readonly why: string
}

/** Nobody can be reached any more who was a member. Unlike `decideEvict`, static members go too. Gives how many groups. */
export function decideDismiss(at: GroupTurn, { groupId, why }: Dismissal): number {
  let count = 0
  for (const group of at.machine.groups()) {
    if (groupId !== null && group.id !== groupId) continue
    const all = [...group.pendingJoin.keys(), ...group.members.keys()]
    for (const memberId of all) expel(at, group, memberId, why)
    if (all.length > 0) count += 1
  }
  return count
}

/** Members keep their places and have to join again. Groups in which nobody is, or that do so already, stay as they are. */
export function decideRebalance(at: GroupTurn, { groupId, why }: Dismissal): number {
  let count = 0
  for (const group of at.machine.groups()) {
    if ((groupId !== null && group.id !== groupId) || group.members.size === 0 || !group.canRebalance) continue
    prepareRebalance(at, group, why)
    count += 1
  }
  return count
}

function expel(at: GroupTurn, group: ClassicGroup, memberId: string, why: string): void {
  const member = group.members.get(memberId)
  const isPending = group.pendingJoin.has(memberId)
  if (!member && !isPending) return
  at.logger.info('group.member.expelled', { group: group.id, member: memberId, generation: group.generation, why })
  if (isPending) {
    removePending(at, group, memberId)
    if (group.state === 'PreparingRebalance' && group.haveAllJoined) completeJoin(at, group)
  } else if (member) {
    removeMember(at, group, member)
    afterRemoval(at, group, `member ${memberId} was expelled: ${why}`)
  }
}

/** A member that was told its id will not come back with it: nobody waits for it any more. */
export function removePending(at: GroupTurn, group: ClassicGroup, memberId: string): void {
  endSession(at, group.id, memberId)
  group.remove(memberId)
}

/** Takes a member out of its group and tells its waiting calls. What the group does about it is the caller's to decide. */
export function removeMember(at: GroupTurn, group: ClassicGroup, member: ClassicMember): void {
  endSession(at, group.id, member.id)
  dismissCalls(at, group, member, 'UNKNOWN_MEMBER_ID', '')
  group.remove(member.id)
}

/** Answers what a member still waits for with an error. */
export function dismissCalls(
  at: GroupTurn,
  group: ClassicGroup,
  member: ClassicMember,
  error: 'UNKNOWN_MEMBER_ID' | 'FENCED_INSTANCE_ID',
  memberId: string,
): void {
  const joinSeat = group.unseatJoin(member)
  if (joinSeat) at.turn.answer(joinSeat, refusedJoin(memberId, error))
  const { syncSeat } = member
  member.syncSeat = null
  if (syncSeat) at.turn.answer(syncSeat, refusedSync(error))
}

function afterRemoval(at: GroupTurn, group: ClassicGroup, reason: string): void {
  if (group.state === 'Stable' || group.state === 'CompletingRebalance') rebalanceOrComplete(at, group, reason)
  else if (group.state === 'PreparingRebalance' && group.haveAllJoined) completeJoin(at, group)
}
