/** Delegation tokens where there is a key to make them with: made, renewed, ended, told of, and come in with. */
import crypto from 'node:crypto'
import { CreateAcls } from '../../../src/protocol/messages/create-acls'
import { CreateDelegationToken } from '../../../src/protocol/messages/create-delegation-token'
import { DescribeDelegationToken } from '../../../src/protocol/messages/describe-delegation-token'
import { ExpireDelegationToken } from '../../../src/protocol/messages/expire-delegation-token'
import { RenewDelegationToken } from '../../../src/protocol/messages/renew-delegation-token'
import type { RequestDraft, ResponseOf } from '../../../src/protocol/schema'
import { sleep } from '../../judge/process'
import { operations, types } from '../guest'
import { published } from '../published'
import { eachVersion, type Scenario } from '../scenario'
import type { Subject } from '../subject'
import { plainToken, type Scram, type ScramChange, Talk, tokenSecret } from '../talk'

type User = 'ann' | 'bob' | 'admin'
type Created = ResponseOf<typeof CreateDelegationToken>

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const user = (name: string) => ({ principalType: 'User', principalName: name })

/** Times are told by how far they are from the beginning of the token, in minutes; what stands for none as it is. */
const since = (fromMs: number, atMs: number): unknown =>
  atMs < 1_000_000 ? atMs : `${Math.round((atMs - fromMs) / minuteMs)} min`

const isSigned = (id: string, hmac: Buffer): boolean =>
  crypto.createHmac('sha512', tokenSecret).update(id).digest().equals(hmac)

/** Tokens of one scenario: asks, and notes what is told of those that it made. */
class Tokens {
  private readonly subject: Subject
  private readonly made = new Map<string, string>()

  constructor(subject: Subject) {
    this.subject = subject
  }

  /** Each of them on a connection of its own. */
  async login(...users: User[]): Promise<void> {
    for (const name of users) {
      const talk = new Talk(this.subject, name)
      await talk.handshake('PLAIN')
      await talk.token(plainToken(name))
    }
  }

  async create(by: string, asked: Partial<RequestDraft<typeof CreateDelegationToken>>, version = 3): Promise<Created> {
    const request = { renewers: [], maxLifetimeMs: -1, ...asked }
    const reply = await this.subject.quiet(CreateDelegationToken, request, version, by)
    const { tokenId, hmac, issueTimestampMs, expiryTimestampMs, maxTimestampMs, ...rest } = reply
    if (tokenId !== '') this.made.set(tokenId, `token ${this.made.size}`)
    this.subject.note(`create v${version} by ${by}`, {
      ...rest,
      tokenId: tokenId.length,
      isSigned: tokenId === '' ? hmac.toString('hex') : isSigned(tokenId, hmac),
      issued: since(Date.now(), issueTimestampMs),
      expires: since(issueTimestampMs, expiryTimestampMs),
      max: since(issueTimestampMs, maxTimestampMs),
    })
    await published(this.subject, 'admin')
    return reply
  }

  async renew(by: string, hmac: Buffer, renewPeriodMs: number, version = 2): Promise<void> {
    const reply = await this.subject.quiet(RenewDelegationToken, { hmac, renewPeriodMs }, version, by)
    // Kafka looks at what was published last, for the next who asks about the token as well.
    if (reply.errorCode === 0) await published(this.subject, 'admin')
    const { expiryTimestampMs, ...rest } = reply
    this.subject.note(`renew v${version} by ${by}`, { ...rest, expires: since(Date.now(), expiryTimestampMs) })
  }

  async expire(by: string, hmac: Buffer, expiryTimePeriodMs: number, version = 2): Promise<void> {
    const reply = await this.subject.quiet(ExpireDelegationToken, { hmac, expiryTimePeriodMs }, version, by)
    // Kafka looks at what was published last, for the next who asks about the token as well.
    if (reply.errorCode === 0) await published(this.subject, 'admin')
    const { expiryTimestampMs, ...rest } = reply
    this.subject.note(`expire v${version} by ${by}`, { ...rest, expires: since(Date.now(), expiryTimestampMs) })
  }

  /** Others make tokens at the same time: only those of this scenario are noted. */
  async describe(by: string, owners: readonly string[] | null, version = 3): Promise<void> {
    if (by !== 'main') await published(this.subject, 'admin')
    const asked = { owners: owners && owners.map(user) }
    const { tokens, ...rest } = await this.subject.quiet(DescribeDelegationToken, asked, version, by)
    const own = tokens.flatMap(({ tokenId, hmac, issueTimestamp, expiryTimestamp, maxTimestamp, ...token }) => {
      const which = this.made.get(tokenId)
      if (which === undefined) return []
      const [expires, max] = [expiryTimestamp, maxTimestamp].map(atMs => since(issueTimestamp, atMs))
      return [{ which, ...token, expires, max, isSigned: isSigned(tokenId, hmac) }]
    })
    this.subject.note(`describe v${version} by ${by}`, { ...rest, own })
  }
}

async function creates(subject: Subject, version: number): Promise<void> {
  const tokens = new Tokens(subject)
  await tokens.login('ann', 'admin')
  for (const maxLifetimeMs of [-1, 0, 10 * minuteMs, 2 * hourMs, 365 * 24 * hourMs, 2 ** 62]) {
    await tokens.create('ann', { maxLifetimeMs }, version)
  }
  for (const renewers of [
    [user('bob'), user('carl')],
    [user('ann')],
    [user('bob'), { principalType: 'Group', principalName: 'g' }],
    [{ principalType: '', principalName: 'bob' }],
    [user('')],
  ]) {
    await tokens.create('ann', { renewers }, version)
  }
  for (const [ownerPrincipalType, ownerPrincipalName] of version < 3 ? [] : owners) {
    for (const by of ['ann', 'admin']) await tokens.create(by, { ownerPrincipalType, ownerPrincipalName }, version)
  }
  await tokens.describe('ann', null)
  await tokens.describe('admin', null)
}

const owners = [
  ['User', 'ann'],
  ['User', 'dora'],
  ['Group', 'dora'],
  ['User', null],
  [null, 'dora'],
  ['', 'dora'],
] as const

async function renews(subject: Subject, version: number): Promise<void> {
  const tokens = new Tokens(subject)
  await tokens.login('ann', 'bob', 'admin')
  const { hmac } = await tokens.create('ann', { maxLifetimeMs: 36 * hourMs })
  for (const periodMs of [hourMs, -1, 0, 30 * hourMs, 2 ** 62]) await tokens.renew('ann', hmac, periodMs, version)
  for (const by of ['bob', 'admin']) await tokens.renew(by, hmac, hourMs, version)
  for (const strange of [Buffer.from('0123'), Buffer.alloc(0), hmac.subarray(1)]) {
    await tokens.renew('ann', strange, hourMs, version)
  }
  const shared = await tokens.create('ann', { renewers: [user('bob')] })
  await tokens.renew('bob', shared.hmac, hourMs, version)
  const given = await tokens.create('admin', { ownerPrincipalType: 'User', ownerPrincipalName: 'ann' })
  for (const by of ['ann', 'admin', 'bob']) await tokens.renew(by, given.hmac, 2 * hourMs, version)
  const short = await tokens.create('ann', { maxLifetimeMs: 1 })
  await sleep(10)
  for (const by of ['ann', 'bob']) await tokens.renew(by, short.hmac, hourMs, version)
  await tokens.describe('ann', null)
}

async function expires(subject: Subject, version: number): Promise<void> {
  const tokens = new Tokens(subject)
  await tokens.login('ann', 'bob', 'admin')
  const { hmac } = await tokens.create('ann', { maxLifetimeMs: 36 * hourMs, renewers: [user('bob')] })
  for (const by of ['ann', 'bob', 'admin']) await tokens.expire(by, hmac, 3 * hourMs, version)
  for (const strange of [Buffer.from('0123'), Buffer.alloc(0)]) await tokens.expire('ann', strange, -1, version)
  await tokens.expire('ann', hmac, 2 ** 62, version)
  await tokens.expire('ann', hmac, 0, version)
  await sleep(10)
  await tokens.expire('bob', hmac, 5, version)
  await tokens.renew('ann', hmac, hourMs)
  await tokens.describe('ann', null)
  await tokens.expire('admin', hmac, -1, version)
  await tokens.expire('bob', hmac, -1, version)
  await tokens.describe('ann', null)
  await tokens.expire('bob', hmac, -1, version)
  await tokens.renew('ann', hmac, hourMs)
  const other = await tokens.create('ann', {})
  await tokens.expire('ann', other.hmac, -5, version)
  await tokens.describe('ann', null)
}

async function describes(subject: Subject, version: number): Promise<void> {
  const tokens = new Tokens(subject)
  const dora = subject.name('dora')
  await tokens.login('ann', 'bob', 'admin')
  const { tokenId } = await tokens.create('ann', {})
  await tokens.create('ann', { renewers: [user('bob')] })
  await tokens.create('admin', { ownerPrincipalType: 'User', ownerPrincipalName: dora })
  await tokens.create('admin', { ownerPrincipalType: 'User', ownerPrincipalName: dora, renewers: [user(dora)] })
  const asks = async () => {
    for (const by of ['ann', 'bob', 'admin']) {
      for (const of of [null, [], ['ann'], ['bob'], [dora], ['ann', dora], ['nobody'], ['admin']]) {
        await tokens.describe(by, of, version)
      }
    }
  }
  await asks()
  const rule = { resourcePatternType: 3, principal: 'User:bob', host: '127.0.0.1', permissionType: 3 }
  const creations = [
    { ...rule, resourceType: types.delegationToken, resourceName: tokenId, operation: operations.describe },
    { ...rule, resourceType: types.user, resourceName: `User:${dora}`, operation: operations.describeTokens },
    { ...rule, resourceType: types.user, resourceName: `User:${dora}`, operation: operations.createTokens },
  ]
  await subject.quiet(CreateAcls, { creations }, 3, 'admin')
  await asks()
  await tokens.create('bob', { ownerPrincipalType: 'User', ownerPrincipalName: dora })
  await tokens.create('ann', { ownerPrincipalType: 'User', ownerPrincipalName: dora })
}

type Play = (tokens: Tokens, talk: Talk, token: Created, subject: Subject) => Promise<unknown>

const withToken = { extra: ',tokenauth=true' }

/** Comes in with a token, or what is said to be one, and asks something. */
const comesIn =
  (mechanism: Scram, change: (token: Created) => ScramChange & { id?: string; password?: string } = () => ({})): Play =>
  async (_tokens, talk, token) => {
    const { id = token.tokenId, password = token.hmac.toString('base64'), ...rest } = change(token)
    await talk.handshake(mechanism)
    await talk.scram(mechanism, id, password, { ...withToken, ...rest })
    await talk.metadata()
  }

/** None has two extensions: each process of Kafka signs them in an order of its own. */
const logins: { readonly [what: string]: Play } = {
  'of 256 bits': comesIn('SCRAM-SHA-256'),
  'of 512 bits': comesIn('SCRAM-SHA-512'),
  'written large': comesIn('SCRAM-SHA-256', () => ({ extra: ',tokenauth=TRUE' })),
  'of another secret': comesIn('SCRAM-SHA-256', () => ({ password: 'x' })),
  'as itself': comesIn('SCRAM-SHA-256', ({ tokenId }) => ({ gs2: `n,a=${tokenId},` })),
  'as its owner': comesIn('SCRAM-SHA-256', () => ({ gs2: 'n,a=ann,' })),
  bare: async (_tokens, talk, token) => {
    await talk.handshake('SCRAM-SHA-256', 0)
    await talk.scram('SCRAM-SHA-256', token.tokenId, token.hmac.toString('base64'), { ...withToken, bare: true })
    await talk.metadata()
  },
  'and asks for tokens': async (tokens, talk, token, subject) => {
    await comesIn('SCRAM-SHA-256')(tokens, talk, token, subject)
    for (const version of [1, 3]) await tokens.create('main', {}, version)
    await tokens.renew('main', token.hmac, hourMs)
    await tokens.expire('main', token.hmac, -1)
    await tokens.describe('main', null)
  },
  'that lasts for less than a session': async (tokens, talk, _token, subject) => {
    const short = await tokens.create('ann', { maxLifetimeMs: 1500 })
    await comesIn('SCRAM-SHA-256', () => ({}))(tokens, talk, short, subject)
    await sleep(2000)
    await talk.metadata()
  },
  'again, as the same': async (tokens, talk, token, subject) => {
    await comesIn('SCRAM-SHA-256')(tokens, talk, token, subject)
    await sleep(1100)
    await comesIn('SCRAM-SHA-256')(tokens, talk, await tokens.create('ann', {}), subject)
  },
  'again, as another': async (tokens, talk, token, subject) => {
    await comesIn('SCRAM-SHA-256')(tokens, talk, token, subject)
    await sleep(1100)
    await comesIn('SCRAM-SHA-256')(tokens, talk, await tokens.create('admin', {}), subject)
  },
  'whose end has come': async (tokens, talk, token, subject) => {
    await tokens.expire('ann', token.hmac, 0)
    await comesIn('SCRAM-SHA-256')(tokens, talk, token, subject)
  },
}

const nobodys: { readonly [what: string]: Play } = {
  'a token': comesIn('SCRAM-SHA-256', () => ({ id: 'nothing' })),
  'a token without a word of it': comesIn('SCRAM-SHA-256', () => ({ extra: '' })),
  'a token said in another way': comesIn('SCRAM-SHA-256', () => ({ extra: ',tokenauth=yes' })),
  'a user for a token': comesIn('SCRAM-SHA-256', () => ({ id: 'sue', password: 'sue-secret' })),
  'a token that was ended': async (tokens, talk, token, subject) => {
    await tokens.expire('ann', token.hmac, -1)
    await comesIn('SCRAM-SHA-256')(tokens, talk, token, subject)
  },
}

const played = (name: string, plays: { readonly [what: string]: Play }): Scenario[] =>
  Object.entries(plays).map(([what, play]) => ({
    name: `${name}: ${what}`,
    play: async subject => {
      const tokens = new Tokens(subject)
      await tokens.login('ann', 'admin')
      await play(tokens, new Talk(subject), await tokens.create('ann', {}), subject)
    },
  }))

const onSasl = (scenario: Scenario): Scenario => ({ ...scenario, needs: 'sasl' })

export const tokenScenarios: readonly Scenario[] = [
  eachVersion(CreateDelegationToken, 'delegation tokens: created', creates),
  eachVersion(RenewDelegationToken, 'delegation tokens: renewed', renews),
  eachVersion(ExpireDelegationToken, 'delegation tokens: ended', expires),
  eachVersion(DescribeDelegationToken, 'delegation tokens: described', describes),
  ...played('delegation tokens: coming in with one', logins),
  ...played('sasl listener: a user of scram that there is not', nobodys),
].map(onSasl)
