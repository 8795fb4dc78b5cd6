/** A JoinGroup as the decisions see it, and what all of them do with it. */
import type { Seat } from '../../../machine/parking'
import type { JoinGroupRequest } from '../../../protocol/messages/join-group'
import type { GroupTurn } from '../world'
import type { ClassicGroup } from './group'
import type { ClassicMember } from './member'
import { type JoinReply, refusedJoin } from './replies'

/** A JoinGroup with what the broker knows of its sender. `rebalanceTimeoutMs` is filled in for version 0. */
export interface JoinAsk {
  readonly request: JoinGroupRequest
  readonly version: number
  readonly clientId: string
  /** As Kafka writes it: `/127.0.0.1`. */
  readonly clientHost: string
}

/** Takes over what the request says of the member, and seats its call. An older call that still waits is sent off. */
export function seatAgain(at: GroupTurn, group: ClassicGroup, ask: JoinAsk, member: ClassicMember): Seat<JoinReply> {
  const { protocols, rebalanceTimeoutMs, sessionTimeoutMs } = ask.request
  group.update(member, protocols, rebalanceTimeoutMs, sessionTimeoutMs)
  const older = group.unseatJoin(member)
  if (older) at.turn.answer(older, refusedJoin(member.id, 'REBALANCE_IN_PROGRESS'))
  const seat = at.turn.seat<JoinReply>()
  group.seatJoin(member, seat)
  return seat
}

/** Why the client says it joins (KIP-800). */
export function reasonOf(ask: JoinAsk): string {
  return ask.request.reason || 'not provided'
}
