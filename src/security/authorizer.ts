/** Who may do what, by access rules, as Kafka's StandardAuthorizer decides (KIP-11, KIP-290). Changed rules make a new one. */
import type { StoredAcl } from '../metadata/image/tables'

/** What somebody wants to do with one resource, in the numbers of the protocol (AclOperation, ResourceType). */
export interface Action {
  /** Kind and name: `User:ann`. */
  readonly principal: string
  /** The address without a slash: `127.0.0.1`. */
  readonly host: string
  readonly resourceType: number
  readonly resourceName: string
  readonly operation: number
}

export interface AuthorizerOptions {
  /** `super.users`: they may do everything, whatever the rules say. */
  readonly superUsers: ReadonlySet<string>
  /** `allow.everyone.if.no.acl.found`: about resources that no rule is about. */
  readonly allowsWithoutAcl: boolean
}

const literal = 3
const prefixed = 4
const denies = 2
/** AclOperation in numbers, those of them that are more than themselves or come with another. */
const op = {
  all: 2,
  read: 3,
  write: 4,
  delete: 6,
  alter: 7,
  describe: 8,
  describeConfigs: 10,
  alterConfigs: 11,
} as const

/** Being allowed one of these allows the other as well; being denied it says nothing of the other. */
const impliedBy: ReadonlyMap<number, readonly number[]> = new Map([
  [op.describe, [op.read, op.write, op.delete, op.alter]],
  [op.describeConfigs, [op.alterConfigs]],
])

export class Authorizer {
  private readonly options: AuthorizerOptions
  /** Rules by what they are about, and by resource type the lengths of all prefixes: a name is looked up once for each. */
  private readonly rules = new Map<string, StoredAcl[]>()
  private readonly prefixLengths = new Map<number, Set<number>>()

  constructor(acls: Iterable<StoredAcl>, options: AuthorizerOptions) {
    this.options = options
    for (const acl of acls) {
      const key = keyOf(acl.resourceType, acl.patternType, acl.resourceName)
      const present = this.rules.get(key)
      if (present) present.push(acl)
      else this.rules.set(key, [acl])
      if (acl.patternType === prefixed) this.lengthsOf(acl.resourceType).add(acl.resourceName.length)
    }
  }

  /** One rule that denies outweighs all that allow. */
  isAllowed(action: Action): boolean {
    if (this.options.superUsers.has(action.principal)) return true
    let isAbout = false
    let isAllowed = false
    for (const acl of this.about(action)) {
      isAbout = true
      if (!concerns(acl, action)) continue
      if (acl.permissionType === denies) return false
      isAllowed = true
    }
    return isAbout ? isAllowed : this.options.allowsWithoutAcl
  }

  /**
   * Whether something of the kind may be named with which this is allowed (KIP-679): by a rule that allows it, for a name or
   * prefix that no rule denies as a whole. Unlike elsewhere nothing is implied by another operation.
   */
  isAllowedOnSome(action: Omit<Action, 'resourceName'>): boolean {
    // A name like any other: of interest are those who may do everything, and everybody where no rule is about it.
    if (this.isAllowed({ ...action, resourceName: 'hardcode' })) return true
    const allowed: StoredAcl[] = []
    const denied = new Set<string>()
    for (const acl of this.all()) {
      if (acl.resourceType !== action.resourceType || !isBy(acl, action)) continue
      if (acl.operation !== action.operation && acl.operation !== op.all) continue
      if (acl.permissionType !== denies) allowed.push(acl)
      else if (isEverything(acl)) return false
      else denied.add(`${acl.patternType}/${acl.resourceName}`)
    }
    const isDenied = ({ patternType, resourceName }: StoredAcl): boolean => {
      if (patternType === literal && denied.has(`${literal}/${resourceName}`)) return true
      return Array.from(resourceName, (_, at) => resourceName.slice(0, at + 1)).some(head =>
        denied.has(`${prefixed}/${head}`),
      )
    }
    return allowed.some(acl => isEverything(acl) || !isDenied(acl))
  }

  private *all(): Iterable<StoredAcl> {
    for (const acls of this.rules.values()) yield* acls
  }

  private *about({ resourceType, resourceName }: Action): Iterable<StoredAcl> {
    const found = (pattern: number, name: string) => this.rules.get(keyOf(resourceType, pattern, name)) ?? []
    yield* found(literal, resourceName)
    if (resourceName !== '*') yield* found(literal, '*')
    for (const length of this.prefixLengths.get(resourceType) ?? []) {
      if (length <= resourceName.length) yield* found(prefixed, resourceName.slice(0, length))
    }
  }

  private lengthsOf(resourceType: number): Set<number> {
    const present = this.prefixLengths.get(resourceType)
    if (present) return present
    const fresh = new Set<number>()
    this.prefixLengths.set(resourceType, fresh)
    return fresh
  }
}

const keyOf = (resourceType: number, patternType: number, name: string) => `${resourceType}/${patternType}/${name}`

const isEverything = ({ patternType, resourceName }: StoredAcl) => patternType === literal && resourceName === '*'

const isBy = (acl: StoredAcl, { principal, host }: Pick<Action, 'principal' | 'host'>): boolean =>
  (acl.principal === principal || acl.principal === 'User:*') && (acl.host === host || acl.host === '*')

function concerns(acl: StoredAcl, action: Action): boolean {
  const { operation } = action
  if (!isBy(acl, action)) return false
  if (acl.operation === operation || acl.operation === op.all) return true
  return acl.permissionType !== denies && (impliedBy.get(operation) ?? []).includes(acl.operation)
}
