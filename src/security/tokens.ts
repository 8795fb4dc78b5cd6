/**
 * Delegation tokens (KIP-48): what proves that somebody has one is made of its id and of a key of the brokers, and is made
 * anew whenever it is needed. With it as a password a client comes in by SCRAM as the owner of the token.
 */
import { createHmac, pbkdf2Sync } from 'node:crypto'
import type { Metadata } from '../metadata/metadata'
import { kafkaSalt, scramKeys, type ScramMechanism } from '../metadata/users/scram'
import type { StoredScram, StoredToken, Table } from '../metadata/image/tables'
import { decideCreateToken, decideExpireToken, decideRenewToken, decideSweepTokens } from '../metadata/users/tokens'
import type { Clock } from '../platform/clock'
import type { Random } from '../platform/random'

export interface TokenOptions {
  readonly metadata: Pick<Metadata, 'decide' | 'image'>
  readonly clock: Clock
  readonly random: Random
  /** `delegation.token.secret.key`. */
  readonly secret: string
  /** `delegation.token.max.lifetime.ms`. */
  readonly maxLifetimeMs: number
  /** `delegation.token.expiry.time.ms`: how long a token lasts that nobody renews. */
  readonly renewMs: number
}

export interface WantedToken {
  readonly owner: string
  readonly requester: string
  readonly renewers: readonly string[]
  /** As long as may be where it is not above 0. */
  readonly maxLifetimeMs: number
}

/** A token with what proves that one has it. */
export interface Token extends StoredToken {
  readonly id: string
  readonly hmac: Buffer
}

/** How somebody comes in who has a token. */
export interface TokenLogin {
  /** The name of the owner. */
  readonly owner: string
  readonly credential: StoredScram
  /** Of what is left, 0 when the token is over. */
  readonly lifetimeMs: number
}

/** As of every SCRAM credential that nobody chose otherwise. */
const iterations = 4096
const idBytes = 16
/** Remembered digests and credentials; made anew where there are more. */
const rememberedMax = 10_000

export class DelegationTokens {
  readonly #options: TokenOptions
  readonly #hmacs = new Map<string, Buffer>()
  readonly #credentials = new Map<string, StoredScram>()

  constructor(options: TokenOptions) {
    this.#options = options
  }

  async create({ maxLifetimeMs, ...who }: WantedToken): Promise<Token> {
    const { metadata, clock, random, renewMs, maxLifetimeMs: mostMs } = this.#options
    const issuedMs = clock.now()
    const maxMs = issuedMs + (maxLifetimeMs > 0 ? Math.min(maxLifetimeMs, mostMs) : mostMs)
    const token = { ...who, issuedMs, maxMs, expiresMs: Math.min(maxMs, issuedMs + renewMs) }
    const id = random.bytes(idBytes).toString('base64url')
    await metadata.decide(() => decideCreateToken(id, token))
    return { ...token, id, hmac: this.#hmacOf(id) }
  }

  /** Resolves with when it expires now. Throws Refusal. */
  renew(by: string, hmac: Buffer, periodMs: number): Promise<number> {
    const { metadata, clock, renewMs } = this.#options
    const lifetimeMs = periodMs > 0 ? Math.min(periodMs, renewMs) : renewMs
    return metadata.decide(context => decideRenewToken(context, this.#asked(by, hmac), lifetimeMs, clock.now()))
  }

  /** Resolves with when it expires now; a period below 0 ends it at once. Throws Refusal. */
  expire(by: string, hmac: Buffer, periodMs: number): Promise<number> {
    const { metadata, clock } = this.#options
    return metadata.decide(context => decideExpireToken(context, this.#asked(by, hmac), periodMs, clock.now()))
  }

  /** Forgets those whose time is over; resolves with how many. */
  sweep(): Promise<number> {
    const { metadata, clock } = this.#options
    return metadata.decide(context => decideSweepTokens(context, clock.now()))
  }

  all(): Token[] {
    return Array.from(this.#table().entries(), ([id, token]) => ({ ...token, id, hmac: this.#hmacOf(id) }))
  }

  /** Undefined for an id that no token has. */
  login(mechanism: ScramMechanism, id: string): TokenLogin | undefined {
    const token = this.#table().get(id)
    if (!token) return undefined
    return {
      owner: token.owner.slice(token.owner.indexOf(':') + 1),
      credential: this.#credential(mechanism, id),
      lifetimeMs: Math.max(0, token.expiresMs - this.#options.clock.now()),
    }
  }

  #table(): Table<StoredToken> {
    return this.#options.metadata.image.table('token')
  }

  #asked(by: string, hmac: Buffer) {
    const find = (tokens: Table<StoredToken>): string | null => {
      for (const [id] of tokens.entries()) if (this.#hmacOf(id).equals(hmac)) return id
      return null
    }
    return { by, find }
  }

  #hmacOf(id: string): Buffer {
    return remembered(this.#hmacs, id, () => createHmac('sha512', this.#options.secret).update(id).digest())
  }

  #credential(mechanism: ScramMechanism, id: string): StoredScram {
    return remembered(this.#credentials, `${mechanism.name}/${id}`, () => {
      const { hash, bytes } = mechanism
      const salt = kafkaSalt(createHmac('sha512', this.#options.secret).update(`salt ${mechanism.name} ${id}`).digest())
      const password = this.#hmacOf(id).toString('base64')
      const { storedKey, serverKey } = scramKeys(mechanism, pbkdf2Sync(password, salt, iterations, bytes, hash))
      const text = (key: Buffer) => key.toString('base64')
      return { iterations, salt: text(salt), storedKey: text(storedKey), serverKey: text(serverKey) }
    })
  }
}

function remembered<V>(known: Map<string, V>, id: string, make: () => V): V {
  const present = known.get(id)
  if (present !== undefined) return present
  if (known.size >= rememberedMax) known.clear()
  const made = make()
  known.set(id, made)
  return made
}
