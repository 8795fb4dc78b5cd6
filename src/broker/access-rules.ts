/** Access rules as requests name them, and as replies tell of them. */
import type { CallConnection } from '../call/call'
import type { AclFilter } from '../metadata/users/acls'

interface RuleNumbers {
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

interface AskedFilter {
  readonly resourceTypeFilter: number
  readonly resourceNameFilter: string | null
  readonly patternTypeFilter: number
  readonly principalFilter: string | null
  readonly hostFilter: string | null
  readonly operation: number
  readonly permissionType: number
}

export const filterOf = (asked: AskedFilter): AclFilter => ({
  resourceType: asked.resourceTypeFilter,
  resourceName: asked.resourceNameFilter,
  patternType: asked.patternTypeFilter,
  principal: asked.principalFilter,
  host: asked.hostFilter,
  operation: asked.operation,
  permissionType: asked.permissionType,
})
