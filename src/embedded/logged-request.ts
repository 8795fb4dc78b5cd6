/** A request as a test sees it: decoded, and with what became of it. */
export interface LoggedRequest {
  /** Kafka's name of the API. */
  readonly api: string
  readonly version: number
  readonly clientId: string | null
  /** By the clock of the broker. */
  readonly atMs: number
  /** Its fields by Kafka's names. Instead of bytes it has `{ bytes: 123 }`, of long lists the first hundred. */
  readonly request: { readonly [field: string]: unknown }
  readonly isAnswered: boolean
  /** Errors that stand in the answer. */
  readonly errors: readonly string[]
}
