/** LeaveGroup: members say goodbye, one or many at once (KIP-345). */
import { errors, type ErrorName } from '../../../protocol/errors'
import type { LeaveGroupRequest } from '../../../protocol/messages/leave-group'
import type { GroupTurn } from '../world'
import type { ClassicGroup } from './group'
import { completeIfAllJoined, rebalanceOrComplete } from './rebalance'
import { removeMember, removePending } from './remove'
import { validateMember } from './validate'

export type Leaving = Pick<LeaveGroupRequest['members'][number], 'memberId' | 'groupInstanceId' | 'reason'>

export interface Left {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly errorCode: number
}

/** What became of each, in the order asked. */
export function decideLeave(at: GroupTurn, groupId: string, members: readonly Leaving[]): Left[] {
  const group = at.machine.classic(groupId)
  const outcome = ({ memberId, groupInstanceId }: Leaving, error: ErrorName): Left => ({
    memberId,
    groupInstanceId,
    errorCode: errors[error].code,
  })
  if (!group) return members.map(leaving => outcome(leaving, 'UNKNOWN_MEMBER_ID'))
  const left = members.map(leaving => outcome(leaving, leave(at, group, leaving)))
  if (left.some(({ errorCode }) => errorCode === 0)) startOver(at, group)
  return left
}

function leave(at: GroupTurn, group: ClassicGroup, leaving: Leaving): ErrorName {
  const { groupInstanceId } = leaving
  const byInstance = leaving.memberId === ''
  // An administrator removes a static member by its instance id alone.
  const owner = byInstance && groupInstanceId !== null ? group.memberOfInstance(groupInstanceId) : null
  if (byInstance && owner === null) return 'UNKNOWN_MEMBER_ID'
  const memberId = owner ?? leaving.memberId
  if (group.pendingJoin.has(memberId)) {
    removePending(at, group, memberId)
    return 'NONE'
  }
  const wrong = owner === null ? validateMember(group, memberId, groupInstanceId) : null
  if (wrong) return wrong
  removeMember(at, group, group.members.get(memberId)!)
  at.logger.info('group.member.left', { group: group.id, member: memberId, reason: leaving.reason || 'not provided' })
  return 'NONE'
}

function startOver(at: GroupTurn, group: ClassicGroup): void {
  if (group.state === 'PreparingRebalance') completeIfAllJoined(at, group)
  else if (group.state !== 'Empty') rebalanceOrComplete(at, group, 'members left')
}
