/** SyncGroup: the leader hands in the assignment of a generation, everybody fetches their own. */
import type { Parked } from '../../../machine/turn'
import type { SyncGroupRequest } from '../../../protocol/messages/sync-group'
import { fits } from '../fit'
import { disarm, type GroupTurn } from '../world'
import type { ClassicGroup } from './group'
import { emptyAssignment, type ClassicMember } from './member'
import { groupRecord } from './persist'
import { failAssignments, shareAssignments } from './rebalance'
import { refusedSync, type SyncReply } from './replies'
import { validateMember } from './validate'

export function decideSync(at: GroupTurn, request: SyncGroupRequest): SyncReply | Parked<SyncReply> {
  const group = at.machine.classic(request.groupId)
  if (!group || group.isEmpty) return refusedSync('UNKNOWN_MEMBER_ID')
  const wrong = validateMember(group, request.memberId, request.groupInstanceId)
  if (wrong) return refusedSync(wrong)
  if (request.generationId !== group.generation) return refusedSync('ILLEGAL_GENERATION')
  if (differs(request.protocolType, group.protocolType) || differs(request.protocolName, group.protocolName)) {
    return refusedSync('INCONSISTENT_GROUP_PROTOCOL')
  }
  if (group.state === 'PreparingRebalance') return refusedSync('REBALANCE_IN_PROGRESS')
  const member = group.members.get(request.memberId)!
  hasSynced(at, group, member)
  if (group.state === 'Stable') return syncedReply(group, member)
  return waitForAssignment(at, group, member, request)
}

function waitForAssignment(
  at: GroupTurn,
  group: ClassicGroup,
  member: ClassicMember,
  request: SyncGroupRequest,
): Parked<SyncReply> {
  if (member.syncSeat) at.turn.answer(member.syncSeat, refusedSync('REBALANCE_IN_PROGRESS'))
  const seat = at.turn.seat<SyncReply>()
  member.syncSeat = seat
  if (group.isLeader(member.id)) {
    const assigned = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]))
    for (const each of group.members.values()) each.assignment = assigned.get(each.id) ?? emptyAssignment
    const record = groupRecord(group)
    if (!fits(at, [record])) {
      failAssignments(at, group)
      return at.turn.parked(seat)
    }
    at.turn.record(record)
    group.become('Stable', at.turn.nowMs)
    at.logger.info('group.stable', { group: group.id, generation: group.generation, members: group.members.size })
    shareAssignments(at, group)
  }
  return at.turn.parked(seat)
}

function hasSynced(at: GroupTurn, group: ClassicGroup, member: ClassicMember): void {
  group.pendingSync.delete(member.id)
  if (group.pendingSync.size > 0) return
  disarm(at, { kind: 'sync', groupId: group.id, generation: group.generation })
}

function syncedReply(group: ClassicGroup, member: ClassicMember): SyncReply {
  return {
    errorCode: 0,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    assignment: member.assignment,
  }
}

/** Older versions do not say; a group of which it is not known cannot be contradicted. */
function differs(asked: string | null, actual: string | null): boolean {
  return asked !== null && actual !== null && asked !== actual
}
