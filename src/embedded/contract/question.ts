/** A request of which a function of the test is asked, and what it decides: see `faults.on`. */

/** All of it can be copied from one thread to another. */
export interface Question {
  /** By which it is answered. */
  readonly id: number
  /** The number of the function. */
  readonly asks: number
  readonly about: RequestFacts
  readonly request: unknown
}

export interface RequestFacts {
  /** Kafka's name of the API. */
  readonly api: string
  readonly version: number
  readonly clientId: string | null
  /** The id of the node that was asked. */
  readonly node: number
  /** At the client's end. */
  readonly host: string
  readonly port: number
}

export type Decision =
  /** As without the function. */
  | { readonly does: 'serve' }
  /** A response, in which fields may be left out. */
  | { readonly does: 'reply'; readonly reply: unknown }
  /** By Kafka's name of an error. */
  | { readonly does: 'refuse'; readonly error: string }
  | { readonly does: 'drop' }
  /** The function threw, or gave what is no answer. */
  | { readonly does: 'fail'; readonly why: string }
