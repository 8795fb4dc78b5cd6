/** Faults that a test asks for: errors, delays, connections that drop. A stage around all handlers, inside of the watch. */
import type { Call } from '../call/call'
import type { Body, Handler } from '../call/handler'
import { isPromise, type Next, refuseAll, type Stage } from '../call/stage'
import type { Timers } from '../platform/clock'
import { errors, type ErrorName } from '../protocol/errors'
import { BrokerError, type Fault } from './commands'

interface Armed {
  readonly fault: Fault
  left: number
}

/** Every request is held against every fault. */
const faultsMax = 1_000

export class Faults {
  readonly #timers: Timers
  readonly #topicId: (topic: string) => string | null
  readonly #armed = new Map<number, Armed>()
  #last = 0

  /** `topicId` finds the id of a topic, by which newer versions of requests name it. */
  constructor(timers: Timers, topicId: (topic: string) => string | null) {
    this.#timers = timers
    this.#topicId = topicId
  }

  /** Gives the number by which it is lifted. Throws BrokerError for an API or an error that nobody knows. */
  add(fault: Fault, apis: ReadonlySet<string>): number {
    if (fault.api !== '*' && !apis.has(fault.api)) throw new BrokerError(`no API is called ${fault.api}`, null)
    if (fault.error !== null && !Object.hasOwn(errors, fault.error)) {
      throw new BrokerError(`no error is called ${fault.error}`, null)
    }
    if (this.#armed.size >= faultsMax) throw new BrokerError(`there are ${faultsMax} faults already`, null)
    this.#armed.set(++this.#last, { fault, left: fault.times ?? Number.POSITIVE_INFINITY })
    return this.#last
  }

  lift(id: number): void {
    this.#armed.delete(id)
  }

  clear(): void {
    this.#armed.clear()
  }

  readonly stage: Stage = (handler, next) => {
    const api = handler.api.name
    return (call, request) =>
      this.#armed.size === 0 ? next(call, request) : this.#through(handler, api, call, request, next)
  }

  #through(handler: Handler<never>, api: string, call: Call, request: Body, next: Next): Body | Promise<Body> {
    const fault = this.#take(api, call, request)
    if (fault === null) return next(call, request)
    if (fault.delayMs > 0) return this.#later(handler, fault, call, request, next)
    return this.#now(handler, fault, call, request, next)
  }

  #now(handler: Handler<never>, fault: Fault, call: Call, request: Body, next: Next): Body | Promise<Body> {
    // Who wants no acknowledgement gets none, and hears of errors by the end of the connection, as in Kafka.
    const isSilent = handler.api.name === 'Produce' && request.acks === 0
    if (fault.error !== null && !isSilent)
      return refuseAll(handler, call, request, errors[fault.error as ErrorName].code, null)
    if (!fault.drops && fault.error === null) return next(call, request)
    // What was asked is done all the same, where the answer is what gets lost.
    const done = fault.after ? next(call, request) : null
    const gone = (): null => {
      call.connection.close('a fault that a test asked for')
      return null
    }
    return isPromise(done) ? done.then(gone, gone) : gone()
  }

  async #later(handler: Handler<never>, fault: Fault, call: Call, lent: Body, next: Next): Promise<Body> {
    const request = handler.borrows === true ? kept(lent) : lent
    await new Promise<void>(resolve => {
      const cancel = this.#timers.after(fault.delayMs, resolve)
      call.connection.onClosed(() => {
        cancel()
        resolve()
      })
    })
    return this.#now(handler, fault, call, request, next)
  }

  /** The first that concerns the request, and counts it. */
  #take(api: string, call: Call, request: Body): Fault | null {
    for (const [id, armed] of this.#armed) {
      if (!this.#concerns(armed.fault, api, call, request)) continue
      armed.left -= 1
      if (armed.left <= 0) this.#armed.delete(id)
      return armed.fault
    }
    return null
  }

  #concerns({ api, topic, group, clientId }: Fault, asked: string, call: Call, request: Body): boolean {
    if (api !== '*' && api !== asked) return false
    if (clientId !== null && clientId !== call.clientId) return false
    if (group !== null && !names(request, group)) return false
    if (topic === null || names(request, topic)) return true
    const id = this.#topicId(topic)
    return id !== null && names(request, id)
  }
}

/** The same with bytes of its own. */
function kept(part: Body): Body {
  if (Buffer.isBuffer(part)) return Buffer.from(part)
  if (Array.isArray(part)) return part.map(kept)
  if (typeof part !== 'object' || part === null) return part
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, kept(value)]))
}

/** Whether a text stands anywhere in a request: requests are small, and faults rare. */
function names(request: unknown, text: string): boolean {
  if (typeof request === 'string') return request === text
  if (typeof request !== 'object' || request === null || ArrayBuffer.isView(request)) return false
  return Object.values(request).some(part => names(part, text))
}
