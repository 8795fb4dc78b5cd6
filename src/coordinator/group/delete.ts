/** DeleteGroups: a group that has no members goes, with its offsets. */
import { errors } from '../../protocol/errors'
import { forgetAllOf } from './offsets/forget'
import type { GroupTurn } from './world'

/** The error code of each, in the order asked. */
export function decideDeleteGroups(at: GroupTurn, groupIds: readonly string[]): number[] {
  return groupIds.map(groupId => {
    const group = at.machine.classic(groupId)
    if (!group) return errors.GROUP_ID_NOT_FOUND.code
    if (!group.isEmpty) return errors.NON_EMPTY_GROUP.code
    forgetAllOf(at, groupId)
    at.turn.record({ kind: 'group', group: groupId, value: null })
    return errors.NONE.code
  })
}
