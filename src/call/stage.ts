/** Stages wrap handlers for what concerns many APIs. Applied once, at start-up. */
import { Refusal, errors } from '../protocol/errors'
import type { Call } from './call'
import type { Body, Handler } from './handler'

/** Answers at once where it can, so that a turn of the event loop may gather many replies into one write. */
export type Next = (call: Call, request: Body) => Body | Promise<Body>

/** Wraps one handler. A stage with nothing to do for it returns `next` itself. */
export type Stage = (handler: Handler<never>, next: Next) => Next

export function compose<B>(handler: Handler<B>, broker: B, stages: readonly Stage[]): Next {
  const innermost: Next = (call, request) => handler.handle(broker, call, request)
  return stages.reduceRight((next, stage) => stage(handler as Handler<never>, next), innermost)
}

export const isPromise = (value: unknown): value is Promise<Body> =>
  typeof value === 'object' && value !== null && typeof (value as Promise<Body>).then === 'function'

/** Answers what a handler throws in the shape the API gives it; `onBug` hears of everything that is not a Refusal. */
export const guard =
  (onBug: (handler: Handler<never>, error: unknown) => void): Stage =>
  (handler, next) => {
    const answer = (call: Call, request: Body, error: unknown): Body => {
      if (error instanceof Refusal) return refuseAll(handler, call, request, error.code, error.detail)
      onBug(handler, error)
      return refuseAll(handler, call, request, errors.UNKNOWN_SERVER_ERROR.code, null)
    }
    return (call, request) => {
      try {
        const reply = next(call, request)
        return isPromise(reply) ? reply.catch(error => answer(call, request, error)) : reply
      } catch (error) {
        return answer(call, request, error)
      }
    }
  }

/** The reply that refuses a whole request: the handler's own shape, or entry by entry, or one error code. */
export function refuseAll(
  handler: Handler<never>,
  call: Call,
  request: Body,
  errorCode: number,
  message: string | null,
): Body {
  if (handler.refuseAll) return handler.refuseAll(request, errorCode, message, call)
  const { entries } = handler
  if (!entries) return { errorCode, errorMessage: message }
  const asked: Body[] = request[entries.request] ?? []
  return { errorCode, [entries.response]: asked.map(entry => entries.refuse(entry, errorCode)) }
}
