/** Asks the authorizer on behalf of calls, if there is one, and remembers what it said for as long as no rule changes. */
import type { Call, CallConnection } from '../call/call'
import type { Operation, Resource } from '../call/handler'
import type { StoredAcl, Table } from '../metadata/image/tables'
import type { ErrorName } from '../protocol/errors'
import { apiOf } from '../protocol/messages/index'
import type { AccessLog } from './access-log'
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

type By = Pick<Call, 'principal' | 'connection'> & Partial<Pick<Call, 'apiKey'>>

/** ResourceType in Kafka's words, as its log has them. */
const resourceWords: { readonly [R in Resource]: string } = {
  topic: 'Topic',
  group: 'Group',
  cluster: 'Cluster',
  transactionalId: 'TransactionalId',
  delegationToken: 'DelegationToken',
  user: 'User',
}

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

  readonly #log: AccessLog | null

  /** Null options for a broker without an authorizer. */
  constructor(acls: () => Table<StoredAcl>, options: AuthorizerOptions | null, log: AccessLog | null = null) {
    this.#log = log
    this.isOn = options !== null
    this.#acls = acls
    this.#options = options ?? { superUsers: new Set(), allowsWithoutAcl: true }
    this.#authorizer = new Authorizer([], this.#options)
  }

  /** A denial goes to the log: the client asked for this very resource. */
  isAllowed(by: By, operation: Operation, resource: Resource, name: string): boolean {
    if (!this.isOn) return true
    const isAllowed = this.#decide(by, operation, resource, name)
    const log = this.#log
    if (log === null) return isAllowed
    if (isAllowed ? log.tellsAll : log.tellsDenials) {
      const what = decidedOf(by, operation, resource, name)
      if (isAllowed) log.allowed(what)
      else log.denied(what)
    }
    return isAllowed
  }

  /** Asked to find out what may be shown or done, and not since the client wants it: a denial is nothing to be told of. */
  wouldAllow(by: By, operation: Operation, resource: Resource, name: string): boolean {
    if (!this.isOn) return true
    const isAllowed = this.#decide(by, operation, resource, name)
    const log = this.#log
    if (log?.tellsAll) {
      const what = decidedOf(by, operation, resource, name)
      if (isAllowed) log.allowed(what)
      else log.leftOut(what)
    }
    return isAllowed
  }

  #decide(by: By, operation: Operation, resource: Resource, name: string): boolean {
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

  wouldAllowOnCluster(by: By, operation: Operation): boolean {
    return this.wouldAllow(by, operation, 'cluster', clusterName)
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

const decidedOf = ({ principal, connection, apiKey }: By, operation: Operation, resource: Resource, name: string) => ({
  principal,
  operation,
  host: javaAddress(connection.remoteHost),
  resource: `${resourceWords[resource]}:LITERAL:${name}`,
  request: apiKey === undefined ? undefined : apiOf(apiKey)?.name,
})

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
