/** What is asked on behalf of calls: nothing where there is no authorizer, and anew when rules change. */
import type { CallConnection } from '../../../src/call/call'
import type { StoredAcl, Table } from '../../../src/metadata/image/tables'
import { AccessControl, javaAddress, principalsIn } from '../../../src/security/access-control'

const tableOf = (...acls: StoredAcl[]): Table<StoredAcl> => {
  const rows = new Map(acls.map((acl, at) => [String(at), acl]))
  return { size: rows.size, get: id => rows.get(id), entries: () => rows.entries() }
}

const rule = (more: Partial<StoredAcl>): StoredAcl => ({
  resourceType: 2,
  resourceName: 'orders',
  patternType: 3,
  principal: 'User:ann',
  host: '*',
  operation: 3,
  permissionType: 3,
  ...more,
})

const connection = (remoteHost = '127.0.0.1') => ({ remoteHost }) as CallConnection
const ann = { principal: 'User:ann', connection: connection() }
const options = { superUsers: new Set(['User:root']), allowsWithoutAcl: false }

test('without an authorizer everybody may do everything, and the rules are not even looked at', () => {
  const open = new AccessControl(() => {
    throw new Error('looked at')
  }, null)
  expect(open.isOn).toBe(false)
  expect(open.isAllowed(ann, 'WRITE', 'topic', 'orders')).toBe(true)
  expect(open.isAllowedOnCluster(ann, 'ALTER')).toBe(true)
  expect(open.isAllowedOnSome(ann, 'WRITE', 'topic')).toBe(true)
})

test('a changed rule counts from the next question on', () => {
  let table = tableOf()
  const access = new AccessControl(() => table, options)
  const mayRead = () => access.isAllowed(ann, 'READ', 'topic', 'orders')
  expect([mayRead(), mayRead()]).toEqual([false, false])
  table = tableOf(rule({}))
  expect([mayRead(), mayRead()]).toEqual([true, true])
  expect(access.isAllowed(ann, 'WRITE', 'topic', 'orders')).toBe(false)
  expect(access.isAllowed(ann, 'READ', 'group', 'orders')).toBe(false)
  table = tableOf()
  expect(mayRead()).toBe(false)
})

test('a connection of another principal is another one, and what is remembered is bounded', () => {
  const table = tableOf(rule({ resourceName: '*' }))
  const steady = new AccessControl(() => table, options)
  for (let i = 0; i < 3000; i++) expect(steady.isAllowed(ann, 'READ', 'topic', `t${i}`)).toBe(true)
  expect(steady.isAllowed({ ...ann, principal: 'User:bob' }, 'READ', 'topic', 't1')).toBe(false)
  expect(steady.isAllowed({ ...ann, principal: 'User:root' }, 'READ', 'topic', 't1')).toBe(true)
  expect(steady.isAllowed(ann, 'READ', 'topic', 't1')).toBe(true)
})

test('addresses are told to rules as Java writes them', () => {
  expect(javaAddress('127.0.0.1')).toBe('127.0.0.1')
  expect(javaAddress('::1')).toBe('0:0:0:0:0:0:0:1')
  expect(javaAddress('fe80::0a:1%eth0')).toBe('fe80:0:0:0:0:0:a:1%eth0')
  expect(javaAddress('2001:db8:0:1:2:3:4:5')).toBe('2001:db8:0:1:2:3:4:5')
  const local = new AccessControl(() => tableOf(rule({ host: '0:0:0:0:0:0:0:1' })), options)
  expect(local.isAllowed({ ...ann, connection: connection('::1') }, 'READ', 'topic', 'orders')).toBe(true)
})

test('super users are parted by semicolons', () => {
  expect(principalsIn('User:ann; User:CN=bob,O=x;')).toEqual(['User:ann', 'User:CN=bob,O=x'])
  expect(principalsIn('')).toEqual([])
})
