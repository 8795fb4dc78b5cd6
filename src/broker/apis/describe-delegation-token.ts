/** DescribeDelegationToken (41) tells of tokens: one's own, and others' with leave (KIP-48). v3: who asked for them (KIP-373). */
import type { Call } from '../../call/call'
import { DescribeDelegationToken } from '../../protocol/messages/describe-delegation-token'
import type { Token } from '../../security/tokens'
import { type Broker, defineHandler } from '../broker'
import { principalFields, principalOf } from '../principals'
import { mustMayAskForTokens, tokensOf } from '../token-access'

export const describeDelegationToken = defineHandler({
  api: DescribeDelegationToken,
  serves: '0-3',
  access: [
    { own: 'delegationToken', may: 'DESCRIBE' },
    { own: 'user', may: 'DESCRIBE_TOKENS' },
  ],
  refuseAll: (_request, errorCode) => ({ errorCode, tokens: [] }),

  handle(broker, call, { owners }) {
    mustMayAskForTokens(call)
    const tokens = tokensOf(broker)
    if (owners?.length === 0) return { errorCode: 0, tokens: [] }
    const asked = owners?.map(principalOf)
    const isAsked = (token: Token) => asked === undefined || asked.some(principal => concerns(token, principal))
    const told = tokens.all().filter(token => isAsked(token) && mayKnow(broker, call, token))
    return { errorCode: 0, tokens: told.map(token => rowOf(token, call.version)) }
  },
})

const concerns = ({ owner, requester, renewers }: Token, principal: string): boolean =>
  principal === owner || principal === requester || renewers.includes(principal)

const mayKnow = ({ access }: Broker, call: Call, token: Token): boolean =>
  concerns(token, call.principal) ||
  access.isAllowed(call, 'DESCRIBE', 'delegationToken', token.id) ||
  access.isAllowed(call, 'DESCRIBE_TOKENS', 'user', token.owner)

function rowOf(token: Token, version: number) {
  const { id, hmac, owner, requester, renewers, issuedMs, expiresMs, maxMs } = token
  const by = principalFields(requester)
  return {
    ...principalFields(owner),
    ...(version < 3
      ? {}
      : { tokenRequesterPrincipalType: by.principalType, tokenRequesterPrincipalName: by.principalName }),
    issueTimestamp: issuedMs,
    expiryTimestamp: expiresMs,
    maxTimestamp: maxMs,
    tokenId: id,
    hmac,
    renewers: renewers.map(principalFields),
  }
}
