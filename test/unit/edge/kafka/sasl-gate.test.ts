/** What passes before it is known who asks, how that is found out, and found out again. */
import { SaslGate, type SaslOptions } from '../../../../src/edge/kafka/sasl-gate'
import { codecOf } from '../../../../src/protocol/codec'
import { framed } from '../../../../src/protocol/frame'
import { readResponseHeader, writeRequestHeader } from '../../../../src/protocol/header'
import { ApiVersions } from '../../../../src/protocol/messages/api-versions'
import { Metadata } from '../../../../src/protocol/messages/metadata'
import { SaslAuthenticate } from '../../../../src/protocol/messages/sasl-authenticate'
import { SaslHandshake } from '../../../../src/protocol/messages/sasl-handshake'
import type { Api, RequestDraft } from '../../../../src/protocol/schema'
import { Reader } from '../../../../src/protocol/wire/reader'
import { PlainExchange } from '../../../../src/security/sasl/plain'

function request<A extends Api>(api: A, apiVersion: number, body: RequestDraft<A>): Buffer {
  const { buffers } = framed(writer => {
    writeRequestHeader(writer, api, { apiVersion, correlationId: 7, clientId: 'client' })
    codecOf(api, 'request', apiVersion).write(writer, body as never)
  })
  return Buffer.concat(buffers).subarray(4)
}

const users = new Map([
  ['ann', 'secret'],
  ['bob', 'secret'],
])

function gateOf(more: Partial<SaslOptions> = {}) {
  const gate = new SaslGate({
    mechanisms: ['PLAIN', 'SCRAM-SHA-256'],
    begin: () => new PlainExchange(users),
    maxReauthMs: () => 0,
    maxReceiveBytes: () => 1000,
    failureDelayMs: () => 0,
    ...more,
  })
  const ask = <A extends Api>(api: A, version: number, body: RequestDraft<A>, nowMs = 0) => {
    const taken = gate.take(request(api, version, body), nowMs)
    if (taken === null) return 'passes'
    if (taken.reply === null)
      return taken.refusal ? { failure: taken.failure, refusal: taken.refusal } : { failure: taken.failure }
    const reader = new Reader(Buffer.concat(taken.reply.buffers).subarray(4))
    expect(readResponseHeader(reader, api, version)).toBe(7)
    return { ...codecOf(api, 'response', version).read(reader), failure: taken.failure }
  }
  const handshake = (mechanism = 'PLAIN', version = 1, nowMs = 0) => ask(SaslHandshake, version, { mechanism }, nowMs)
  const authenticate = (text: string, nowMs = 0, version = 2) =>
    ask(SaslAuthenticate, version, { authBytes: Buffer.from(text) }, nowMs)
  const metadata = (nowMs = 0) => ask(Metadata, 1, { topics: [] }, nowMs)
  const versions = (version = 0) => ask(ApiVersions, version, {})
  return { gate, handshake, authenticate, metadata, versions }
}

test('versions once, a handshake, a token; then everything passes', () => {
  const { gate, versions, handshake, authenticate, metadata } = gateOf()
  expect(versions()).toBe('passes')
  expect(handshake()).toMatchObject({ errorCode: 0, mechanisms: ['PLAIN', 'SCRAM-SHA-256'], failure: null })
  expect(gate.isOpen).toBe(false)
  expect(authenticate('\0ann\0secret')).toMatchObject({ errorCode: 0, errorMessage: '', sessionLifetimeMs: 0 })
  expect([gate.isOpen, gate.principal]).toEqual([true, 'User:ann'])
  expect(metadata()).toBe('passes')
  expect(versions()).toBe('passes')
})

test('nothing else passes before', () => {
  expect(gateOf().metadata()).toEqual({ failure: expect.stringContaining('API key 3') })
  expect(gateOf().authenticate('\0ann\0secret')).toEqual({ failure: expect.stringContaining('API key 36') })
  const twice = gateOf()
  twice.versions()
  expect(twice.versions()).toEqual({ failure: expect.stringContaining('API key 18') })
  const between = gateOf()
  between.handshake()
  expect(between.metadata()).toEqual({ failure: expect.stringContaining('API key 3'), refusal: 'ILLEGAL_SASL_STATE' })
})

test('versions in a version that is not served are asked again', () => {
  const gate = new SaslGate({ ...({} as SaslOptions), mechanisms: [] })
  const header = Buffer.from('0012006300000007ffff00', 'hex')
  expect(gate.take(header, 0)).toBeNull()
  expect(gate.take(request(ApiVersions, 0, {}), 0)).toBeNull()
})

test('a mechanism that is not enabled, and a wrong password', () => {
  expect(gateOf().handshake('GSSAPI')).toMatchObject({
    errorCode: 33,
    mechanisms: ['PLAIN', 'SCRAM-SHA-256'],
    failure: expect.any(String),
  })
  const wrong = gateOf()
  wrong.handshake()
  expect(wrong.authenticate('\0ann\0no')).toMatchObject({
    errorCode: 58,
    errorMessage: 'Authentication failed: Invalid username or password',
    failure: expect.any(String),
  })
  expect(wrong.handshake()).toEqual({ failure: expect.any(String) })
  const strange = gateOf()
  strange.handshake()
  expect(strange.authenticate('x')).toMatchObject({
    errorMessage: 'Invalid SASL/PLAIN response: expected 3 tokens, got 1',
  })
})

test('bare tokens behind the oldest handshake', () => {
  const { gate, handshake } = gateOf()
  handshake('PLAIN', 0)
  const taken = gate.take(Buffer.from('\0ann\0secret'), 0)!
  expect([Buffer.concat(taken.reply!.buffers).toString('hex'), taken.failure]).toEqual(['00000000', null])
  expect(gate.isOpen).toBe(true)
  const wrong = gateOf()
  wrong.handshake('PLAIN', 0)
  expect(wrong.gate.take(Buffer.from('\0ann\0no'), 0)).toEqual({ reply: null, failure: expect.any(String) })
})

test('who has to say it again is told when, may do so as the same, and is sent away when late', () => {
  const begin = () => {
    const one = gateOf({ maxReauthMs: () => 5000 })
    one.handshake()
    expect(one.authenticate('\0ann\0secret')).toMatchObject({ sessionLifetimeMs: 5000 })
    return one
  }
  const good = begin()
  expect(good.handshake('PLAIN', 1, 4000)).toMatchObject({ errorCode: 0 })
  expect(good.authenticate('\0ann\0secret', 4000)).toMatchObject({ errorCode: 0 })
  expect(good.metadata(8999)).toBe('passes')
  expect(good.metadata(9001)).toEqual({ failure: expect.stringContaining('session is over') })

  const other = begin()
  other.handshake('PLAIN', 1, 4000)
  expect(other.authenticate('\0bob\0secret', 4000)).toMatchObject({
    errorCode: 58,
    errorMessage: 'Cannot change principals during re-authentication from User.ann: User.bob',
  })
  const mechanism = begin()
  expect(mechanism.handshake('SCRAM-SHA-256', 1, 4000)).toMatchObject({ errorCode: 0, failure: expect.any(String) })
  expect(begin().handshake('GSSAPI', 1, 4000)).toEqual({ failure: expect.any(String) })

  const hasty = begin()
  hasty.handshake('PLAIN', 1, 2000)
  hasty.authenticate('\0ann\0secret', 2000)
  expect(hasty.handshake('PLAIN', 1, 2900)).toBe('passes')
})

test('a session by a token ends with the token, and no later than sessions do', () => {
  const lifetimes: number[] = [500, 5000, 0]
  const begin = () => Object.assign(new PlainExchange(users), { isByToken: true, lifetimeMs: lifetimes.shift()! })
  const told = (maxMs: number) => {
    const { gate, handshake, authenticate, metadata } = gateOf({ begin, maxReauthMs: () => maxMs })
    handshake()
    const { sessionLifetimeMs } = authenticate('\0ann\0secret', 100) as unknown as { sessionLifetimeMs: number }
    expect(gate.isByToken).toBe(true)
    expect(metadata(100 + sessionLifetimeMs)).toBe('passes')
    expect(metadata(101 + sessionLifetimeMs)).toMatchObject({ failure: expect.stringContaining('session is over') })
    return sessionLifetimeMs
  }
  expect([told(0), told(1000), told(0)]).toEqual([500, 1000, 0])
})

// Asked of Apache Kafka 4.4: the handler of SaslHandshake answers ILLEGAL_SASL_STATE.
test('who has a session without an end does not say it again: the handshake passes, as a request like any other', () => {
  const { gate, handshake, authenticate, metadata } = gateOf()
  handshake()
  authenticate('\0ann\0secret')
  expect(handshake('PLAIN', 1, 5000)).toBe('passes')
  expect([gate.isOpen, gate.principal, metadata(6000)]).toEqual([true, 'User:ann', 'passes'])
})
