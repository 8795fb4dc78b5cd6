/** The stage that asks for leave: what a handler's access rules say of the whole request, and of each of its entries. */
import type { Call } from '../call/call'
import type { Body, Handler, Operation, Resource, Rule } from '../call/handler'
import { isPromise, type Next, type Stage } from '../call/stage'
import { errors, Refusal } from '../protocol/errors'
import { type AccessControl, denials } from '../security/access-control'
import type { Broker } from './broker'

type AnyRule = Rule<Body, Body>
type OfOne = Extract<AnyRule, { named: unknown; one: unknown }>

/** Costs nothing where there is no authorizer, or nothing to ask. */
export const authorized =
  ({ access }: Pick<Broker, 'access'>): Stage =>
  (handler, next) => {
    if (!access.isOn || handler.access === 'open') return next
    const rules: readonly AnyRule[] = handler.access
    const each = rules.find(rule => rule.each !== undefined)
    const ones = rules.filter(rule => rule.one !== undefined) as OfOne[]
    const inner = each ? byEntry(access, handler, each, next) : next
    if (ones.length === 0) return inner
    return (call, request) => {
      for (const { one, may, named } of ones) {
        const name = named(request)
        if (name === null || isAnyAllowed(access, call, [may].flat(), one, name)) continue
        throw new Refusal(denials[one], `${[may].flat().join(' or ')} on the ${one} is needed.`)
      }
      return inner(call, request)
    }
  }

/** Of several that would do, only the last is what is missing. */
function isAnyAllowed(
  access: AccessControl,
  call: Call,
  operations: readonly Operation[],
  resource: Resource,
  name: string,
): boolean {
  const others = operations.slice(0, -1)
  if (others.some(operation => access.wouldAllow(call, operation, resource, name))) return true
  return access.isAllowed(call, operations.at(-1)!, resource, name)
}

/** Hands on the entries that are allowed, and answers the others after them. */
function byEntry(
  access: AccessControl,
  { entries }: Handler<never>,
  { each, may, named }: Extract<AnyRule, { each: string }>,
  next: Next,
): Next {
  const { request: asked, response: told, refuse } = entries!
  const errorCode = errors[denials[each]].code
  return (call, request) => {
    const isAllowed = (entry: Body) => {
      const name = named(entry)
      return name === null || access.isAllowed(call, may, each, name)
    }
    const all: readonly Body[] = request[asked] ?? []
    const denied = all.filter(entry => !isAllowed(entry))
    if (denied.length === 0) return next(call, request)
    const refusals = denied.map(entry => refuse(entry, errorCode))
    const withRefusals = (reply: Body) => ({ ...reply, [told]: [...reply[told], ...refusals] })
    const reply = next(call, { ...request, [asked]: all.filter(isAllowed) })
    return isPromise(reply) ? reply.then(withRefusals) : withRefusals(reply)
  }
}
