/** What a broker says that has no authorizer, or whose listeners authenticate nobody. */
import type { Call } from '../call/call'
import { errors } from '../protocol/errors'

export const securityDisabled = {
  errorCode: errors.SECURITY_DISABLED.code,
  errorMessage: 'No Authorizer is configured.',
} as const

/** Tokens stand for somebody, and who comes without having proved who they are is nobody; besides, no broker here makes any. */
export const tokensNotAllowed = ({ isAuthenticated }: Call): { readonly errorCode: number } => ({
  errorCode: (isAuthenticated ? errors.DELEGATION_TOKEN_AUTH_DISABLED : errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED)
    .code,
})
