/** CreateDelegationToken (38) is refused where nobody is authenticated (KIP-48). */
import { CreateDelegationToken } from '../../protocol/messages/create-delegation-token'
import { errors } from '../../protocol/errors'
import { defineHandler } from '../broker'
import { tokensNotAllowed } from '../unsecured'

export const createDelegationToken = defineHandler({
  api: CreateDelegationToken,
  serves: '0-3',
  access: 'open',

  handle(_broker, call, { ownerPrincipalType, ownerPrincipalName }) {
    const { principal, version } = call
    const end = principal.indexOf(':')
    const [type, name] = [principal.slice(0, end), principal.slice(end + 1)]
    const owns = ownerPrincipalName !== null && ownerPrincipalName !== ''
    // Kafka makes no principal of a name alone, and fails.
    const isNobody = owns && ownerPrincipalType === null
    return {
      errorCode: isNobody ? errors.UNKNOWN_SERVER_ERROR.code : tokensNotAllowed(call).errorCode,
      principalType: owns && !isNobody ? ownerPrincipalType! : type,
      principalName: owns && !isNobody ? ownerPrincipalName : name,
      ...(version >= 3 ? { tokenRequesterPrincipalType: type, tokenRequesterPrincipalName: name } : {}),
      issueTimestampMs: -1,
      expiryTimestampMs: -1,
      maxTimestampMs: -1,
      tokenId: '',
      hmac: Buffer.alloc(0),
    }
  },
})
