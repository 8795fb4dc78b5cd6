/** JoinGroup: a member enters a classic group, or comes back for the next generation. */
import type { Seat } from '../../../machine/parking'
import type { Parked } from '../../../machine/turn'
import { Refusal } from '../../../protocol/errors'
import { newMemberJoinTimeoutMs } from '../settings'
import type { GroupTurn } from '../world'
import { type JoinAsk, reasonOf, seatAgain } from './ask'
import type { ClassicGroup } from './group'
import { ClassicMember, emptyAssignment } from './member'
import { newGroupRecord } from './persist'
import { joinedReply, rebalanceOrComplete } from './rebalance'
import { type JoinReply, refusedJoin } from './replies'
import { armSession, keepAlive } from './session'
import { joinAsReplacement } from './static'
import { validateMember } from './validate'

/** Members without an id are told one first, and come back with it (KIP-394). */
const needsKnownId = (version: number): boolean => version >= 4

export function decideJoin(at: GroupTurn, ask: JoinAsk): JoinReply | Parked<JoinReply> {
  const { groupId, memberId } = ask.request
  const isNewcomer = memberId === ''
  const known = at.machine.classic(groupId)
  if (!known && !isNewcomer) return refusedJoin(memberId, 'UNKNOWN_MEMBER_ID')
  const group = known ?? at.machine.createClassic(groupId, at.turn.nowMs)
  const reply = admit(at, group, ask, isNewcomer)
  // Whatever became of the newcomer: the group is there from now on, after a restart too.
  if (!known && at.turn.records.length === 0) at.turn.record(newGroupRecord(group))
  return reply
}

function admit(at: GroupTurn, group: ClassicGroup, ask: JoinAsk, isNewcomer: boolean): JoinReply | Parked<JoinReply> {
  if (hasRoom(group, ask.request.memberId, at.settings.maxSize)) {
    return isNewcomer ? joinAsNew(at, group, ask) : joinAgain(at, group, ask)
  }
  group.remove(ask.request.memberId)
  return refusedJoin('', 'GROUP_MAX_SIZE_REACHED')
}

function hasRoom(group: ClassicGroup, memberId: string, maxSize: number): boolean {
  const member = group.members.get(memberId)
  switch (group.state) {
    case 'Empty':
      return true
    case 'PreparingRebalance':
      return Boolean(member?.joinSeat) || group.awaitingJoin < maxSize
    default:
      return member !== undefined || group.members.size < maxSize
  }
}

function joinAsNew(at: GroupTurn, group: ClassicGroup, ask: JoinAsk): JoinReply | Parked<JoinReply> {
  const { groupInstanceId, protocolType, protocols, sessionTimeoutMs } = ask.request
  if (!group.supports(protocolType, protocols)) return refusedJoin('', 'INCONSISTENT_GROUP_PROTOCOL')
  const memberId = `${groupInstanceId ?? ask.clientId}-${at.uuid()}`
  if (groupInstanceId !== null) {
    const earlier = group.memberOfInstance(groupInstanceId)
    if (earlier !== null) return joinAsReplacement(at, group, ask, memberId)
    return addMember(at, group, ask, memberId)
  }
  if (!needsKnownId(ask.version)) return addMember(at, group, ask, memberId)
  group.pendingJoin.add(memberId)
  armSession(at, group.id, memberId, sessionTimeoutMs)
  return refusedJoin(memberId, 'MEMBER_ID_REQUIRED')
}

function joinAgain(at: GroupTurn, group: ClassicGroup, ask: JoinAsk): JoinReply | Parked<JoinReply> {
  const { memberId, groupInstanceId, protocolType, protocols } = ask.request
  if (!group.supports(protocolType, protocols)) return refusedJoin(memberId, 'INCONSISTENT_GROUP_PROTOCOL')
  if (group.pendingJoin.has(memberId)) {
    // An id that was given to a dynamic member, claimed by a static one: Kafka stumbles over it, and so its code is this.
    if (groupInstanceId !== null) throw new Refusal('UNKNOWN_SERVER_ERROR')
    return addMember(at, group, ask, memberId)
  }
  const wrong = validateMember(group, memberId, groupInstanceId)
  if (wrong) return refusedJoin(memberId, wrong)
  const member = group.members.get(memberId)!
  // The leader may have seen new topics or partitions; its rejoining is how it asks for another assignment.
  const mayStay = group.state === 'CompletingRebalance' || (group.state === 'Stable' && !group.isLeader(memberId))
  if (mayStay && member.offersSame(protocols)) return joinedReply(group, memberId)
  if (group.state === 'Empty') return refusedJoin(memberId, 'UNKNOWN_MEMBER_ID')
  return updateMember(at, group, ask, member)
}

function addMember(at: GroupTurn, group: ClassicGroup, ask: JoinAsk, memberId: string): Parked<JoinReply> {
  const { request, clientId, clientHost } = ask
  const member = new ClassicMember({
    id: memberId,
    instanceId: request.groupInstanceId,
    clientId,
    clientHost,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    sessionTimeoutMs: request.sessionTimeoutMs,
    protocolType: request.protocolType,
    protocols: request.protocols,
    assignment: emptyAssignment,
  })
  member.isNew = true
  if (group.state === 'PreparingRebalance' && group.previousState === 'Empty') group.newMemberAdded = true
  const seat = at.turn.seat<JoinReply>()
  member.joinSeat = seat
  group.add(member)
  keepAlive(at, group, member, newMemberJoinTimeoutMs)
  return parkUnlessFailed(at, seat, rebalanceOrComplete(at, group, `member ${memberId} joins: ${reasonOf(ask)}`))
}

function updateMember(at: GroupTurn, group: ClassicGroup, ask: JoinAsk, member: ClassicMember): Parked<JoinReply> {
  const seat = seatAgain(at, group, ask, member)
  return parkUnlessFailed(at, seat, rebalanceOrComplete(at, group, `member ${member.id} rejoins: ${reasonOf(ask)}`))
}

/** A member whose joining left the group without a common protocol is told at once; it still counts as waiting. */
function parkUnlessFailed(at: GroupTurn, seat: Seat<JoinReply>, went: boolean): Parked<JoinReply> {
  if (!went) at.turn.answer(seat, refusedJoin('', 'UNKNOWN_SERVER_ERROR'))
  return at.turn.parked(seat)
}
