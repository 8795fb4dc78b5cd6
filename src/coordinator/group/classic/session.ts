/** Signs of life: a member that gives none for its session timeout is removed. */
import { arm, disarm, type GroupTurn } from '../world'
import type { ClassicGroup } from './group'
import type { ClassicMember } from './member'

/** The member has shown that it lives: its session begins anew, or lasts for `timeoutMs`. */
export function keepAlive(at: GroupTurn, group: ClassicGroup, member: ClassicMember, timeoutMs?: number): void {
  armSession(at, group.id, member.id, timeoutMs ?? member.sessionTimeoutMs)
}

export function armSession(at: GroupTurn, groupId: string, memberId: string, timeoutMs: number): void {
  arm(at, { kind: 'session', groupId, memberId }, timeoutMs)
}

export function endSession(at: GroupTurn, groupId: string, memberId: string): void {
  disarm(at, { kind: 'session', groupId, memberId })
}
