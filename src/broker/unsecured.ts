/** What a broker says that has no authorizer. */
import { errors } from '../protocol/errors'

export const securityDisabled = {
  errorCode: errors.SECURITY_DISABLED.code,
  errorMessage: 'No Authorizer is configured.',
} as const
