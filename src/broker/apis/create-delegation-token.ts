/**
 * CreateDelegationToken (38) makes a token, with which others may come in as its owner for a while (KIP-48). v3: on behalf of
 * another owner (KIP-373).
 */
import type { Call } from '../../call/call'
import { errors, Refusal } from '../../protocol/errors'
import { CreateDelegationToken } from '../../protocol/messages/create-delegation-token'
import { defineHandler } from '../broker'
import { principalFields, principalOf } from '../principals'
import { mustMayAskForTokens, tokensOf } from '../token-access'

export const createDelegationToken = defineHandler({
  api: CreateDelegationToken,
  serves: '0-3',
  access: [{ own: 'user', may: 'CREATE_TOKENS' }],
  refuseAll: (request, errorCode, _message, call) => ({
    errorCode,
    ...refusedSides(call, ownerOf(request, call)),
    ...noTimes(errorCode),
    tokenId: '',
    hmac: Buffer.alloc(0),
  }),

  async handle(broker, call, request) {
    const owner = ownerOf(request, call)
    // Kafka makes no principal of a name alone, and fails.
    if (owner === null) throw new Refusal('UNKNOWN_SERVER_ERROR')
    mustMayAskForTokens(call)
    if (owner !== call.principal && !broker.access.isAllowed(call, 'CREATE_TOKENS', 'user', owner)) {
      throw new Refusal('DELEGATION_TOKEN_AUTHORIZATION_FAILED')
    }
    if (request.renewers.some(({ principalType }) => principalType !== 'User')) {
      throw new Refusal('INVALID_PRINCIPAL_TYPE')
    }
    const renewers = request.renewers.map(principalOf)
    const { maxLifetimeMs } = request
    const token = await tokensOf(broker).create({ owner, requester: call.principal, renewers, maxLifetimeMs })
    return {
      errorCode: 0,
      ...sides(call, owner),
      issueTimestampMs: token.issuedMs,
      expiryTimestampMs: token.expiresMs,
      maxTimestampMs: token.maxMs,
      tokenId: token.id,
      hmac: token.hmac,
    }
  },
})

type Asked = Readonly<Record<'ownerPrincipalType' | 'ownerPrincipalName', string | null>>

/** Null for a name without a kind. */
function ownerOf({ ownerPrincipalType, ownerPrincipalName }: Asked, { principal }: Call): string | null {
  if (ownerPrincipalName === null || ownerPrincipalName === '') return principal
  return ownerPrincipalType === null ? null : `${ownerPrincipalType}:${ownerPrincipalName}`
}

/** Those without a meaning: of Kafka's broker, or of its controller, which is the one that has the key. */
function noTimes(errorCode: number) {
  const time = errorCode === errors.DELEGATION_TOKEN_AUTH_DISABLED.code ? 0 : -1
  return { issueTimestampMs: time, expiryTimestampMs: time, maxTimestampMs: time }
}

/** Kafka knows nobody any more when it has failed. */
function refusedSides(call: Call, owner: string | null) {
  const nobody = 'User:ANONYMOUS'
  return owner === null ? sides({ ...call, principal: nobody }, nobody) : sides(call, owner)
}

function sides({ principal, version }: Call, owner: string) {
  const { principalType, principalName } = principalFields(principal)
  return {
    ...principalFields(owner),
    ...(version < 3 ? {} : { tokenRequesterPrincipalType: principalType, tokenRequesterPrincipalName: principalName }),
  }
}
