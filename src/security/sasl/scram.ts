/** SASL SCRAM (RFC 5802, RFC 7677): both sides prove that they know a password, and neither tells it. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { ScramMechanism } from '../../metadata/users/scram'
import type { StoredScram } from '../../metadata/image/tables'
import type { TokenLogin } from '../tokens'
import { type SaslExchange, SaslFailed } from './exchange'

const clientFirst = /^n,(?:a=([^,]*))?,((?:m=[^,]*,)?n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)((?:,.*)?))$/s
/** What stands between the nonce and the proof is not signed, as in Kafka. */
const clientFinal = /^(c=[A-Za-z0-9/+]+=*,r=([\x21-\x2b\x2d-\x7e]+))(?:,[^,]+)*,p=([A-Za-z0-9/+]+=*)$/s
/** Each has a name and a value. */
const areExtensions = (text: string): boolean =>
  text
    .split(',')
    .slice(1)
    .every(part => part.includes('='))

/** The name is the id of a delegation token, and the password what proves that one has it (KIP-48). Said twice, the last counts. */
const asksForToken = (extensions: string): boolean =>
  /^tokenauth=true$/i.test(extensions.split(',').findLast(part => part.startsWith('tokenauth=')) ?? '')

export interface ScramOptions {
  readonly mechanism: ScramMechanism
  /** What is stored of a user; undefined when there is none. */
  credential(user: string): StoredScram | undefined
  /** Of the delegation token of that id; undefined when there is none. */
  token(id: string): TokenLogin | undefined
  /** Of the server, made anew for every exchange. */
  readonly nonce: string
  /** What a user, or a token, would have that there is not. */
  invented(name: string, isByToken: boolean): StoredScram
}

interface Begun {
  readonly user: string
  /** That of a token; null where the client did not come with one. */
  readonly lifetimeMs: number | null
  readonly isByToken: boolean
  readonly nonce: string
  /** All that was said so far, as it is signed. */
  readonly said: string
  readonly credential: StoredScram
  readonly isInvented: boolean
}

export class ScramExchange implements SaslExchange {
  readonly #options: ScramOptions
  #begun: Begun | null = null
  #isProved = false

  constructor(options: ScramOptions) {
    this.#options = options
  }

  get user(): string | null {
    return this.#isProved ? this.#begun!.user : null
  }

  get isByToken(): boolean {
    return this.#isProved && this.#begun!.isByToken
  }

  get lifetimeMs(): number | null {
    return this.#isProved ? this.#begun!.lifetimeMs : null
  }

  answer(token: Buffer): Buffer {
    const text = token.toString('utf8')
    return Buffer.from(this.#begun === null ? this.#begin(text) : this.#finish(text, this.#begun))
  }

  #begin(text: string): string {
    const [, authorizationId = '', bare = '', name = '', clientNonce = '', more = ''] = clientFirst.exec(text) ?? []
    const asked = unescaped(name)
    if (asked === null || asked === '' || !areExtensions(more)) throw new SaslFailed()
    if (authorizationId !== '' && unescaped(authorizationId) !== asked) {
      throw new SaslFailed(
        'Authentication failed: Client requested an authorization id that is different from username',
      )
    }
    const isByToken = asksForToken(more)
    const login = isByToken ? this.#options.token(asked) : undefined
    const stored = isByToken ? login?.credential : this.#options.credential(asked)
    // Made in any case, so that both take the same time.
    const invented = this.#options.invented(asked, isByToken)
    const credential = stored ?? invented
    const nonce = clientNonce + this.#options.nonce
    const first = `r=${nonce},s=${credential.salt},i=${credential.iterations}`
    this.#begun = {
      user: login?.owner ?? asked,
      lifetimeMs: login?.lifetimeMs ?? null,
      isByToken,
      nonce,
      said: `${bare},${first}`,
      credential,
      isInvented: stored === undefined,
    }
    return first
  }

  #finish(text: string, { nonce, said, credential, isInvented }: Begun): string {
    const [, unproved = '', finalNonce = '', proof = ''] = clientFinal.exec(text) ?? []
    // There is no channel to be bound to, so what is said of one is signed and not looked at, as in Kafka.
    if (finalNonce !== nonce) throw new SaslFailed()
    const { hash } = this.#options.mechanism
    const message = `${said},${unproved}`
    const signed = (key: string) => createHmac(hash, Buffer.from(key, 'base64')).update(message).digest()
    const signature = signed(credential.storedKey)
    const proved = Buffer.from(proof, 'base64')
    if (proved.length !== signature.length) throw new SaslFailed()
    const clientKey = proved.map((byte, at) => byte ^ signature[at]!)
    const isProved = timingSafeEqual(
      createHash(hash).update(clientKey).digest(),
      Buffer.from(credential.storedKey, 'base64'),
    )
    if (!isProved || isInvented) throw new SaslFailed()
    this.#isProved = true
    return `v=${signed(credential.serverKey).toString('base64')}`
  }
}

/** Null where an equals sign stands for nothing. */
function unescaped(name: string): string | null {
  if (/=(?!2C|3D)/.test(name)) return null
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=')
}
