/** Asks the authorizer on behalf of calls, if there is one, and remembers what it said for as long as no rule changes. */
import type { Call, CallConnection } from '../call/call'
import type { Operation, Resource } from '../call/handler'
import type { StoredAcl, Table } from '../metadata/tables'
import type { ErrorName } from '../protocol/errors'
import { Authorizer, type AuthorizerOptions } from './authorizer'

/** ResourceType in the numbers of the protocol. */
const resourceTypes: { readonly [R in Resource]: number } = {
  topic: 2,
  group: 3,
  cluster: 4,
  transactionalId: 5,
  delegationToken: 6,
  user: 7,
}

/** AclOperation in the numbers of the protocol. */
export const operationNumbers: { readonly [O in Operation]: number } = {
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
  CREATE_TOKENS: 13,
  DESCRIBE_TOKENS: 14,
}

/** What is said of a resource to whom it is denied. */
export const denials: { readonly [R in Resource]: ErrorName } = {
  topic: 'TOPIC_AUTHORIZATION_FAILED',
  group: 'GROUP_AUTHORIZATION_FAILED',
  cluster: 'CLUSTER_AUTHORIZATION_FAILED',
  transactionalId: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  delegationToken: 'DELEGATION_TOKEN_AUTHORIZATION_FAILED',
  user: 'DELEGATION_TOKEN_AUTHORIZATION_FAILED',
}

export const clusterName = 'kafka-cluster'

/** Decisions remembered for one connection; its client chooses the names. */
const decisionsMax = 1_000

type By = Pick<Call, 'principal' | 'connection'>

/** What was decided of one connection, by action. */
interface Decisions {
  readonly authorizer: Authorizer
  readonly principal: string
  readonly byName: Map<string, boolean>[]
  count: number
}

export class AccessControl {
  /** Without an authorizer everybody may do everything. */
  readonly isOn: boolean
  readonly #acls: () => Table<StoredAcl>
  readonly #options: AuthorizerOptions
  readonly #decisions = new WeakMap<CallConnection, Decisions>()
  #from: Table<StoredAcl> | null = null
  #authorizer: Authorizer

  /** Null options for a broker without an authorizer. */
  constructor(acls: () => Table<StoredAcl>, options: AuthorizerOptions | null) {
    this.isOn = options !== null
    this.#acls = acls
    this.#options = options ?? { superUsers: new Set(), allowsWithoutAcl: true }
    this.#authorizer = new Authorizer([], this.#options)
  }

  isAllowed(by: By, operation: Operation, resource: Resource, name: string): boolean {
    if (!this.isOn) return true
    const decisions = this.#decisionsOf(by)
    const byName = (decisions.byName[operationNumbers[operation] * 8 + resourceTypes[resource]] ??= new Map())
    const known = byName.get(name)
    if (known !== undefined) return known
    const isAllowed = decisions.authorizer.isAllowed({ ...actionOf(by, operation, resource), resourceName: name })
    if (++decisions.count > decisionsMax) this.#decisions.delete(by.connection)
    byName.set(name, isAllowed)
    return isAllowed
  }

  isAllowedOnCluster(by: By, operation: Operation): boolean {
    return this.isAllowed(by, operation, 'cluster', clusterName)
  }

  /** Whether there may be a resource of the kind with which the caller may do so (KIP-679). */
  isAllowedOnSome(by: By, operation: Operation, resource: Resource): boolean {
    return !this.isOn || this.#current().isAllowedOnSome(actionOf(by, operation, resource))
  }

  #current(): Authorizer {
    const acls = this.#acls()
    if (acls !== this.#from) {
      this.#from = acls
      this.#authorizer = new Authorizer(
        Array.from(acls.entries(), ([, acl]) => acl),
        this.#options,
      )
    }
    return this.#authorizer
  }

  #decisionsOf({ principal, connection }: By): Decisions {
    const authorizer = this.#current()
    const known = this.#decisions.get(connection)
    if (known?.authorizer === authorizer && known.principal === principal) return known
    const fresh: Decisions = { authorizer, principal, byName: [], count: 0 }
    this.#decisions.set(connection, fresh)
    return fresh
  }
}

const actionOf = ({ principal, connection }: By, operation: Operation, resource: Resource) => ({
  principal,
  host: javaAddress(connection.remoteHost),
  resourceType: resourceTypes[resource],
  operation: operationNumbers[operation],
})

/** Rules name addresses as Java writes them: `0:0:0:0:0:0:0:1`, and not `::1`. */
export function javaAddress(host: string): string {
  if (!host.includes(':')) return host
  const [address = '', zone] = host.split('%')
  const [head = '', tail] = address.split('::')
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : [])
  const [before, after] = [groups(head), groups(tail)]
  const between = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0')
  const all = [...before, ...between, ...after].map(group => group.replace(/^0+(?=.)/, ''))
  return all.join(':') + (zone === undefined ? '' : `%${zone}`)
}

/** The principals in `super.users`: of each its kind and name, parted by semicolons. */
export const principalsIn = (text: string): string[] =>
  text
    .split(';')
    .map(principal => principal.trim())
    .filter(principal => principal !== '')
