/** A connection whose client says who it is, by hand: every reply is noted, and so is that there was none. */
import crypto from 'node:crypto'
import { CreateAcls } from '../../src/protocol/messages/create-acls'
import { AlterUserScramCredentials } from '../../src/protocol/messages/alter-user-scram-credentials'
import { DescribeUserScramCredentials } from '../../src/protocol/messages/describe-user-scram-credentials'
import { Metadata } from '../../src/protocol/messages/metadata'
import { SaslAuthenticate } from '../../src/protocol/messages/sasl-authenticate'
import { SaslHandshake } from '../../src/protocol/messages/sasl-handshake'
import type { Api, RequestDraft, ResponseOf } from '../../src/protocol/schema'
import { sleep } from '../judge/process'
import { authorizerSettings, saslSettingsOf, type Settings } from '../judge/security'
import { types as aclTypes } from './guest'
import type { Subject } from './subject'
import { Closed, Wire } from './wire'

/** Signs delegation tokens on both brokers. */
export const tokenSecret = 'secret of tokens'

const users = { admin: 'admin-secret', ann: 'ann-secret', bob: 'bob-secret' }

/** What `begin` of the listener in `--sasl` is. Sessions by SCRAM-SHA-512 end soon. */
export const saslSettings: Settings = {
  ...authorizerSettings,
  ...saslSettingsOf({ users, scram: ['SCRAM-SHA-256', 'SCRAM-SHA-512'] }),
  'super.users': 'User:admin',
  'delegation.token.secret.key': tokenSecret,
  'connection.failed.authentication.delay.ms': '10',
  'listener.name.sasl_plaintext.plain.connections.max.reauth.ms': '60000',
  'listener.name.sasl_plaintext.scram-sha-512.connections.max.reauth.ms': '2500',
}

export const plainToken = (user: keyof typeof users): Buffer => Buffer.from(`\0${user}\0${users[user]}`)

/** The users of SCRAM and their passwords; `only256` has none for the other mechanism. */
export const scramUsers = { sue: 'sue-secret', 'a,b=c': 'comma', only256: 'x' } as const

const hashes = { 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-512': 'sha512' } as const
export type Scram = keyof typeof hashes

/** Makes the users of SCRAM, and waits until they are known. */
export async function enroll(port: number): Promise<void> {
  const wire = await Wire.open(port)
  try {
    await wire.ask(SaslHandshake, 1, { mechanism: 'PLAIN' })
    await wire.ask(SaslAuthenticate, 2, { authBytes: plainToken('admin') })
    for (const mechanism of [1, 2]) {
      const upsertions = Object.entries(scramUsers).flatMap(([name, password]) => {
        if (mechanism === 2 && name === 'only256') return []
        const salt = Buffer.from(`salt of ${name}`)
        const bytes = mechanism * 32
        const saltedPassword = crypto.pbkdf2Sync(password, salt, 4096, bytes, `sha${bytes * 8}`)
        return { name, mechanism, iterations: 4096, salt, saltedPassword }
      })
      const { results } = await wire.ask(AlterUserScramCredentials, 0, { deletions: [], upsertions })
      if (results.some(({ errorCode }) => errorCode !== 0)) throw new Error(`refused: ${JSON.stringify(results)}`)
    }
    // Rules about all tokens and their owners, so that nobody else is allowed what no rule is about.
    const creations = [aclTypes.delegationToken, aclTypes.user].map(resourceType => ({
      resourceType,
      resourceName: '*',
      resourcePatternType: 3,
      principal: 'User:admin',
      host: '*',
      operation: 2,
      permissionType: 3,
    }))
    const made = await wire.ask(CreateAcls, 3, { creations })
    if (made.results.some(({ errorCode }) => errorCode !== 0)) throw new Error(`refused: ${JSON.stringify(made)}`)
    const deadline = Date.now() + 10_000
    for (;;) {
      const told = await wire.ask(DescribeUserScramCredentials, 0, { users: null })
      if (told.results.flatMap(({ credentialInfos }) => credentialInfos).length >= 5) return
      if (Date.now() > deadline) throw new Error('the users of SCRAM are not there')
      await sleep(10)
    }
  } finally {
    wire.close()
  }
}

export class Talk {
  private readonly subject: Subject
  private readonly connection: string

  constructor(subject: Subject, connection = 'main') {
    this.subject = subject
    this.connection = connection
  }

  /** Null, and a note of it, when the connection is closed instead. */
  async ask<A extends Api>(
    api: A,
    version: number,
    body: RequestDraft<A>,
    shown: (reply: ResponseOf<A>) => unknown = reply => reply,
  ): Promise<ResponseOf<A> | null> {
    return this.noted(`${api.name} v${version}`, shown, async wire => wire.ask(api, version, body))
  }

  /** A request as any other, which passes once it is known who asks. */
  metadata() {
    return this.ask(Metadata, 1, { topics: [] }, ({ topics }) => ({ topics: topics.length }))
  }

  handshake(mechanism: string, version = 1): Promise<ResponseOf<typeof SaslHandshake> | null> {
    // Kafka keeps them in a hash table.
    const shown = (reply: ResponseOf<typeof SaslHandshake>) => ({ ...reply, mechanisms: reply.mechanisms.toSorted() })
    return this.ask(SaslHandshake, version, { mechanism }, shown)
  }

  token(authBytes: Buffer | string, version = 2): Promise<ResponseOf<typeof SaslAuthenticate> | null> {
    return this.ask(SaslAuthenticate, version, { authBytes: Buffer.from(authBytes) }, reply => ({
      ...reply,
      authBytes: shownToken(reply.authBytes),
      sessionLifetimeMs: roughly(reply.sessionLifetimeMs),
    }))
  }

  /** A token without a header, as after a handshake of version 0. */
  bare(token: Buffer | string): Promise<Buffer | null> {
    return this.raw('a bare token', Buffer.from(token), shownToken)
  }

  /** Any bytes in a frame; the frame that comes back. */
  raw(label: string, bytes: Buffer, shown: (frame: Buffer) => unknown): Promise<Buffer | null> {
    return this.noted(label, shown, wire => {
      const length = Buffer.alloc(4)
      length.writeInt32BE(bytes.length)
      wire.write(Buffer.concat([length, bytes]))
      return wire.frame()
    })
  }

  /** Both steps of SCRAM; tokens go out by `send`. What the reply to the last one was. */
  async scram(mechanism: Scram, user: string, password: string, change: ScramChange = {}): Promise<void> {
    const { gs2 = 'n,,', extra = '', bare = false } = change
    const send = async (text: string): Promise<Buffer | null> =>
      bare ? await this.bare(text) : ((await this.token(text))?.authBytes ?? null)
    const name = user.replaceAll('=', '=3D').replaceAll(',', '=2C')
    const first = `n=${name},r=clientnonce${extra}`
    const answer = (await send(gs2 + first))?.toString('utf8') ?? ''
    const [, nonce = '', salt = '', iterations = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(answer) ?? []
    if (nonce === '') return
    const told = Buffer.from(salt, 'base64').toString()
    // Those that nobody chose are made up, of 130 bits in letters and digits.
    this.subject.note('first', { salt: /^[0-9a-z]{20,26}$/.test(told) ? '$salt' : told, iterations })
    const hash = hashes[mechanism]
    const hmac = (key: Buffer, text: string) => crypto.createHmac(hash, key).update(text).digest()
    const bytes = hash === 'sha256' ? 32 : 64
    const salted = crypto.pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), bytes, hash)
    const clientKey = hmac(salted, 'Client Key')
    const binding = Buffer.from(change.binding ?? gs2).toString('base64')
    const unproved = `c=${binding},r=${change.nonce?.(nonce) ?? nonce}${change.finalExtra ?? ''}`
    const said = `${first},${answer},${unproved}`
    const signature = hmac(crypto.createHash(hash).update(clientKey).digest(), said)
    const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!))
    const last = change.last ?? `${unproved},p=${proof.toString('base64')}`
    const verdict = (await send(last))?.toString('utf8') ?? ''
    const expected = hmac(hmac(salted, 'Server Key'), said).toString('base64')
    this.subject.note('the server proves itself', verdict === `v=${expected}`)
  }

  private async noted<T>(
    label: string,
    shown: (reply: T) => unknown,
    ask: (wire: Wire) => Promise<T>,
  ): Promise<T | null> {
    try {
      const reply = await ask(await this.subject.wire(this.connection))
      this.subject.note(label, shown(reply))
      return reply
    } catch (error) {
      if (!(error instanceof Closed)) throw error
      this.subject.note(label, 'closed')
      return null
    }
  }
}

export interface ScramChange {
  readonly gs2?: string
  /** Behind the first message. */
  readonly extra?: string
  readonly binding?: string
  readonly nonce?: (nonce: string) => string
  readonly finalExtra?: string
  /** Instead of the last message. */
  readonly last?: string
  readonly bare?: boolean
}

/** What is left of a token's life depends on the moment. */
function roughly(ms: number): number | string {
  if (ms > 10_000) return Math.round(ms / 10_000) * 10_000
  return ms > 0 && ms < 2500 ? '$soon' : ms
}

/** Nonces are the server's own, and so is what it signs with them: `Talk.scram` looks at both. */
function shownToken(token: Buffer): string {
  return token
    .toString('latin1')
    .replace(/^r=clientnonce[^,]+,s=[^,]+,/, 'r=$nonce,s=$salt,')
    .replace(/^v=.*$/, 'v=$signature')
}
