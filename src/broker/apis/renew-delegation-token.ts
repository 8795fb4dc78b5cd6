/** RenewDelegationToken (39) postpones the end of a token, for its owner and its renewers (KIP-48). */
import { RenewDelegationToken } from '../../protocol/messages/renew-delegation-token'
import { defineHandler } from '../broker'
import { mustMayAskForTokens, refusedExpiry, tokensOf } from '../token-access'

export const renewDelegationToken = defineHandler({
  api: RenewDelegationToken,
  serves: '0-2',
  access: 'open',
  refuseAll: (_request, errorCode) => refusedExpiry(errorCode),

  async handle(broker, call, { hmac, renewPeriodMs }) {
    mustMayAskForTokens(call)
    const expiryTimestampMs = await tokensOf(broker).renew(call.principal, hmac, renewPeriodMs)
    return { errorCode: 0, expiryTimestampMs }
  },
})
