/** Whether a request speaks for a member of the group. */
import type { ErrorName } from '../../../protocol/errors'
import type { ClassicGroup } from './group'

/** Null when it does. A static member is known by its instance id first: another member id means that it was replaced. */
export function validateMember(
  group: ClassicGroup,
  memberId: string,
  instanceId: string | null,
): Extract<ErrorName, 'UNKNOWN_MEMBER_ID' | 'FENCED_INSTANCE_ID'> | null {
  if (instanceId !== null) {
    const owner = group.memberOfInstance(instanceId)
    if (owner === null) return 'UNKNOWN_MEMBER_ID'
    if (owner !== memberId) return 'FENCED_INSTANCE_ID'
  }
  return group.members.has(memberId) ? null : 'UNKNOWN_MEMBER_ID'
}
