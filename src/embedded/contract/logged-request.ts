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
  /** What the faults that befell it do, in their order: `error`, `delay`, ...; `ask` is a function of `faults.on`. */
  readonly faults: readonly string[]
  /** Why such a function had it refused without deciding so: it threw, was late, or gave what cannot be answered. */
  readonly why: string | null
}

/** While what becomes of it is not known yet. */
export type OpenRequest = { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] } & { faults: string[] }
