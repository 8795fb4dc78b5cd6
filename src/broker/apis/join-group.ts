/**
 * JoinGroup (11): a member enters a classic group or comes back to it. v1: rebalance timeout (KIP-62); v4: newcomers are
 * told their id first (KIP-394); v5: static members (KIP-345); v6: flexible; v7: protocol type and a name that may be null
 * (KIP-559); v8: reason (KIP-800); v9: a leader may be told to skip assigning (KIP-814).
 */
import { type JoinReply, refusedJoin } from '../../coordinator/group/classic/replies'
import { JoinGroup } from '../../protocol/messages/join-group'
import { defineHandler } from '../broker'

export const joinGroup = defineHandler({
  api: JoinGroup,
  serves: '0-9',
  access: [{ one: 'group', may: 'READ', named: request => request.groupId }],
  refuseAll: (_request, errorCode, _message, call) =>
    forVersion({ ...refusedJoin('', 'UNKNOWN_SERVER_ERROR'), errorCode }, call.version),

  handle(broker, call, request) {
    const reply = broker.groups.join(call, request)
    if (reply instanceof Promise) return reply.then(joined => forVersion(joined, call.version))
    return forVersion(reply, call.version)
  },
})

/** Before version 7 a protocol that there is not was called ''. */
function forVersion(reply: JoinReply, version: number): JoinReply {
  return version < 7 && reply.protocolName === null ? { ...reply, protocolName: '' } : reply
}
