/** Access rules as they are stored: which are refused, which a filter finds, decisions to add and remove some (KIP-290). */
import {
  type Decision,
  type DecisionContext,
  EntryFailure,
  type EntryOutcome,
  entryOutcome,
  succeeded,
} from '../decision'
import type { StoreOperation } from '../store/store'
import { storeKeys } from '../image/stored'
import type { StoredAcl, Table } from '../image/tables'

/** The number of the protocol that stands for every other of their kind. Only filters may hold it. */
const any = 1
const patterns = { match: 2, literal: 3, prefixed: 4 } as const
/** The largest number with a meaning; larger ones are of a Kafka to come. */
const knownMax = { resourceType: 7, patternType: 4, operation: 15, permissionType: 3 } as const
const clusterType = 4

type Numbered = keyof typeof knownMax

const isUnknown = (row: Readonly<Record<Numbered, number>>, field: Numbered): boolean =>
  row[field] < any || row[field] > knownMax[field]

/** Whether a rule says something that is understood here; one that does not might deny what is then allowed. */
export const isKnownAcl = (acl: StoredAcl): boolean =>
  !(['resourceType', 'patternType', 'operation', 'permissionType'] as const).some(
    field => isUnknown(acl, field) || acl[field] === any,
  ) && acl.patternType !== patterns.match

/** Null finds everything, as does ANY (1) in place of a number. */
export interface AclFilter {
  readonly resourceType: number
  readonly resourceName: string | null
  /** MATCH (2) asks for all that concern the resource of that name: literal, prefixed, and of every name. */
  readonly patternType: number
  readonly principal: string | null
  readonly host: string | null
  readonly operation: number
  readonly permissionType: number
}

export interface AclDeletion {
  readonly outcome: EntryOutcome
  readonly removed: readonly StoredAcl[]
}

/** Rules that say the same have the same id. */
export function aclId(acl: StoredAcl): string {
  const { resourceType, patternType, operation, permissionType, resourceName, principal, host } = acl
  return JSON.stringify([resourceType, patternType, resourceName, principal, host, operation, permissionType])
}

/** Outcomes in the order of the rules. One that is there already is added again, which changes nothing. */
export function decideCreateAcls({ image }: DecisionContext, acls: readonly StoredAcl[]): Decision<EntryOutcome[]> {
  const operations = new Map<string, StoreOperation>()
  const table = image.table('acl')
  const reply = acls.map(acl =>
    entryOutcome(
      () => {
        check(acl)
        const id = aclId(acl)
        if (!table.get(id)) operations.set(id, { put: storeKeys.row('acl', id), value: JSON.stringify(acl) })
        return succeeded
      },
      failure => failure,
    ),
  )
  return { if: [], do: [...operations.values()], reply }
}

/** Outcomes in the order of the filters. A rule that several filters find is told by each of them. */
export function decideDeleteAcls(
  { image }: DecisionContext,
  filters: readonly AclFilter[],
): Decision<readonly AclDeletion[]> {
  const operations = new Map<string, StoreOperation>()
  const table = image.table('acl')
  const reply = filters.map(filter =>
    entryOutcome<AclDeletion>(
      () => {
        checkFilter(filter)
        const removed = aclsFound(table, filter)
        for (const id of removed.map(aclId)) operations.set(id, { remove: storeKeys.row('acl', id) })
        return { outcome: succeeded, removed }
      },
      outcome => ({ outcome, removed: [] }),
    ),
  )
  return { if: [], do: [...operations.values()], reply }
}

/** The rules that a filter finds. One with an unknown number finds none. */
export const aclsFound = (table: Table<StoredAcl>, filter: AclFilter): StoredAcl[] =>
  Array.from(table.entries(), ([, acl]) => acl).filter(acl => isFound(acl, filter))

function isFound(acl: StoredAcl, filter: AclFilter): boolean {
  const isWanted = (wanted: number, number: number) => wanted === any || wanted === number
  if (!isWanted(filter.resourceType, acl.resourceType)) return false
  if (!isWanted(filter.operation, acl.operation) || !isWanted(filter.permissionType, acl.permissionType)) return false
  if (filter.principal !== null && filter.principal !== acl.principal) return false
  if (filter.host !== null && filter.host !== acl.host) return false
  if (filter.patternType !== patterns.match && !isWanted(filter.patternType, acl.patternType)) return false
  const { resourceName } = filter
  if (resourceName === null) return true
  if (filter.patternType !== patterns.match) return resourceName === acl.resourceName
  if (acl.patternType === patterns.prefixed) return resourceName.startsWith(acl.resourceName)
  return resourceName === acl.resourceName || acl.resourceName === '*'
}

/** In Kafka's order and words. */
function check(acl: StoredAcl): void {
  const { resourceType, resourceName, patternType, principal, host, operation, permissionType } = acl
  const isOpen = [resourceType, patternType, operation, permissionType].includes(any)
  // Kafka fails inside on a rule that leaves open what it is about.
  if (isOpen || patternType === patterns.match) throw new EntryFailure('UNKNOWN_SERVER_ERROR')
  if (resourceType === clusterType && resourceName !== 'kafka-cluster') {
    throw invalid('The only valid name for the CLUSTER resource is kafka-cluster')
  }
  if (resourceName === '') throw invalid('Invalid empty resource name')
  for (const field of ['resourceType', 'patternType', 'operation', 'permissionType'] as const) {
    if (isUnknown(acl, field)) throw invalid(`Invalid ${field} UNKNOWN`)
  }
  if (!principal.includes(':')) {
    const why = 'no colon is present separating the principal type from the principal name'
    throw invalid(`Could not parse principal from \`${principal}\` (${why})`)
  }
  if (host === '') throw invalid('Host pattern cannot be null or empty')
}

function checkFilter(filter: AclFilter): void {
  if (isUnknown(filter, 'resourceType') || isUnknown(filter, 'patternType')) throw invalid('Unknown patternFilter.')
  if (isUnknown(filter, 'operation') || isUnknown(filter, 'permissionType')) throw invalid('Unknown entryFilter.')
}

const invalid = (says: string) => new EntryFailure('INVALID_REQUEST', says)
