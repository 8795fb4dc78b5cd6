/** Which access rules are refused, in whose words, and which of them filters find: all as a Kafka 4.4 answered when asked. */
import {
  aclId,
  aclsFound,
  type AclFilter,
  decideCreateAcls,
  decideDeleteAcls,
} from '../../../../src/metadata/users/acls'
import type { StoredAcl } from '../../../../src/metadata/image/tables'
import { openMetadata } from '../../../support/metadata'

const rule: StoredAcl = {
  resourceType: 2,
  resourceName: 'x',
  patternType: 3,
  principal: 'User:ann',
  host: '*',
  operation: 3,
  permissionType: 3,
}

const everything: AclFilter = {
  resourceType: 1,
  resourceName: null,
  patternType: 1,
  principal: null,
  host: null,
  operation: 1,
  permissionType: 1,
}

async function keeping(...rules: Partial<StoredAcl>[]) {
  const metadata = await openMetadata()
  const outcomes = await metadata.decide(context =>
    decideCreateAcls(
      context,
      rules.map(row => ({ ...rule, ...row })),
    ),
  )
  const found = (filter: Partial<AclFilter>) => aclsFound(metadata.image.table('acl'), { ...everything, ...filter })
  return { metadata, outcomes, found }
}

const unparsed = (text: string) =>
  `Could not parse principal from \`${text}\` (no colon is present separating the principal type from the principal name)`

const emptyName = 'Invalid empty resource name'
const clusterName = 'The only valid name for the CLUSTER resource is kafka-cluster'

test.each<[Partial<StoredAcl>, number, string | null]>([
  [{ resourceName: '' }, 42, emptyName],
  [{ resourceName: '', principal: '' }, 42, emptyName],
  [{ resourceName: '', patternType: 99 }, 42, emptyName],
  [{ resourceName: '', resourceType: 99 }, 42, emptyName],
  [{ resourceName: '', operation: 99 }, 42, emptyName],
  [{ resourceName: '', resourceType: 4 }, 42, clusterName],
  [{ resourceType: 4, principal: 'ann' }, 42, clusterName],
  [{ resourceType: 4, operation: 1 }, -1, null],
  [{ patternType: 1 }, -1, null],
  [{ patternType: 2, resourceName: '' }, -1, null],
  [{ patternType: 99, operation: 1 }, -1, null],
  [{ resourceType: 99, permissionType: 1 }, -1, null],
  [{ resourceType: 99, patternType: 99 }, 42, 'Invalid resourceType UNKNOWN'],
  [{ resourceType: 8, operation: 99 }, 42, 'Invalid resourceType UNKNOWN'],
  [{ patternType: 99, operation: 99 }, 42, 'Invalid patternType UNKNOWN'],
  [{ operation: 16, permissionType: 99 }, 42, 'Invalid operation UNKNOWN'],
  [{ permissionType: 99, principal: '' }, 42, 'Invalid permissionType UNKNOWN'],
  [{ permissionType: 99, host: '' }, 42, 'Invalid permissionType UNKNOWN'],
  [{ principal: 'ann' }, 42, unparsed('ann')],
  [{ principal: '', host: '' }, 42, unparsed('')],
  [{ host: '' }, 42, 'Host pattern cannot be null or empty'],
])('%j is refused', async (row, errorCode, errorMessage) => {
  const { outcomes, found } = await keeping(row, {})
  expect(outcomes).toEqual([
    { errorCode, errorMessage },
    { errorCode: 0, errorMessage: null },
  ])
  expect(found({})).toEqual([rule])
})

test.each<Partial<StoredAcl>>([
  { principal: 'User:' },
  { principal: ':ann' },
  { principal: 'Group:a:b' },
  { host: 'localhost' },
  { operation: 15 },
  { resourceType: 4, resourceName: 'kafka-cluster', patternType: 4 },
  { resourceType: 7, operation: 3 },
  { resourceName: 'é'.repeat(300) },
])('%j is kept, once however often it is asked for', async row => {
  const { metadata, outcomes, found } = await keeping(row, row)
  expect(outcomes.map(({ errorCode }) => errorCode)).toEqual([0, 0])
  const table = metadata.image.table('acl')
  await metadata.decide(context => decideCreateAcls(context, [{ ...rule, ...row }]))
  expect(metadata.image.table('acl')).toBe(table)
  expect(found({})).toEqual([{ ...rule, ...row }])
})

test('names that hold what parts an id do not make one of two rules', () => {
  const ids = [
    { resourceName: 'a","b', principal: 'User:c' },
    { resourceName: 'a', principal: 'b","User:c' },
  ].map(row => aclId({ ...rule, ...row }))
  expect(new Set(ids).size).toBe(2)
})

test('filters find by each field, and MATCH finds all that concern a resource', async () => {
  const prefix = { patternType: 4 }
  const { found } = await keeping(
    {},
    { resourceName: '*' },
    { ...prefix, resourceName: 'xy' },
    { ...prefix, resourceName: '*' },
    { operation: 2, host: '127.0.0.1', permissionType: 2, resourceName: 'other' },
  )
  const names = (filter: Partial<AclFilter>) => found(filter).map(acl => `${acl.resourceName} ${acl.patternType}`)
  expect(names({ resourceName: 'xyz', patternType: 2 })).toEqual(expect.arrayContaining(['* 3', 'xy 4']))
  expect(names({ resourceName: 'xyz', patternType: 2 })).toHaveLength(2)
  expect(names({ resourceName: '*', patternType: 1 })).toHaveLength(2)
  expect(names({ resourceName: '*', patternType: 4 })).toEqual(['* 4'])
  expect(names({ patternType: 2 })).toHaveLength(5)
  for (const filter of [{ operation: 2 }, { host: '127.0.0.1' }, { permissionType: 2 }]) {
    expect(names(filter)).toEqual(['other 3'])
  }
  for (const filter of [
    { principal: 'ann' },
    { host: '' },
    { resourceName: '' },
    { operation: 99 },
    { patternType: 99 },
  ]) {
    expect(names(filter)).toEqual([])
  }
})

test('a rule that two filters find is told by both, and gone', async () => {
  const { metadata, found } = await keeping({}, { resourceName: 'y' })
  const filters = [
    { resourceName: 'x' },
    { host: '*', resourceName: 'x' },
    { resourceType: 99, operation: 99 },
    { operation: 99 },
  ]
  const deletions = await metadata.decide(context =>
    decideDeleteAcls(
      context,
      filters.map(filter => ({ ...everything, ...filter })),
    ),
  )
  expect(deletions).toEqual([
    { outcome: { errorCode: 0, errorMessage: null }, removed: [rule] },
    { outcome: { errorCode: 0, errorMessage: null }, removed: [rule] },
    { outcome: { errorCode: 42, errorMessage: 'Unknown patternFilter.' }, removed: [] },
    { outcome: { errorCode: 42, errorMessage: 'Unknown entryFilter.' }, removed: [] },
  ])
  expect(found({}).map(({ resourceName }) => resourceName)).toEqual(['y'])
})
