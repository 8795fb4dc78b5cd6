/**
 * SyncGroup (14): the leader hands in the assignment, members fetch theirs. v3: static members (KIP-345); v4: flexible;
 * v5: protocol type and name are named and checked (KIP-559).
 */
import { refusedSync } from '../../coordinator/group/classic/replies'
import { SyncGroup } from '../../protocol/messages/sync-group'
import { defineHandler } from '../broker'

const namesProtocol = (version: number): boolean => version >= 5

export const syncGroup = defineHandler({
  api: SyncGroup,
  serves: '0-5',
  access: [{ own: 'group', may: 'READ' }],
  refuseAll: (_request, errorCode) => ({ ...refusedSync('UNKNOWN_SERVER_ERROR'), errorCode }),

  handle(broker, call, request) {
    const { protocolType, protocolName } = request
    if (namesProtocol(call.version) && (protocolType === null || protocolName === null)) {
      return refusedSync('INCONSISTENT_GROUP_PROTOCOL')
    }
    if (!broker.access.isAllowed(call, 'READ', 'group', request.groupId)) {
      return refusedSync('GROUP_AUTHORIZATION_FAILED')
    }
    return broker.groups.sync(call, request)
  },
})
