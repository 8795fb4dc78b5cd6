/** SCRAM from the server's side: the vector of RFC 7677, and what does not come through. */
import { scramMechanisms } from '../../../src/metadata/users/scram'
import type { StoredScram } from '../../../src/metadata/image/tables'
import { ScramExchange } from '../../../src/security/sasl/scram'
import { scramKeys } from '../../../src/metadata/users/scram'
import { createHmac, pbkdf2Sync } from 'node:crypto'

const [sha256] = scramMechanisms

const salt = 'W22ZaJ0SNY7soEsUEjb6gQ=='
const salted = pbkdf2Sync('pencil', Buffer.from(salt, 'base64'), 4096, 32, 'sha256')
const keys = scramKeys(sha256, salted)
const stored: StoredScram = {
  iterations: 4096,
  salt,
  storedKey: keys.storedKey.toString('base64'),
  serverKey: keys.serverKey.toString('base64'),
}

const clientNonce = 'rOprNGfwEbeRWgbNEkqO'
const serverNonce = '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
const proof = 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ='

/** Even who knows the password of a credential that is invented does not come in with it. */
const inventedOne = { ...stored, iterations: 8192 }

const begun = (more: { has?: boolean } = {}) =>
  new ScramExchange({
    mechanism: sha256,
    credential: user => (more.has !== false && user === 'user' ? stored : undefined),
    token: () => undefined,
    nonce: serverNonce,
    invented: () => inventedOne,
  })

const say = (exchange: ScramExchange, text: string) => exchange.answer(Buffer.from(text)).toString()
const first = `n,,n=user,r=${clientNonce}`
const final = `c=biws,r=${clientNonce}${serverNonce},p=${proof}`

test('the exchange of RFC 7677', () => {
  const exchange = begun()
  expect(say(exchange, first)).toBe(`r=${clientNonce}${serverNonce},s=${salt},i=4096`)
  expect(exchange.user).toBeNull()
  expect(say(exchange, final)).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')
  expect(exchange.user).toBe('user')
})

test.each([
  ['another proof', final.replace('p=dHzb', 'p=AHzb')],
  ['a proof of another length', final.replace(proof, 'AAAA')],
  ['another nonce', final.replace(clientNonce, 'x')],
  ['the nonce of the server alone', final.replace(clientNonce, '')],
  ['another binding than was signed', final.replace('biws', 'eSws')],
  ['no proof', `c=biws,r=${clientNonce}${serverNonce}`],
  ['nothing', ''],
])('%s fails', (_, last) => {
  const exchange = begun()
  say(exchange, first)
  expect(() => say(exchange, last)).toThrow('invalid credentials')
  expect(exchange.user).toBeNull()
})

test.each([
  '',
  'n',
  'n,,',
  'n,,n=,r=x',
  'p=tls-unique,,n=user,r=x',
  'n,,n=us=er,r=x',
  'n,a=other,n=user,r=x',
  'n,,n=user,r=x,',
  'n,,n=user,r=x,y',
])('a first message that is not one: %s', text => {
  expect(() => say(begun(), text)).toThrow()
})

test('a user that there is not is led on, and fails at the end even with a right proof', () => {
  const exchange = begun({ has: false })
  expect(say(exchange, first)).toBe(`r=${clientNonce}${serverNonce},s=${salt},i=8192`)
  expect(() => say(exchange, final)).toThrow('invalid credentials')
})

test('names may hold what parts the message', () => {
  const exchange = new ScramExchange({
    mechanism: sha256,
    credential: user => (user === 'a,b=c' ? stored : undefined),
    token: () => undefined,
    nonce: 's',
    invented: () => inventedOne,
  })
  const said = say(exchange, 'n,,n=a=2Cb=3Dc,r=c')
  const bare = 'n=a=2Cb=3Dc,r=c'
  const unproved = 'c=biws,r=cs'
  const signature = createHmac('sha256', keys.storedKey).update(`${bare},${said},${unproved}`).digest()
  const clientKey = createHmac('sha256', salted).update('Client Key').digest()
  const right = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!)).toString('base64')
  expect(say(exchange, `${unproved},p=${right}`)).toMatch(/^v=/)
  expect(exchange.user).toBe('a,b=c')
})
