/**
 * What stands before a connection whose client has to say who it is: SaslHandshake and the tokens of the mechanism, in
 * SaslAuthenticate or bare (KIP-43, KIP-152), and again when its time is up (KIP-368). Nothing else passes but ApiVersions.
 */
import { codecOf } from '../../protocol/codec'
import { type ErrorName, errors } from '../../protocol/errors'
import { framed } from '../../protocol/frame'
import { readRequestHeader, type RequestHeader, writeResponseHeader } from '../../protocol/header'
import { ApiVersions } from '../../protocol/messages/api-versions'
import { SaslAuthenticate } from '../../protocol/messages/sasl-authenticate'
import { SaslHandshake } from '../../protocol/messages/sasl-handshake'
import type { Api, ResponseDraft } from '../../protocol/schema'
import { holds } from '../../protocol/versions'
import { Malformed } from '../../protocol/wire/faults'
import { Reader } from '../../protocol/wire/reader'
import type { Slices } from '../../protocol/wire/slices'
import { type SaslExchange, SaslFailed } from '../../security/sasl/exchange'

export interface SaslOptions {
  readonly mechanisms: readonly string[]
  begin(mechanism: string): SaslExchange
  /** `connections.max.reauth.ms`; 0 when nobody has to say it again. */
  maxReauthMs(mechanism: string): number
  /** `sasl.server.max.receive.size`: the largest frame of who is not known yet. */
  maxReceiveBytes(): number
  /** `connection.failed.authentication.delay.ms`. */
  failureDelayMs(): number
}

/** A request that the gate has answered. With `failure` the connection is to end once the reply has left. */
export interface Taken {
  readonly reply: Slices | null
  readonly failure: string | null
  /** What the request is to be refused with in its own shape, before the connection ends. */
  readonly refusal?: ErrorName
}

/** Twice within this time nobody proves who he is; the second handshake is a request like any other. */
const reauthIntervalMs = 1_000

type State = 'versions' | 'handshake' | 'authenticate' | 'bare' | 'open' | 'failed'

export class SaslGate {
  readonly #options: SaslOptions
  #state: State = 'versions'
  #mechanism = ''
  #exchange: SaslExchange | null = null
  #user: string | null = null
  #isByToken = false
  /** That of the newest SaslAuthenticate; bare tokens are of none. */
  #expiresMs = Infinity
  #begunAgainMs = -Infinity

  constructor(options: SaslOptions) {
    this.#options = options
  }

  /** Kind and name; only meant for while the gate is open. */
  get principal(): string {
    return `User:${this.#user}`
  }

  /** Whether the client proved who it is with a delegation token. */
  get isByToken(): boolean {
    return this.#isByToken
  }

  /** Whether it is known who the client is. */
  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** Null for a request that passes. */
  take(frame: Buffer, nowMs: number): Taken | null {
    if (this.#state === 'bare') return this.#bare(frame, nowMs)
    const reader = new Reader(frame)
    const header = readRequestHeader(reader)
    if (this.#state === 'open') {
      // Where no session ends there is nothing to renew: a handshake is a request out of turn then, in Kafka too.
      const mayRenew = this.#expiresMs < Infinity && nowMs - this.#begunAgainMs >= reauthIntervalMs
      if (header.apiKey !== SaslHandshake.key || !mayRenew) {
        return nowMs > this.#expiresMs ? this.#failed('the session is over, and the client did not renew it') : null
      }
      this.#begunAgainMs = nowMs
      this.#state = 'handshake'
    }
    if (this.#state === 'versions' && header.apiKey === ApiVersions.key) {
      // One in a version that is not served is asked again.
      if (holds(ApiVersions.versions, header.apiVersion, false)) this.#state = 'handshake'
      return null
    }
    if (header.apiKey === SaslHandshake.key && (this.#state === 'versions' || this.#state === 'handshake')) {
      return this.#handshake(header, reader)
    }
    if (header.apiKey === SaslAuthenticate.key && this.#state === 'authenticate') {
      return this.#authenticate(header, reader, nowMs)
    }
    const isInTheMiddle = this.#state === 'authenticate'
    const failed = this.#failed(`API key ${header.apiKey} was asked before it was known who asks`)
    // Kafka answers those who have begun; others see their connection end.
    return isInTheMiddle ? { ...failed, refusal: 'ILLEGAL_SASL_STATE' } : failed
  }

  #handshake(header: RequestHeader, reader: Reader): Taken {
    const { mechanism } = requestOf(SaslHandshake, header, reader)
    const { mechanisms } = this.#options
    const isKnown = mechanisms.includes(mechanism)
    const errorCode = isKnown ? 0 : errors.UNSUPPORTED_SASL_MECHANISM.code
    const reply = replyTo(SaslHandshake, header, { errorCode, mechanisms })
    const isAgain = this.#user !== null
    if (!isKnown) return this.#failed(`SASL mechanism '${mechanism}' is not enabled`, isAgain ? null : reply)
    if (isAgain && mechanism !== this.#mechanism) {
      return this.#failed(`${mechanism} is not the mechanism of before, which was ${this.#mechanism}`, reply)
    }
    this.#mechanism = mechanism
    this.#exchange = this.#options.begin(mechanism)
    this.#state = header.apiVersion === 0 ? 'bare' : 'authenticate'
    return { reply, failure: null }
  }

  #authenticate(header: RequestHeader, reader: Reader, nowMs: number): Taken {
    const { authBytes } = requestOf(SaslAuthenticate, header, reader)
    try {
      const answer = this.#answer(authBytes)
      const sessionLifetimeMs = this.#lifetimeMs(nowMs)
      const told = { errorCode: 0, errorMessage: '', authBytes: answer, sessionLifetimeMs }
      return { reply: replyTo(SaslAuthenticate, header, told), failure: null }
    } catch (error) {
      if (!(error instanceof SaslFailed)) throw error
      const when = this.#user === null ? 'authentication' : 're-authentication'
      const plain = `Authentication failed during ${when} due to invalid credentials with SASL mechanism ${this.#mechanism}`
      const { code } = errors.SASL_AUTHENTICATION_FAILED
      const told = { errorCode: code, errorMessage: error.detail ?? plain, authBytes: Buffer.alloc(0) }
      return this.#failed(error.message, replyTo(SaslAuthenticate, header, told))
    }
  }

  #bare(token: Buffer, nowMs: number): Taken {
    try {
      const answer = this.#answer(token)
      this.#lifetimeMs(nowMs)
      return { reply: framed(writer => writer.raw(answer)), failure: null }
    } catch (error) {
      if (!(error instanceof SaslFailed)) throw error
      return this.#failed(error.message)
    }
  }

  /** Throws SaslFailed. */
  #answer(token: Buffer): Buffer {
    const exchange = this.#exchange!
    const answer = exchange.answer(token)
    const { user } = exchange
    if (user === null) return answer
    if (this.#user !== null && this.#user !== user) {
      throw new SaslFailed(`Cannot change principals during re-authentication from User.${this.#user}: User.${user}`)
    }
    this.#user = user
    this.#isByToken = exchange.isByToken
    this.#state = 'open'
    return answer
  }

  #lifetimeMs(nowMs: number): number {
    if (this.#state !== 'open') return 0
    const maxMs = this.#options.maxReauthMs(this.#mechanism)
    const longestMs = maxMs > 0 ? maxMs : Infinity
    const lifetimeMs = Math.min(this.#exchange!.lifetimeMs ?? Infinity, longestMs)
    this.#expiresMs = nowMs + lifetimeMs
    return lifetimeMs === Infinity ? 0 : lifetimeMs
  }

  #failed(failure: string, reply: Slices | null = null): Taken {
    this.#state = 'failed'
    return { reply, failure }
  }
}

/** Throws Malformed. */
function requestOf<A extends Api>(api: A, { apiVersion }: RequestHeader, reader: Reader) {
  if (!holds(api.versions, apiVersion, false)) throw new Malformed(`${api.name} version ${apiVersion} is not served`)
  return codecOf(api, 'request', apiVersion).read(reader)
}

function replyTo<A extends Api>(api: A, { apiVersion, correlationId }: RequestHeader, body: ResponseDraft<A>): Slices {
  return framed(writer => {
    writeResponseHeader(writer, api, apiVersion, correlationId)
    codecOf(api, 'response', apiVersion).write(writer, body as never)
  })
}
