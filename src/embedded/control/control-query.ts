/** What stands in paths, queries and bodies of the control port. What makes no sense throws TypeError, which names it. */
import type { GroupWish, OffsetSpec } from '../contract/commands'
import { onlyKnown } from '../contract/kinds'
import { waitMsDefault } from '../contract/waits'

/** Beyond it no count, partition or time to wait means anything; offsets may. */
const numberMax = 2 ** 31 - 1
const states = ['Stable', 'Empty', 'PreparingRebalance', 'CompletingRebalance', 'Dead']

interface Range {
  readonly least?: number
  readonly most?: number
}

/** As JSON, a path or a query has it. */
export function wholeNumber(given: unknown, name: string, { least = 0, most = numberMax }: Range = {}): number {
  const number = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given
  if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most) return number
  throw wrong(name, `a whole number from ${least} to ${most}`, given)
}

/** Of a body; false when it is left out. */
export function flag(given: unknown, name: string): boolean {
  if (given === undefined || given === false) return false
  if (given === true) return true
  throw wrong(name, 'true or false', given)
}

export function text(given: unknown, name: string): string {
  if (typeof given === 'string' && given !== '') return given
  throw wrong(name, 'a text', given)
}

/** A time of day, in milliseconds. */
function timeOf(at: unknown): number {
  const ms = typeof at === 'number' ? at : Date.parse(String(at))
  if (!Number.isFinite(ms)) throw new TypeError(`${String(at)} is no time: milliseconds, or 2030-01-01T00:00:00Z`)
  return ms
}

/** The same, from 1970 on, as records can have. */
export function dateOf(at: unknown): number {
  const ms = timeOf(at)
  if (ms < 0) throw wrong('at', 'a time from 1970 on', at)
  return ms
}

function wrong(name: string, says: string, given: unknown): TypeError {
  const instead = given === undefined ? 'and has to be given' : `not ${JSON.stringify(given)}`
  return new TypeError(`${name} is ${says}, ${instead}`)
}

/** What the query of a request may have; only `assigned` may come several times. */
export function checkQuery(query: URLSearchParams, names: readonly string[], what: string): void {
  onlyKnown(Object.fromEntries(query), names, what)
  const doubled = names.find(name => name !== 'assigned' && query.getAll(name).length > 1)
  if (doubled !== undefined) throw new TypeError(`${doubled} of ${what} is given more than once`)
}

const numberIn = (query: URLSearchParams, name: string): number | null =>
  query.has(name) ? wholeNumber(query.get(name), name) : null

export const waitOf = (query: URLSearchParams): number => numberIn(query, 'timeoutMs') ?? waitMsDefault

export interface RecordsQuery {
  /** 0 is all there is, without waiting for it. */
  readonly count: number
  readonly partition?: number
  readonly from: OffsetSpec
  readonly to?: OffsetSpec
  readonly timeoutMs: number
}

export function recordsQuery(query: URLSearchParams): RecordsQuery {
  const [partition, to] = [numberIn(query, 'partition'), placeOf(query, 'to')]
  return {
    count: numberIn(query, 'count') ?? 0,
    ...(partition !== null && { partition }),
    from: placeOf(query, 'from') ?? 'start',
    ...(to !== null && { to }),
    timeoutMs: waitOf(query),
  }
}

/** An offset, `start`, `end`, or a time as `@1767225600000` or `@2026-01-01T00:00:00Z`; null when it is not given. */
function placeOf(query: URLSearchParams, name: string): OffsetSpec | null {
  const given = query.get(name)
  if (given === null || given === 'start' || given === 'end') return given
  if (/^\d+$/.test(given)) return wholeNumber(given, name, { most: Number.MAX_SAFE_INTEGER })
  if (given.startsWith('@')) {
    const time = given.slice(1)
    return { timestampMs: timeOf(/^\d+$/.test(time) ? Number(time) : time) }
  }
  throw new TypeError(`${name} is an offset, start, end, or a time as @2026-01-01T00:00:00Z, not ${given}`)
}

/** Null when nothing is wished for. */
export function groupQuery(query: URLSearchParams): GroupWish | null {
  const [state, members] = [query.get('state'), numberIn(query, 'members')]
  if (state !== null && !states.includes(state)) throw wrong('state', `one of ${states.join(', ')}`, state)
  const caughtUp = query.get('caughtUp') ?? 'false'
  if (caughtUp !== 'true' && caughtUp !== 'false') throw wrong('caughtUp', 'true or false', caughtUp)
  const assigned = query.getAll('assigned')
  if (state === null && members === null && assigned.length === 0 && caughtUp === 'false') return null
  return { state, members, assigned, caughtUp: caughtUp === 'true' }
}
