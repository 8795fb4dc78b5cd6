/** Delegation tokens: what proves that one has one, for how long, who may renew and end it, and what is left of it. */
import { createHmac } from 'node:crypto'
import type { Metadata } from '../../../src/metadata/metadata'
import { scramMechanisms } from '../../../src/metadata/users/scram'
import type { Timers } from '../../../src/platform/clock'
import { silentLogger } from '../../../src/platform/logger'
import { Dice } from '../../../src/platform/simulated/dice'
import { type ErrorName, errors } from '../../../src/protocol/errors'
import { inventedScram } from '../../../src/security/sasl/invented'
import { ScramExchange } from '../../../src/security/sasl/scram'
import { DelegationTokens } from '../../../src/security/tokens'
import { startTokenSweep } from '../../../src/security/token-sweep'
import { openMetadata } from '../../support/metadata'
import { scramProof } from '../../support/scram-client'

const secret = 'key'
const noUsers = { size: 0, get: () => undefined, entries: () => [] }
const limits = { maxLifetimeMs: 10_000, renewMs: 1000 }
const ann = { owner: 'User:ann', requester: 'User:ann', renewers: ['User:bob'], maxLifetimeMs: -1 }

async function made(more: { metadata?: Metadata; secret?: string } = {}) {
  const metadata = more.metadata ?? (await openMetadata())
  const clock = { nowMs: 1_000_000, now: () => clock.nowMs, monotonic: () => 0 }
  const random = new Dice('tokens')
  const tokens = new DelegationTokens({ metadata, clock, random, secret, ...limits, ...more })
  return { metadata, clock, tokens }
}

const rejectsWith = (work: Promise<unknown>, error: ErrorName) =>
  expect(work).rejects.toMatchObject({ code: errors[error].code })

test('the proof of a token is its id, signed with the key of the brokers', async () => {
  const { tokens } = await made()
  const { id, hmac, ...times } = await tokens.create(ann)
  expect(hmac).toEqual(createHmac('sha512', secret).update(id).digest())
  expect(times).toMatchObject({ issuedMs: 1_000_000, expiresMs: 1_001_000, maxMs: 1_010_000 })
  expect(await tokens.create({ ...ann, maxLifetimeMs: 500 })).toMatchObject({ expiresMs: 1_000_500, maxMs: 1_000_500 })
  expect(await tokens.create({ ...ann, maxLifetimeMs: 2 ** 60 })).toMatchObject({ maxMs: 1_010_000 })
})

test('renewed by owner and renewers, never past its longest life, not once it is over', async () => {
  const { tokens, clock } = await made()
  const { hmac } = await tokens.create(ann)
  clock.nowMs += 900
  expect(await tokens.renew('User:ann', hmac, -1)).toBe(1_001_900)
  expect(await tokens.renew('User:bob', hmac, 500)).toBe(1_001_400)
  expect(await tokens.renew('User:bob', hmac, 5000)).toBe(1_001_900)
  await rejectsWith(tokens.renew('User:carl', hmac, -1), 'DELEGATION_TOKEN_OWNER_MISMATCH')
  await rejectsWith(tokens.renew('User:ann', Buffer.from('x'), -1), 'DELEGATION_TOKEN_NOT_FOUND')
  for (let at = 0; at < 12; at++) {
    clock.nowMs = Math.min(clock.nowMs + 800, 1_010_000)
    await tokens.renew('User:ann', hmac, -1)
  }
  expect(await tokens.renew('User:ann', hmac, -1)).toBe(1_010_000)
  clock.nowMs = 1_010_001
  await rejectsWith(tokens.renew('User:ann', hmac, -1), 'DELEGATION_TOKEN_EXPIRED')
})

test('who asked for it on behalf of another may neither renew nor end it', async () => {
  const { tokens } = await made()
  const { hmac } = await tokens.create({ ...ann, requester: 'User:root', renewers: [] })
  await rejectsWith(tokens.renew('User:root', hmac, -1), 'DELEGATION_TOKEN_OWNER_MISMATCH')
  await rejectsWith(tokens.expire('User:root', hmac, -1), 'DELEGATION_TOKEN_OWNER_MISMATCH')
  expect(await tokens.expire('User:ann', hmac, 400)).toBe(1_000_400)
})

test('ended at once it is gone; what is over by itself goes with the sweep', async () => {
  const { tokens, clock } = await made()
  const [first, second] = [await tokens.create(ann), await tokens.create({ ...ann, maxLifetimeMs: 100 })]
  expect(await tokens.expire('User:ann', first.hmac, -1)).toBe(1_000_000)
  expect(tokens.all().map(({ id }) => id)).toEqual([second.id])
  expect(await tokens.sweep()).toBe(0)
  clock.nowMs += 101
  await rejectsWith(tokens.expire('User:ann', second.hmac, 5), 'DELEGATION_TOKEN_EXPIRED')
  expect(await tokens.sweep()).toBe(1)
  expect(tokens.all()).toEqual([])
})

test('the sweep comes again and again, after one that failed too, until it is stopped', async () => {
  const waits: (() => void)[] = []
  const timers = { after: (_ms: number, run: () => void) => (waits.push(run), () => void (waits.length = 0)) }
  let rounds = 0
  const sweep = () => (++rounds === 1 ? Promise.reject(new Error('disk')) : Promise.resolve(1))
  const stop = startTokenSweep({
    tokens: { sweep },
    timers: timers as unknown as Timers,
    logger: silentLogger,
    intervalMs: 5,
  })
  for (let round = 1; round <= 3; round++) {
    waits.shift()!()
    await new Promise(setImmediate)
    expect(rounds).toBe(round)
  }
  await stop()
  expect(waits).toEqual([])
})

test.each(scramMechanisms)(
  'a client comes in by $name with the token, and is its owner for as long as it lasts',
  async mechanism => {
    const { tokens, clock } = await made()
    const { id, hmac } = await tokens.create(ann)
    clock.nowMs += 300
    const exchange = (more = ',tokenauth=true') => {
      const invented = () => inventedScram({ mechanism, secret: Buffer.from('x'), users: noUsers }, id, true)
      const options = { mechanism, nonce: 's', credential: () => undefined, invented }
      const scram = new ScramExchange({ ...options, token: name => tokens.login(mechanism, name) })
      const first = scram.answer(Buffer.from(`n,,n=${id},r=c${more}`)).toString()
      return { scram, last: scramProof(mechanism, `n=${id},r=c${more}`, first, hmac.toString('base64')) }
    }
    const { scram, last } = exchange()
    expect([scram.user, scram.isByToken, scram.lifetimeMs]).toEqual([null, false, null])
    expect(scram.answer(Buffer.from(last)).toString()).toMatch(/^v=/)
    expect([scram.user, scram.isByToken, scram.lifetimeMs]).toEqual(['ann', true, 700])
    // Kafka signs these in the order of a hash table that each of its processes shuffles, so that the oracle cannot judge.
    for (const more of [',tokenauth=true,x=1', ',x=1,tokenauth=true']) {
      const other = exchange(more)
      expect(other.scram.answer(Buffer.from(other.last)).toString()).toMatch(/^v=/)
    }
    for (const more of ['', ',tokenauth=false', ',tokenauth=true,tokenauth=false']) {
      const other = exchange(more)
      expect(() => other.scram.answer(Buffer.from(other.last))).toThrow('invalid credentials')
    }
  },
)

test('another key makes other proofs: tokens of before are nobody’s', async () => {
  const { tokens, metadata } = await made()
  const { id, hmac } = await tokens.create(ann)
  const { tokens: others } = await made({ metadata, secret: 'other' })
  await rejectsWith(others.renew('User:ann', hmac, -1), 'DELEGATION_TOKEN_NOT_FOUND')
  expect(others.login(scramMechanisms[0], id)!.credential).not.toEqual(tokens.login(scramMechanisms[0], id)!.credential)
  const { tokens: same } = await made({ metadata })
  expect(same.login(scramMechanisms[0], id)).toEqual(tokens.login(scramMechanisms[0], id))
})
