/** The option `sasl`. */
import { checkOptions, startOptionsOf } from '../../../../src/embedded/contract/options'
import { scramMechanisms } from '../../../../src/metadata/users/scram'
import { EngineBench } from '../../../support/engine-bench'
import { scramProof } from '../../../support/scram-client'
import { errors } from '../../../../src/protocol/errors'
import { CreateDelegationToken } from '../../../../src/protocol/messages/create-delegation-token'
import { DescribeDelegationToken } from '../../../../src/protocol/messages/describe-delegation-token'
import { ExpireDelegationToken } from '../../../../src/protocol/messages/expire-delegation-token'
import { DescribeUserScramCredentials } from '../../../../src/protocol/messages/describe-user-scram-credentials'
import { SaslAuthenticate } from '../../../../src/protocol/messages/sasl-authenticate'
import { SaslHandshake } from '../../../../src/protocol/messages/sasl-handshake'
import type { Api, RequestDraft } from '../../../../src/protocol/schema'

type Client = Awaited<ReturnType<EngineBench['connect']>>

const ann = { name: 'ann', password: 'a "secret" with \\' }
const sasl = { users: [ann, { name: 'bob', password: 'b', mechanism: 'PLAIN' }] } as const

test('users come in by what they may, here and in forks, and others do not', async () => {
  const at = new EngineBench()
  const { cluster, port } = await at.start({ sasl, topics: ['orders'] })
  const empty = await at.ask(cluster, 'fork', { from: 'empty' })
  const fork = await at.ask(cluster, 'fork', { from: null })
  await at.ask(cluster, 'reset', { keepTopics: false, keepGroups: false })
  for (const at_ of [port, empty.port, fork.port]) {
    const come = async (name: string, password: string) => {
      const client = await at.connect(at_)
      const { mechanisms } = await at.world.until(client.request(SaslHandshake, 1, { mechanism: 'PLAIN' }))
      expect(mechanisms).toEqual(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
      const authBytes = Buffer.from(`\0${name}\0${password}`)
      const { errorCode } = await at.world.until(client.request(SaslAuthenticate, 2, { authBytes }))
      return errorCode === 0 ? client : null
    }
    expect(await come('bob', 'x')).toBeNull()
    expect(await come('bob', 'b')).not.toBeNull()
    const client = (await come(ann.name, ann.password))!
    const { results } = await at.world.until(client.request(DescribeUserScramCredentials, 0, { users: null }))
    expect(results).toMatchObject([
      {
        user: 'ann',
        credentialInfos: [
          { mechanism: 1, iterations: 4096 },
          { mechanism: 2, iterations: 4096 },
        ],
      },
    ])
    await expect(
      at.world.until((await at.connect(at_)).request(DescribeUserScramCredentials, 0, { users: null })),
    ).rejects.toThrow()
  }
})

test('delegation tokens are of the broker that made them and of its forks, and come back with a snapshot', async () => {
  const at = new EngineBench()
  const config = { 'delegation.token.secret.key': 'secret' }
  const { cluster, port } = await at.start({ sasl, config })
  const ask = <A extends Api>(client: Client, api: A, version: number, body: RequestDraft<A>) =>
    at.world.until(client.request(api, version, body))
  const asAnn = async (to: number) => {
    const client = await at.connect(to)
    await ask(client, SaslHandshake, 1, { mechanism: 'PLAIN' })
    await ask(client, SaslAuthenticate, 2, { authBytes: Buffer.from(`\0${ann.name}\0${ann.password}`) })
    return client
  }
  const made = await ask(await asAnn(port), CreateDelegationToken, 3, { renewers: [], maxLifetimeMs: -1 })
  expect(made.errorCode).toBe(0)

  /** Comes in with the token; null where that is refused. */
  const byToken = async (to: number) => {
    const client = await at.connect(to)
    const mechanism = scramMechanisms[0]
    await ask(client, SaslHandshake, 1, { mechanism: mechanism.name })
    const bare = `n=${made.tokenId},r=nonce,tokenauth=true`
    const first = await ask(client, SaslAuthenticate, 2, { authBytes: Buffer.from(`n,,${bare}`) })
    const proof = scramProof(mechanism, bare, first.authBytes.toString(), made.hmac.toString('base64'))
    const { errorCode } = await ask(client, SaslAuthenticate, 2, { authBytes: Buffer.from(proof) })
    return errorCode === 0 ? client : null
  }
  const ends = async (to: number) => {
    const asked = { hmac: made.hmac, expiryTimePeriodMs: -1 }
    expect((await ask(await asAnn(to), ExpireDelegationToken, 2, asked)).errorCode).toBe(0)
  }
  const tokens = async (to: number) => {
    const told = await ask(await asAnn(to), DescribeDelegationToken, 3, { owners: null })
    return told.tokens.map(({ tokenId, principalName }) => ({ tokenId, principalName }))
  }
  const snapshot = await at.ask(cluster, 'snapshot', null)
  const fork = await at.ask(cluster, 'fork', { from: null })
  const empty = await at.ask(cluster, 'fork', { from: 'empty' })
  const its = [{ tokenId: made.tokenId, principalName: 'ann' }]
  expect([await tokens(port), await tokens(fork.port), await tokens(empty.port)]).toEqual([its, its, []])
  expect(await byToken(port)).not.toBeNull()
  expect(await byToken(empty.port)).toBeNull()
  // Who came by a token may not ask about tokens, which tells that he did.
  const inFork = (await byToken(fork.port))!
  const { errorCode } = await ask(inFork, DescribeDelegationToken, 3, { owners: null })
  expect(errorCode).toBe(errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code)

  await ends(port)
  expect([await byToken(port), await tokens(port)]).toEqual([null, []])
  expect(await byToken(fork.port)).not.toBeNull()
  await at.ask(cluster, 'restore', snapshot)
  expect(await tokens(port)).toEqual(its)
  expect(await byToken(port)).not.toBeNull()
  await ends(fork.port)
  expect([await byToken(fork.port), (await byToken(port)) === null]).toEqual([null, false])
})

test('settings of those mechanisms that somebody has', () => {
  const only = { users: [{ name: 'ann', password: 'a', mechanism: 'SCRAM-SHA-512' }] } as const
  expect(startOptionsOf({ sasl: only, config: { 'num.partitions': 3 } })).toMatchObject({
    set: ['listeners=SASL_PLAINTEXT://:0', 'sasl.enabled.mechanisms=SCRAM-SHA-512', 'num.partitions=3'],
    scramUsers: [{ name: 'ann', password: 'a', mechanism: 'SCRAM-SHA-512' }],
  })
  expect(startOptionsOf({})).toMatchObject({ set: [], scramUsers: [] })
})

test.each([
  [{}, 'sasl of startBroker needs users.'],
  [{ users: [] }, 'users of sasl of startBroker is a list of one or more.'],
  [{ users: [{ name: 'ann' }] }, 'users of sasl of startBroker needs password.'],
  [{ users: [{ name: 'ann smith', password: 'a' }] }, 'a name of letters, digits'],
  [{ users: [{ name: 'ann', password: '' }] }, 'a text that is not empty'],
  [{ users: [{ name: 'ann', password: 'a', mechanism: 'GSSAPI' }] }, "'SCRAM-SHA-512', not 'GSSAPI'"],
  [{ users: [ann, { ...ann, mechanism: 'PLAIN' }] }, 'sasl of startBroker has ann twice for PLAIN.'],
  [{ users: [ann], mechanism: 'PLAIN' }, "sasl of startBroker has no option 'mechanism'."],
])('%j is refused', (wrong, says) => {
  expect(() => checkOptions({ sasl: wrong as never })).toThrow(says)
})

test('beside listeners of the config it is refused', () => {
  const config = { listeners: 'PLAINTEXT://:9092' }
  expect(() => checkOptions({ sasl, config })).toThrow('give one of them')
})
