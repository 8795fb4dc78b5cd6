/** What a broker says that has no authorizer, or whose listeners authenticate nobody. */
import { errors } from '../protocol/errors'

export const securityDisabled = {
  errorCode: errors.SECURITY_DISABLED.code,
  errorMessage: 'No Authorizer is configured.',
} as const

/** Tokens stand for somebody, and who comes without having proved who they are is nobody. */
export const tokensNotAllowed = { errorCode: errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code } as const
