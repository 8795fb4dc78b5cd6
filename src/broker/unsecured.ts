/** What a broker says that has no authorizer, and whose listeners authenticate nobody. */
import type { CallConnection } from '../call/call'
import { errors } from '../protocol/errors'

export const securityDisabled = {
  errorCode: errors.SECURITY_DISABLED.code,
  errorMessage: 'No Authorizer is configured.',
} as const

/** Tokens stand for somebody, and who comes without having proved who they are is nobody. */
export const tokensNotAllowed = { errorCode: errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code } as const

export interface RuleNumbers {
  readonly resourceType: number
  readonly patternType: number
  readonly operation: number
  readonly permissionType: number
}

/** Whether a rule or a filter has a zero where something is to be named. Kafka does not read it, and closes the connection. */
export const isUnreadable = ({ resourceType, patternType, operation, permissionType }: RuleNumbers): boolean =>
  [resourceType, patternType, operation, permissionType].includes(0)

export function closeUnreadable(connection: CallConnection): null {
  connection.close('an access rule leaves open what it is about')
  return null
}
