/**
 * CreateDelegationToken (38) makes a token, with which others may come in as its owner for a while (KIP-48). v3: on behalf of
 * another owner (KIP-373).
 */
import type { Call } from '../../call/call'
import { errors, Refusal } from '../../protocol/errors'
import { CreateDelegationToken } from '../../protocol/messages/create-delegation-token'
import { defineHandler } from '../broker'
import { principalFields, principalOf, type PrincipalFields } from '../principals'
import { mustMayAskForTokens, tokensOf } from '../token-access'

export const createDelegationToken = defineHandler({
  api: CreateDelegationToken,
  serves: '0-3',
  access: [{ own: 'user', may: 'CREATE_TOKENS' }],
  refuseAll: (request, errorCode, _message, call) => ({
    errorCode,
    ...refusedSides(call, request),
    ...noTimes(errorCode),
    tokenId: '',
    hmac: Buffer.alloc(0),
  }),

  async handle(broker, call, request) {
    const fields = ownerFields(request, call)
    // Kafka makes no principal of a name alone, and fails.
    if (fields === null) throw new Refusal('UNKNOWN_SERVER_ERROR')
    const owner = principalOf(fields)
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
      ...sides(call, fields),
      issueTimestampMs: token.issuedMs,
      expiryTimestampMs: token.expiresMs,
      maxTimestampMs: token.maxMs,
      tokenId: token.id,
      hmac: token.hmac,
    }
  },
})

type Asked = Readonly<Record<'ownerPrincipalType' | 'ownerPrincipalName', string | null>>

/** As they were sent: a kind may have a colon itself. Null for a name without a kind. */
function ownerFields({ ownerPrincipalType, ownerPrincipalName }: Asked, { principal }: Call): PrincipalFields | null {
  if (ownerPrincipalName === null || ownerPrincipalName === '') return principalFields(principal)
  if (ownerPrincipalType === null) return null
  return { principalType: ownerPrincipalType, principalName: ownerPrincipalName }
}

/** Those without a meaning: of Kafka's broker, or of its controller, which is the one that has the key. */
function noTimes(errorCode: number) {
  const time = errorCode === errors.DELEGATION_TOKEN_AUTH_DISABLED.code ? 0 : -1
  return { issueTimestampMs: time, expiryTimestampMs: time, maxTimestampMs: time }
}

/** Kafka knows nobody any more when it has failed. */
function refusedSides(call: Call, request: Asked) {
  const owner = ownerFields(request, call)
  return owner === null ? sides({ ...call, principal: nobody }, principalFields(nobody)) : sides(call, owner)
}

const nobody = 'User:ANONYMOUS'

function sides({ principal, version }: Call, owner: PrincipalFields) {
  const { principalType, principalName } = principalFields(principal)
  return {
    ...owner,
    ...(version < 3 ? {} : { tokenRequesterPrincipalType: principalType, tokenRequesterPrincipalName: principalName }),
  }
}
