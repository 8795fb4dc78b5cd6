/** Access rules and delegation tokens on a broker that has no authorizer and no secret key, over a listener that authenticates nobody. */
import { CreateAcls } from '../../../src/protocol/messages/create-acls'
import { CreateDelegationToken } from '../../../src/protocol/messages/create-delegation-token'
import { DeleteAcls } from '../../../src/protocol/messages/delete-acls'
import { DescribeAcls } from '../../../src/protocol/messages/describe-acls'
import { DescribeDelegationToken } from '../../../src/protocol/messages/describe-delegation-token'
import { ExpireDelegationToken } from '../../../src/protocol/messages/expire-delegation-token'
import { RenewDelegationToken } from '../../../src/protocol/messages/renew-delegation-token'
import { type Scenario, eachVersion } from '../scenario'
import type { Subject } from '../subject'

/** The kind of resource, of pattern, the operation and the permission, as the protocol numbers them: good ones, then others. */
const rules = [
  [2, 3, 3, 3],
  [2, 4, 3, 2],
  [7, 3, 3, 3],
  [1, 3, 3, 3],
  [0, 3, 3, 3],
  [99, 3, 3, 3],
  [2, 1, 3, 3],
  [2, 2, 3, 3],
  [2, 0, 3, 3],
  [2, 99, 3, 3],
  [2, 3, 0, 3],
  [2, 3, 1, 3],
  [2, 3, 99, 3],
  [2, 3, 3, 0],
  [2, 3, 3, 1],
  [2, 3, 3, 99],
] as const

type Rule = (typeof rules)[number]

/** Asks on a connection of its own, since some requests end theirs, and notes what came of it. */
async function each(subject: Subject, ask: (rule: Rule, connection: string) => Promise<unknown>): Promise<void> {
  for (const rule of rules) {
    const what = await ask(rule, rule.join()).catch(error => (error as Error).constructor.name)
    subject.note(`rule ${rule.join()}`, what)
  }
}

const creationOf = (subject: Subject, rule: Rule, version: number) => {
  const [resourceType, resourcePatternType, operation, permissionType] = rule
  return {
    resourceType,
    resourceName: subject.name('x'),
    ...(version >= 1 ? { resourcePatternType } : {}),
    principal: 'User:ann',
    host: '*',
    operation,
    permissionType,
  }
}

const filterOf = (subject: Subject, rule: Rule, version: number) => {
  const [resourceTypeFilter, patternTypeFilter, operation, permissionType] = rule
  return {
    resourceTypeFilter,
    resourceNameFilter: subject.name('x'),
    ...(version >= 1 ? { patternTypeFilter } : {}),
    principalFilter: null,
    hostFilter: null,
    operation,
    permissionType,
  }
}

export async function creates(subject: Subject, version: number): Promise<void> {
  subject.exercised.add(`${CreateAcls.key} ${version}`)
  await each(subject, (rule, connection) =>
    subject.quiet(CreateAcls, { creations: [creationOf(subject, rule, version)] }, version, connection),
  )
  const creations = [rules[0], rules[0]].map(rule => creationOf(subject, rule, version))
  await subject.ask(CreateAcls, { creations }, version)
  await subject.ask(CreateAcls, { creations: [] }, version)
}

export async function deletes(subject: Subject, version: number): Promise<void> {
  subject.exercised.add(`${DeleteAcls.key} ${version}`)
  await each(subject, (rule, connection) =>
    subject.quiet(DeleteAcls, { filters: [filterOf(subject, rule, version)] }, version, connection),
  )
  await subject.ask(
    DeleteAcls,
    { filters: [rules[0], rules[0]].map(rule => filterOf(subject, rule, version)) },
    version,
  )
  await subject.ask(DeleteAcls, { filters: [] }, version)
}

export async function describes(subject: Subject, version: number): Promise<void> {
  subject.exercised.add(`${DescribeAcls.key} ${version}`)
  await each(subject, (rule, connection) =>
    subject.quiet(DescribeAcls, filterOf(subject, rule, version), version, connection),
  )
}

const ann = { principalType: 'User', principalName: 'ann' }
const hmac = Buffer.from('0123')

async function asksForToken(subject: Subject, version: number): Promise<void> {
  for (const maxLifetimeMs of [-1, 0, 1000]) {
    await subject.ask(CreateDelegationToken, { renewers: [ann], maxLifetimeMs }, version)
  }
  await subject.ask(
    CreateDelegationToken,
    { renewers: [{ ...ann, principalType: 'Group' }], maxLifetimeMs: 1 },
    version,
  )
  if (version < 3) return
  const owner = { ownerPrincipalType: 'User', ownerPrincipalName: 'bob' }
  await subject.ask(CreateDelegationToken, { ...owner, renewers: [], maxLifetimeMs: -1 }, version)
  for (const [ownerPrincipalType, ownerPrincipalName] of [
    [null, 'bob'],
    ['User', null],
    ['', 'bob'],
    ['User:a', 'User:b'],
  ] as const) {
    const asked = { ownerPrincipalType, ownerPrincipalName, renewers: [], maxLifetimeMs: -1 }
    await subject.ask(CreateDelegationToken, asked, version)
  }
}

export const unsecuredScenarios: readonly Scenario[] = [
  eachVersion(CreateAcls, 'create acls', creates),
  eachVersion(DeleteAcls, 'delete acls', deletes),
  eachVersion(DescribeAcls, 'describe acls', describes),
  eachVersion(CreateDelegationToken, 'tokens: create', asksForToken),
  eachVersion(RenewDelegationToken, 'tokens: renew', async (subject, version) => {
    for (const renewPeriodMs of [-1, 1]) await subject.ask(RenewDelegationToken, { hmac, renewPeriodMs }, version)
  }),
  eachVersion(ExpireDelegationToken, 'tokens: expire', async (subject, version) => {
    for (const expiryTimePeriodMs of [-1, 1])
      await subject.ask(ExpireDelegationToken, { hmac, expiryTimePeriodMs }, version)
  }),
  eachVersion(DescribeDelegationToken, 'tokens: describe', async (subject, version) => {
    for (const owners of [null, [], [ann]]) await subject.ask(DescribeDelegationToken, { owners }, version)
  }),
]
