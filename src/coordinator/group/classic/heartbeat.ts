/** Heartbeat: a member lives, and hears whether it has to rejoin. */
import { errors } from '../../../protocol/errors'
import type { HeartbeatRequest } from '../../../protocol/messages/heartbeat'
import type { GroupTurn } from '../world'
import { keepAlive } from './session'
import { validateMember } from './validate'

/** Gives the error code that is the whole reply. */
export function decideHeartbeat(at: GroupTurn, request: HeartbeatRequest): number {
  const group = at.machine.classic(request.groupId)
  if (!group) return errors.UNKNOWN_MEMBER_ID.code
  const wrong = validateMember(group, request.memberId, request.groupInstanceId)
  if (wrong) return errors[wrong].code
  if (request.generationId !== group.generation) return errors.ILLEGAL_GENERATION.code
  keepAlive(at, group, group.members.get(request.memberId)!)
  return group.state === 'PreparingRebalance' ? errors.REBALANCE_IN_PROGRESS.code : errors.NONE.code
}
