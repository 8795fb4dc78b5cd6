/** RenewDelegationToken (39) is refused where nobody is authenticated (KIP-48). */
import { RenewDelegationToken } from '../../protocol/messages/renew-delegation-token'
import { defineHandler } from '../broker'
import { tokensNotAllowed } from '../unsecured'

export const renewDelegationToken = defineHandler({
  api: RenewDelegationToken,
  serves: '0-2',
  access: 'open',

  handle(_broker, call) {
    return { ...tokensNotAllowed(call), expiryTimestampMs: -1 }
  },
})
