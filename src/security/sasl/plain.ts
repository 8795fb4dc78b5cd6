/** SASL PLAIN (RFC 4616): one message with a name and a password, against a list. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { type SaslExchange, SaslFailed } from './exchange'

export class PlainExchange implements SaslExchange {
  readonly isByToken = false
  readonly lifetimeMs = null
  readonly #passwords: ReadonlyMap<string, string>
  #user: string | null = null

  constructor(passwords: ReadonlyMap<string, string>) {
    this.#passwords = passwords
  }

  get user(): string | null {
    return this.#user
  }

  answer(token: Buffer): Buffer {
    const parts = token.toString('utf8').split('\0')
    if (parts.length !== 3) {
      throw new SaslFailed(`Invalid SASL/PLAIN response: expected 3 tokens, got ${Math.min(parts.length, 4)}`)
    }
    const [authorizationId, user, password] = parts as [string, string, string]
    if (user === '') throw new SaslFailed('Authentication failed: username not specified')
    if (password === '') throw new SaslFailed('Authentication failed: password not specified')
    if (authorizationId !== '' && authorizationId !== user) {
      throw new SaslFailed(
        'Authentication failed: Client requested an authorization id that is different from username',
      )
    }
    const expected = this.#passwords.get(user)
    // Compared also where there is no such user, so that both take the same time.
    const isRight = isSame(password, expected ?? '')
    if (expected === undefined || !isRight) throw new SaslFailed('Authentication failed: Invalid username or password')
    this.#user = user
    return Buffer.alloc(0)
  }
}

/** Digests are of one length whatever the texts are. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
