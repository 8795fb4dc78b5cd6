/** One SASL exchange, the server's side: tokens in, tokens out, until it is known who the client is or that it lies. */

/** The client is not who it says it is, or says it in a way that nobody understands. */
export class SaslFailed extends Error {
  override readonly name = 'SaslFailed'
  /** What the client is told; null where it is told no more than that. */
  readonly detail: string | null

  constructor(detail: string | null = null) {
    super(detail ?? 'invalid credentials')
    this.detail = detail
  }
}

export interface SaslExchange {
  /** Who the client is; null until that is proved. */
  readonly user: string | null
  /** Whether that was proved with a delegation token. */
  readonly isByToken: boolean
  /** How long what proved it lasts; null where it does not end. */
  readonly lifetimeMs: number | null
  /** What is said in answer to a token. Throws SaslFailed. */
  answer(token: Buffer): Buffer
}
