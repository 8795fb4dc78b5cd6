/** Who may ask for delegation tokens, and what those are told who may not. */
import type { Broker } from '../../../../src/broker/broker'
import { createDelegationToken } from '../../../../src/broker/apis/create-delegation-token'
import { describeDelegationToken } from '../../../../src/broker/apis/describe-delegation-token'
import { expireDelegationToken } from '../../../../src/broker/apis/expire-delegation-token'
import { renewDelegationToken } from '../../../../src/broker/apis/renew-delegation-token'
import { decideCreateAcls } from '../../../../src/metadata/users/acls'
import { Dice } from '../../../../src/platform/simulated/dice'
import { errors } from '../../../../src/protocol/errors'
import { AccessControl } from '../../../../src/security/access-control'
import { DelegationTokens } from '../../../../src/security/tokens'
import { ask, brokerWith } from '../../../support/handler-bench'
import { openMetadata, testClock } from '../../../support/metadata'

const known = { isAuthenticated: true, isByToken: false, connection: { remoteHost: '127.0.0.1' } }
const user = (name: string) => ({ principalType: 'User', principalName: name })
const lives = { maxLifetimeMs: -1, renewers: [] }
const nothing = { hmac: Buffer.alloc(3), renewPeriodMs: 1, expiryTimePeriodMs: 1, owners: null, ...lives }

async function brokerOf(hasKey = true): Promise<Broker> {
  const metadata = await openMetadata()
  const options = { metadata, clock: testClock, random: new Dice('x'), secret: 'key', maxLifetimeMs: 9e6, renewMs: 1e6 }
  const access = new AccessControl(() => metadata.image.table('acl'), {
    superUsers: new Set(['User:root']),
    allowsWithoutAcl: false,
  })
  return brokerWith(metadata, { access, tokens: hasKey ? new DelegationTokens(options) : null })
}

const all = [
  [createDelegationToken, 3],
  [renewDelegationToken, 2],
  [expireDelegationToken, 2],
  [describeDelegationToken, 3],
] as const

test.each([
  ['nobody', { isAuthenticated: false, isByToken: false }, errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code],
  [
    'who came in with a token',
    { isAuthenticated: true, isByToken: true },
    errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code,
  ],
  ['somebody where there is no key', known, errors.DELEGATION_TOKEN_AUTH_DISABLED.code],
])('%s is refused', async (_, who, errorCode) => {
  for (const hasKey of errorCode === errors.DELEGATION_TOKEN_AUTH_DISABLED.code ? [false] : [true, false]) {
    const broker = await brokerOf(hasKey)
    for (const [handler, version] of all) {
      expect(await ask(handler, broker, version, nothing, { principal: 'User:ann', ...who })).toMatchObject({
        errorCode,
      })
    }
  }
})

test('one sees what is his own or may be renewed by him, and the rest by leave', async () => {
  const broker = await brokerOf()
  const create = (by: string, more: object) =>
    ask(createDelegationToken, broker, 3, { ...lives, ...more }, { ...known, principal: by })
  const seen = async (by: string, owners: readonly string[] | null) => {
    const asked = { owners: owners && owners.map(user) }
    const { tokens } = await ask(describeDelegationToken, broker, 3, asked, { ...known, principal: by })
    return tokens.map(({ tokenId }: { tokenId: string }) => tokenId)
  }
  const { tokenId: first } = await create('User:ann', { renewers: [user('bob')] })
  const dora = { ownerPrincipalType: 'User', ownerPrincipalName: 'dora' }
  const denied = errors.DELEGATION_TOKEN_AUTHORIZATION_FAILED.code
  expect(await create('User:ann', dora)).toMatchObject({ errorCode: denied, principalName: 'dora', tokenId: '' })
  const { tokenId: second, ...told } = await create('User:root', dora)
  expect(told).toMatchObject({ errorCode: 0, principalName: 'dora', tokenRequesterPrincipalName: 'root' })
  expect(await seen('User:ann', null)).toEqual([first])
  expect(await seen('User:bob', null)).toEqual([first])
  expect(await seen('User:bob', ['ann'])).toEqual([first])
  expect(await seen('User:bob', ['dora'])).toEqual([])
  expect(await seen('User:bob', [])).toEqual([])
  expect(await seen('User:root', null)).toEqual([first, second])
  const rule = { patternType: 3, principal: 'User:bob', host: '*', permissionType: 3 }
  const acls = [
    { ...rule, resourceType: 7, resourceName: 'User:dora', operation: 14 },
    { ...rule, resourceType: 7, resourceName: 'User:dora', operation: 13 },
  ]
  await broker.metadata.decide(context => decideCreateAcls(context, acls))
  expect(await seen('User:bob', null)).toEqual([first, second])
  expect(await create('User:bob', dora)).toMatchObject({ errorCode: 0 })
})

test('renewers are users, and an owner has a kind', async () => {
  const broker = await brokerOf()
  const create = (more: object) =>
    ask(createDelegationToken, broker, 3, { ...lives, ...more }, { ...known, principal: 'User:ann' })
  expect(await create({ renewers: [{ principalType: 'Group', principalName: 'g' }] })).toMatchObject({
    errorCode: errors.INVALID_PRINCIPAL_TYPE.code,
  })
  expect(await create({ ownerPrincipalType: null, ownerPrincipalName: 'dora' })).toMatchObject({
    errorCode: errors.UNKNOWN_SERVER_ERROR.code,
  })
})

test('an owner is told as it was asked for, also one whose kind has a colon', async () => {
  const broker = await brokerOf()
  const asked = { ...lives, ownerPrincipalType: 'User:a', ownerPrincipalName: 'User:b' }
  const owner = { principalType: 'User:a', principalName: 'User:b' }
  for (const [by, errorCode] of [
    ['User:ann', errors.DELEGATION_TOKEN_AUTHORIZATION_FAILED.code],
    ['User:root', 0],
  ] as const) {
    const reply = await ask(createDelegationToken, broker, 3, asked, { ...known, principal: by })
    expect(reply).toMatchObject({ errorCode, ...owner })
  }
})
