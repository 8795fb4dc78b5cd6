/** ExpireDelegationToken (40) ends a token, now or soon, for its owner and its renewers (KIP-48). */
import { ExpireDelegationToken } from '../../protocol/messages/expire-delegation-token'
import { defineHandler } from '../broker'
import { mustMayAskForTokens, refusedExpiry, tokensOf } from '../token-access'

export const expireDelegationToken = defineHandler({
  api: ExpireDelegationToken,
  serves: '0-2',
  access: 'open',
  refuseAll: (_request, errorCode) => refusedExpiry(errorCode),

  async handle(broker, call, { hmac, expiryTimePeriodMs }) {
    mustMayAskForTokens(call)
    const expiryTimestampMs = await tokensOf(broker).expire(call.principal, hmac, expiryTimePeriodMs)
    return { errorCode: 0, expiryTimestampMs }
  },
})
