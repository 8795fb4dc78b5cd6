/** A rebalance from its cause to the next generation: who is waited for, how long, and what everybody is told. */
import { arm, disarm, type GroupTurn } from '../world'
import type { ClassicGroup } from './group'
import { emptyAssignment, type ClassicMember } from './member'
import { groupRecord } from './persist'
import { type JoinReply, refusedSync } from './replies'
import { endSession, keepAlive } from './session'

/**
 * Starts a rebalance where the state allows it; otherwise completes the one that is on when all are in. False when it
 * completed and failed for want of a protocol that all members share; so do the next two.
 */
export function rebalanceOrComplete(at: GroupTurn, group: ClassicGroup, reason: string): boolean {
  return group.canRebalance ? prepareRebalance(at, group, reason) : completeIfAllJoined(at, group)
}

export function prepareRebalance(at: GroupTurn, group: ClassicGroup, reason: string): boolean {
  if (group.state === 'CompletingRebalance') takeBackAssignments(at, group, 'REBALANCE_IN_PROGRESS')
  stopWaitingForSync(at, group)
  const first = group.isEmpty
  if (first) {
    const delayMs = at.settings.initialRebalanceDelayMs
    armFirstJoin(at, group, delayMs, Math.max(group.rebalanceTimeoutMs - delayMs, 0))
  }
  group.become('PreparingRebalance', at.turn.nowMs)
  at.logger.info('group.rebalance', { group: group.id, generation: group.generation, reason })
  if (first) return true
  if (group.haveAllJoined) return completeJoin(at, group)
  armJoin(at, group)
  return true
}

/** For a rebalance that is on already. The first one of a group always runs its delay out. */
export function completeIfAllJoined(at: GroupTurn, group: ClassicGroup): boolean {
  if (group.state !== 'PreparingRebalance' || group.previousState === 'Empty') return true
  return group.haveAllJoined ? completeJoin(at, group) : true
}

/**
 * Everybody is in, or the time is up: the next generation begins, and the joined are told who they are in it. False when
 * the members share no protocol.
 */
export function completeJoin(at: GroupTurn, group: ClassicGroup): boolean {
  disarm(at, { kind: 'join', groupId: group.id })
  removeAbsent(at, group)
  if (!group.electLeader() && group.members.size > 0) {
    // Only static members are left, and none of them has come back.
    armJoin(at, group)
    return true
  }
  group.generation += 1
  if (group.members.size === 0) {
    becomeEmpty(at, group)
    return true
  }
  const protocolName = group.electProtocol()
  if (protocolName === null) {
    // Offering one protocol twice can pass the check at the door and still leave nothing in common. Kafka fails here too:
    // the members' own timeouts end the wait.
    at.logger.warn('group.protocol.none', { group: group.id, generation: group.generation })
    return false
  }
  group.protocolName = protocolName
  group.refreshSubscription()
  group.become('CompletingRebalance', at.turn.nowMs)
  group.pendingSync.clear()
  at.logger.info('group.joined', { group: group.id, generation: group.generation, members: group.members.size })
  for (const member of group.members.values()) {
    const seat = group.unseatJoin(member)
    if (seat) at.turn.answer(seat, joinedReply(group, member.id))
    keepAlive(at, group, member)
    member.isNew = false
    group.pendingSync.add(member.id)
  }
  armSync(at, group)
  return true
}

/** What a member is told of the generation that it is in; the leader is told of the others too. */
export function joinedReply(group: ClassicGroup, memberId: string): JoinReply {
  return {
    errorCode: 0,
    generationId: group.generation,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leader ?? '',
    skipAssignment: false,
    memberId,
    members: group.isLeader(memberId) ? describeMembers(group) : [],
  }
}

export function describeMembers(group: ClassicGroup): JoinReply['members'] {
  return [...group.members.values()].map(member => ({
    memberId: member.id,
    groupInstanceId: member.instanceId,
    metadata: member.metadataFor(group.protocolName) ?? emptyAssignment,
  }))
}

/** Nobody waits for the assignments of the generation that was: it is over. */
export function stopWaitingForSync(at: GroupTurn, group: ClassicGroup): void {
  group.pendingSync.clear()
  disarm(at, { kind: 'sync', groupId: group.id, generation: group.generation })
}

/** Answers every waiting SyncGroup with its member's assignment. */
export function shareAssignments(at: GroupTurn, group: ClassicGroup): void {
  for (const member of group.members.values()) {
    answerSync(at, group, member, {
      errorCode: 0,
      protocolType: group.protocolType,
      protocolName: group.protocolName,
      assignment: member.assignment,
    })
  }
}

/** What the leader hands in together with what members said of themselves is more than a record may hold: they have to join again. */
export function failAssignments(at: GroupTurn, group: ClassicGroup): void {
  at.logger.warn('group.record.too-large', {
    group: group.id,
    generation: group.generation,
    maxBytes: at.settings.batchBytesMax,
  })
  takeBackAssignments(at, group, 'UNKNOWN_SERVER_ERROR')
  prepareRebalance(at, group, 'the assignment is too large to be stored')
}

function takeBackAssignments(
  at: GroupTurn,
  group: ClassicGroup,
  why: 'REBALANCE_IN_PROGRESS' | 'UNKNOWN_SERVER_ERROR',
): void {
  for (const member of group.members.values()) {
    member.assignment = emptyAssignment
    answerSync(at, group, member, refusedSync(why))
  }
}

function answerSync(
  at: GroupTurn,
  group: ClassicGroup,
  member: ClassicMember,
  reply: ReturnType<typeof refusedSync>,
): void {
  const { syncSeat } = member
  if (!syncSeat) return
  member.syncSeat = null
  at.turn.answer(syncSeat, reply)
  keepAlive(at, group, member)
}

function removeAbsent(at: GroupTurn, group: ClassicGroup): void {
  for (const member of group.members.values()) {
    if (member.joinSeat || member.isStatic) continue
    endSession(at, group.id, member.id)
    if (member.syncSeat) at.turn.answer(member.syncSeat, refusedSync('UNKNOWN_MEMBER_ID'))
    member.syncSeat = null
    group.remove(member.id)
    at.logger.info('group.member.absent', { group: group.id, member: member.id, generation: group.generation })
  }
}

function becomeEmpty(at: GroupTurn, group: ClassicGroup): void {
  group.protocolName = null
  group.refreshSubscription()
  group.become('Empty', at.turn.nowMs)
  group.pendingSync.clear()
  at.logger.info('group.empty', { group: group.id, generation: group.generation })
  at.turn.record(groupRecord(group))
}

function armJoin(at: GroupTurn, group: ClassicGroup): void {
  arm(at, { kind: 'join', groupId: group.id }, group.rebalanceTimeoutMs)
}

/** The rebalance timeout is over: whoever is in makes the next generation. */
export function decideJoinOver(at: GroupTurn, groupId: string): void {
  const group = at.machine.classic(groupId)
  if (group) completeJoin(at, group)
}

function armFirstJoin(at: GroupTurn, group: ClassicGroup, delayMs: number, remainingMs: number): void {
  arm(at, { kind: 'first-join', groupId: group.id, delayMs, remainingMs }, delayMs)
}

/**
 * The first generation waits a little, so that members started together need no second one; each newcomer prolongs the
 * wait, up to the rebalance timeout (KIP-134).
 */
export function decideFirstJoinOver(at: GroupTurn, groupId: string, delayMs: number, remainingMs: number): void {
  const group = at.machine.classic(groupId)
  if (!group) return
  if (!group.newMemberAdded || remainingMs === 0) {
    completeJoin(at, group)
    return
  }
  group.newMemberAdded = false
  const nextMs = Math.min(at.settings.initialRebalanceDelayMs, remainingMs)
  armFirstJoin(at, group, nextMs, Math.max(remainingMs - delayMs, 0))
}

function armSync(at: GroupTurn, group: ClassicGroup): void {
  arm(at, { kind: 'sync', groupId: group.id, generation: group.generation }, group.rebalanceTimeoutMs)
}

/** Who has not asked for its assignment within the rebalance timeout is removed. */
export function decideSyncOver(at: GroupTurn, groupId: string, generation: number): void {
  const group = at.machine.classic(groupId)
  if (!group || group.generation !== generation || group.pendingSync.size === 0) return
  if (group.state !== 'CompletingRebalance' && group.state !== 'Stable') return
  const late = [...group.pendingSync]
  for (const memberId of late) {
    group.remove(memberId)
    endSession(at, groupId, memberId)
  }
  prepareRebalance(at, group, `${late.length} members did not sync`)
}
