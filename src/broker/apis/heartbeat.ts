/** Heartbeat (12): a member of a classic group lives. v3: static members (KIP-345); v4: flexible. */
import { Heartbeat } from '../../protocol/messages/heartbeat'
import { defineHandler } from '../broker'

export const heartbeat = defineHandler({
  api: Heartbeat,
  serves: '0-4',
  access: [{ one: 'group', may: 'READ', named: request => request.groupId }],
  refuseAll: (_request, errorCode) => ({ errorCode }),

  handle(broker, call, request) {
    const errorCode = broker.groups.heartbeat(call, request)
    return errorCode instanceof Promise ? errorCode.then(code => ({ errorCode: code })) : { errorCode }
  },
})
