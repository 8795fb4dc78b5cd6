/** What access rules allow, as a Kafka 4.4 answered when asked. */
import type { StoredAcl } from '../../../src/metadata/image/tables'
import { Authorizer } from '../../../src/security/authorizer'

const allowing: StoredAcl = {
  resourceType: 2,
  resourceName: 'orders',
  patternType: 3,
  principal: 'User:ann',
  host: '*',
  operation: 3,
  permissionType: 3,
}

const reading = { principal: 'User:ann', host: '127.0.0.1', resourceType: 2, resourceName: 'orders', operation: 3 }

function decides(rules: readonly Partial<StoredAcl>[], action: Partial<typeof reading> = {}, allowsWithoutAcl = false) {
  const superUsers = new Set(['User:root'])
  const authorizer = new Authorizer(
    rules.map(rule => ({ ...allowing, ...rule })),
    { superUsers, allowsWithoutAcl },
  )
  return authorizer.isAllowed({ ...reading, ...action })
}

test('without a rule about the resource the setting decides; with one, whoever is not named is denied', () => {
  expect(decides([])).toBe(false)
  expect(decides([], {}, true)).toBe(true)
  expect(decides([{ principal: 'User:bob' }], {}, true)).toBe(false)
  expect(decides([{ resourceName: 'other' }], {}, true)).toBe(true)
  expect(decides([{ resourceType: 3 }], {}, true)).toBe(true)
})

test('a super user may do what a rule denies', () => {
  const deniesAll = { principal: 'User:*', operation: 2, permissionType: 2 }
  expect(decides([deniesAll], { principal: 'User:root' })).toBe(true)
  expect(decides([deniesAll, {}])).toBe(false)
})

test.each<[string, Partial<StoredAcl>, boolean]>([
  ['its name', {}, true],
  ['every name', { resourceName: '*' }, true],
  ['a prefix', { resourceName: 'ord', patternType: 4 }, true],
  ['the whole name as a prefix', { patternType: 4 }, true],
  ['a longer prefix', { resourceName: 'orders-', patternType: 4 }, false],
  ['a star as a prefix', { resourceName: '*', patternType: 4 }, false],
  ['a part of it, literally', { resourceName: 'ord' }, false],
  ['everybody', { principal: 'User:*' }, true],
  ['everybody of another kind', { principal: 'Group:*' }, false],
  ['the host', { host: '127.0.0.1' }, true],
  ['another host', { host: '10.0.0.1' }, false],
  ['every operation', { operation: 2 }, true],
  ['another operation', { operation: 4 }, false],
])('a rule for %s', (_what, rule, isAllowed) => {
  expect(decides([rule])).toBe(isAllowed)
  expect(decides([{ operation: 2 }, { ...rule, permissionType: 2 }])).toBe(!isAllowed)
})

test('to describe is implied by what is allowed, and not denied by what is denied', () => {
  for (const operation of [3, 4, 6, 7]) {
    expect(decides([{ operation }], { operation: 8 })).toBe(true)
    expect(decides([{ operation }], { operation: 10 })).toBe(false)
    expect(decides([{ operation, permissionType: 2 }, { operation: 8 }], { operation: 8 })).toBe(true)
  }
  expect(decides([{ operation: 11 }], { operation: 10 })).toBe(true)
  for (const operation of [5, 9, 10, 11, 12]) expect(decides([{ operation }], { operation: 8 })).toBe(false)
})

test.each([
  ['no rule', [], false],
  ['a rule that allows it', [{}], true],
  ['a rule of somebody else', [{ principal: 'User:bob' }], false],
  ['all operations', [{ operation: 2 }], true],
  ['the name denied as well', [{}, { permissionType: 2 }], false],
  ['a prefix of the name denied', [{}, { permissionType: 2, patternType: 4, resourceName: 'ord' }], false],
  ['another prefix denied', [{}, { permissionType: 2, patternType: 4, resourceName: 'pay' }], true],
  ['a prefix allowed, one name in it denied', [{ patternType: 4 }, { permissionType: 2 }], true],
  ['every name allowed, a prefix denied', [{ resourceName: '*' }, { permissionType: 2, patternType: 4 }], true],
  ['every name denied', [{ resourceName: 'x' }, { permissionType: 2, resourceName: '*' }], false],
])('some resource of the kind, with %s', (_, rules: readonly Partial<StoredAcl>[], expected) => {
  const options = { superUsers: new Set(['User:root']), allowsWithoutAcl: false }
  const authorizer = new Authorizer(
    rules.map(rule => ({ ...allowing, ...rule })),
    options,
  )
  expect(authorizer.isAllowedOnSome(reading)).toBe(expected)
  expect(authorizer.isAllowedOnSome({ ...reading, principal: 'User:root' })).toBe(true)
})
