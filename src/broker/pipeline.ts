/** The list of stages, top to bottom, and the table that finds the handler of a request. Built once, at start-up. */
import { compose, guard, type Next, type Stage } from '../call/stage'
import type { Call } from '../call/call'
import type { Body, Handler } from '../call/handler'
import { codecOf, type Codec } from '../protocol/codec'
import { rangeOf } from '../protocol/versions'
import { assert } from '../platform/assert'
import { authorized } from './authorized'
import type { ApiRange, Broker } from './broker'

/** Everything the edge needs to serve one API. */
export interface Route {
  readonly handler: Handler<Broker>
  serve(call: Call, request: Body): Body | Promise<Body>
  readonly minVersion: number
  readonly maxVersion: number
  readonly borrows: boolean
  /** Whether time counts that is spent on requests. */
  readonly isMetered: boolean
  /** So much besides what `serve` took before it returned. */
  spent(call: Call, ms: number): void
  requestCodec(version: number): Codec<Body, Body>
  responseCodec(version: number): Codec<Body, Body>
}

export type Routes = ReadonlyMap<number, Route>

export function stagesOf(broker: Broker): Stage[] {
  return [
    timed(broker),
    guard((handler, error) =>
      broker.logger.error('request-failed', {
        api: handler.api.name,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    ),
    authorized(broker),
  ]
}

/** Quotas of time count what a request takes of the one thread, not what it waits; what only brokers ask has none. */
const timed =
  ({ quotas, clock }: Broker): Stage =>
  (handler, next) => {
    if (isOfBrokers(handler)) return next
    return (call, request) => {
      if (quotas.isIdle) return next(call, request)
      const beganMs = clock.monotonic()
      const reply = next(call, request)
      quotas.took(call, clock.monotonic() - beganMs)
      return reply
    }
  }

const isOfBrokers = ({ access }: Handler<Broker>): boolean =>
  access !== 'open' && access.some(({ one, may }) => one !== undefined && [may].flat().includes('CLUSTER_ACTION'))

/** `outer` are stages around those of every broker, the first of them outermost. */
export function routesOf(handlers: readonly Handler<Broker>[], broker: Broker, outer: readonly Stage[] = []): Routes {
  const stages = [...outer, ...stagesOf(broker)]
  const { quotas } = broker
  return new Map(
    handlers.map(handler => [handler.api.key, routeOf(handler, quotas, () => compose(handler, broker, stages))]),
  )
}

/** A class, since each cluster of a process has a route for every API: what is the same for all of them is made once. */
class HandlerRoute implements Route {
  readonly handler: Handler<Broker>
  readonly minVersion: number
  readonly maxVersion: number
  readonly #quotas: Broker['quotas']
  /** Stages are wound around a handler when it is first asked: most clusters in tests are asked for few. */
  readonly #composed: () => Next
  #serve: Next | null = null

  constructor(handler: Handler<Broker>, quotas: Broker['quotas'], composed: () => Next) {
    this.#quotas = quotas
    const { min, max } = rangeOf(handler.serves)
    this.handler = handler
    this.minVersion = min
    this.maxVersion = max
    this.#composed = composed
  }

  get isMetered(): boolean {
    return !this.#quotas.isIdle && !isOfBrokers(this.handler)
  }

  spent(call: Call, ms: number): void {
    this.#quotas.spent(call, ms)
  }

  get borrows(): boolean {
    return this.handler.borrows === true
  }

  serve(call: Call, request: Body): Body | Promise<Body> {
    this.#serve ??= this.#composed()
    return this.#serve(call, request)
  }

  requestCodec(version: number): Codec<Body, Body> {
    return codecOf(this.handler.api, 'request', version)
  }

  responseCodec(version: number): Codec<Body, Body> {
    return codecOf(this.handler.api, 'response', version)
  }
}

function routeOf(handler: Handler<Broker>, quotas: Broker['quotas'], composed: () => Next): Route {
  const { api, serves } = handler
  const { min, max } = rangeOf(serves)
  const declared = rangeOf(api.versions)
  assert(min >= declared.min && max <= declared.max, `${api.name} serves ${serves} and declares ${api.versions}`)
  return new HandlerRoute(handler, quotas, composed)
}

/** What ApiVersions tells of the handlers: key by key, in order. */
export function rangesOf(handlers: readonly Handler<Broker>[]): ApiRange[] {
  return handlers
    .map(({ api, serves }) => {
      const { min, max } = rangeOf(serves)
      return { apiKey: api.key, minVersion: min, maxVersion: max }
    })
    .sort((a, b) => a.apiKey - b.apiKey)
}
