/** ExpireDelegationToken (40) is refused where nobody is authenticated (KIP-48). */
import { ExpireDelegationToken } from '../../protocol/messages/expire-delegation-token'
import { defineHandler } from '../broker'
import { tokensNotAllowed } from '../unsecured'

export const expireDelegationToken = defineHandler({
  api: ExpireDelegationToken,
  serves: '0-2',
  access: 'open',

  handle(_broker, call) {
    return { ...tokensNotAllowed(call), expiryTimestampMs: -1 }
  },
})
