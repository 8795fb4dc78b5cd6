/** A static member that comes back without its member id takes its old place under a new one (KIP-345). */
import type { Parked } from '../../../machine/turn'
import { fits } from '../fit'
import type { GroupTurn } from '../world'
import { type JoinAsk, reasonOf, seatAgain } from './ask'
import type { ClassicGroup } from './group'
import { groupRecord } from './persist'
import { completeIfAllJoined, joinedReply, prepareRebalance, rebalanceOrComplete } from './rebalance'
import { dismissCalls } from './remove'
import type { JoinReply } from './replies'
import { endSession, keepAlive } from './session'

/** The leader of a group is told to keep the assignment that is there (KIP-814). */
const maySkipAssignment = (version: number): boolean => version >= 9

export function joinAsReplacement(
  at: GroupTurn,
  group: ClassicGroup,
  ask: JoinAsk,
  newMemberId: string,
): Parked<JoinReply> {
  const instanceId = ask.request.groupInstanceId!
  const leaderBefore = group.leader
  const old = group.members.get(group.memberOfInstance(instanceId)!)!
  dismissCalls(at, group, old, 'FENCED_INSTANCE_ID', old.id)
  const member = group.replaceStatic(instanceId, newMemberId)
  at.logger.info('group.member.replaced', { group: group.id, instance: instanceId, old: old.id, member: newMemberId })
  endSession(at, group.id, old.id)
  keepAlive(at, group, member)
  const seat = seatAgain(at, group, ask, member)
  const parked = at.turn.parked(seat)
  if (group.state === 'CompletingRebalance') {
    prepareRebalance(at, group, `static member ${instanceId} was replaced: ${reasonOf(ask)}`)
  } else if (group.state !== 'Stable') {
    completeIfAllJoined(at, group)
  } else if (group.electProtocol() !== group.protocolName) {
    rebalanceOrComplete(at, group, `static member ${instanceId} changes the protocol: ${reasonOf(ask)}`)
  } else if (!fits(at, [groupRecord(group)])) {
    rebalanceOrComplete(at, group, `static member ${instanceId} says more of itself than can be stored`)
  } else {
    at.turn.record(groupRecord(group))
    group.unseatJoin(member)
    at.turn.answer(seat, replacedReply(group, newMemberId, leaderBefore, ask.version))
  }
  return parked
}

/**
 * The generation goes on with the assignment that it has. A client that cannot be told to skip assigning is told the old
 * id of the leader, so that it takes itself for a follower.
 */
function replacedReply(group: ClassicGroup, memberId: string, leaderBefore: string | null, version: number): JoinReply {
  const reply = joinedReply(group, memberId)
  if (maySkipAssignment(version)) return { ...reply, skipAssignment: group.isLeader(memberId) }
  return { ...reply, leader: leaderBefore ?? '', members: [] }
}
