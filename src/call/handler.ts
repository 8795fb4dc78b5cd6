/** A handler is a value: the schema it answers, the versions it serves, what a caller must be allowed to do, and code. */
import type { Api, RequestOf, ResponseDraft, ResponseOf } from '../protocol/schema'
import type { VersionSpec } from '../protocol/versions'
import type { Call } from './call'

export type Resource = 'cluster' | 'topic' | 'group' | 'transactionalId' | 'delegationToken' | 'user'
export type Operation =
  | 'READ'
  | 'WRITE'
  | 'CREATE'
  | 'DELETE'
  | 'ALTER'
  | 'DESCRIBE'
  | 'CLUSTER_ACTION'
  | 'DESCRIBE_CONFIGS'
  | 'ALTER_CONFIGS'
  | 'IDEMPOTENT_WRITE'
  | 'CREATE_TOKENS'
  | 'DESCRIBE_TOKENS'

/**
 * What the caller must be allowed to do; every rule must hold. Data, so that ACLs, audit and docs read the same line.
 * `one` refuses the whole request, `each` refuses single entries, and a null name asks nothing. Of several operations one is
 * enough. `own` is asked by the handler itself, which alone knows the names or has to hide what it may not tell.
 */
export type Rule<Q, E> =
  | {
      readonly one: Resource
      readonly each?: never
      readonly own?: never
      readonly may: Operation | readonly Operation[]
      readonly named: (request: Q) => string | null
    }
  | {
      readonly each: Resource
      readonly one?: never
      readonly own?: never
      readonly may: Operation
      readonly named: (entry: E) => string | null
    }
  | { readonly own: Resource; readonly one?: never; readonly each?: never; readonly may: Operation }
export type Access<Q, E> = 'open' | readonly Rule<Q, E>[]

type ListKey<M> = { [K in keyof M]: M[K] extends readonly unknown[] | null ? K : never }[keyof M]
type ItemOf<M, K> = K extends keyof M ? (NonNullable<M[K]> extends readonly (infer E)[] ? E : never) : never

/** How a request splits into entries that are answered, and so can be refused, one by one. */
export interface Entries<A extends Api, QK extends ListKey<RequestOf<A>>, SK extends ListKey<ResponseOf<A>>> {
  readonly request: QK
  readonly response: SK
  refuse(entry: ItemOf<RequestOf<A>, QK>, errorCode: number): ItemOf<ResponseDraft<A>, SK>
}

export type Reply<A extends Api> = Omit<ResponseDraft<A>, 'throttleTimeMs'>

/** What an API file writes, checked against its schema. The quota stage fills the throttle time. */
export interface HandlerSpec<B, A extends Api, QK extends ListKey<RequestOf<A>>, SK extends ListKey<ResponseOf<A>>> {
  readonly api: A
  readonly serves: VersionSpec
  readonly access: Access<RequestOf<A>, ItemOf<RequestOf<A>, QK>>
  readonly entries?: Entries<A, QK, SK>
  /**
   * True when `handle` uses the request's byte fields only before it first waits, or copies them. The edge then lends it
   * the network's own buffer; everybody else gets a copy to keep.
   */
  readonly borrows?: boolean
  /** The reply for a refusal of the whole request, where `{ errorCode }` (or every entry refused) is not its shape. */
  refuseAll?(request: RequestOf<A>, errorCode: number, message: string | null, call: Call): Reply<A>
  /** Null sends no reply at all (Produce with acks=0). */
  handle(broker: B, call: Call, request: RequestOf<A>): Reply<A> | null | Promise<Reply<A> | null>
}

/** A message whose type the pipeline does not need to know. Erased in `handlerKind` and nowhere else. */
export type Body = any

export interface Handler<B> {
  readonly api: Api
  readonly serves: VersionSpec
  readonly access: Access<Body, Body>
  readonly entries?: {
    readonly request: string
    readonly response: string
    refuse(entry: Body, errorCode: number): Body
  }
  readonly borrows?: boolean
  refuseAll?(request: Body, errorCode: number, message: string | null, call: Call): Body
  handle(broker: B, call: Call, request: Body): Body | Promise<Body>
}

/** Makes the `defineHandler` of a broker type; the broker room calls it once. */
export function handlerKind<B>() {
  return <A extends Api, QK extends ListKey<RequestOf<A>> = never, SK extends ListKey<ResponseOf<A>> = never>(
    spec: HandlerSpec<B, A, QK, SK>,
  ): Handler<B> => spec as unknown as Handler<B>
}
