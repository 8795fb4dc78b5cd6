/**
 * LeaveGroup (13): members leave at once instead of by their session timeout. v3: many at a time, static ones by instance
 * id (KIP-345); v4: flexible; v5: reason (KIP-800).
 */
import type { Left } from '../../coordinator/group/classic/leave'
import { LeaveGroup } from '../../protocol/messages/leave-group'
import { defineHandler } from '../broker'

const leavesMany = (version: number): boolean => version >= 3

export const leaveGroup = defineHandler({
  api: LeaveGroup,
  serves: '0-5',
  access: [{ one: 'group', may: 'READ', named: request => request.groupId }],
  refuseAll: (_request, errorCode) => ({ errorCode, members: [] }),

  async handle(broker, call, request) {
    const many = leavesMany(call.version)
    const leaving = many ? request.members : [{ memberId: request.memberId, groupInstanceId: null, reason: null }]
    const left: Left[] = await broker.groups.leave(request.groupId, leaving)
    return many ? { errorCode: 0, members: left } : { errorCode: left[0]!.errorCode, members: [] }
  },
})
