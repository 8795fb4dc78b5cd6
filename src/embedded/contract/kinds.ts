/**
 * What options and arguments may be. Types say so as well, but many tests are written in JavaScript, and an option that is
 * passed over makes a test that proves something else.
 */
import { nearestNames } from '../../platform/nearest'

/** Throws TypeError, with what is possible, unless a value is of this kind. `what` names it, as `state of waitForGroup`. */
export type Kind = (value: unknown, what: string) => void

export const kind =
  (says: string, isOne: (value: unknown) => boolean): Kind =>
  (value, what) => {
    if (!isOne(value)) throw new TypeError(`${what} is ${says}, not ${shown(value)}.`)
  }

export const isText = (value: unknown): value is string => typeof value === 'string'
export const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const text = kind('a text', isText)
export const flag = kind('true or false', value => typeof value === 'boolean')
export const wholeNumber = kind('a whole number from 0 on', value => Number.isInteger(value) && Number(value) >= 0)
/** Fractions of them are what timers take too. */
export const milliseconds = kind('a number of milliseconds', value => Number.isFinite(value) && Number(value) >= 0)
export const anyFunction = kind('a function', value => typeof value === 'function')

export const oneOf = (...values: readonly string[]): Kind =>
  kind(alternatives(values), value => isText(value) && values.includes(value))

/** An object whose names are the caller's. */
export const mapOf = (says: string, isValue: (value: unknown) => boolean): Kind =>
  kind(says, value => isObject(value) && Object.values(value).every(isValue))

/** A list of such, or one alone, as `listOf` takes it. */
export const some =
  (item: Kind): Kind =>
  (value, what) => {
    for (const one of listOf(value)) item(one, what)
  }

export const listOf = <T>(given: T | readonly T[]): readonly T[] => (Array.isArray(given) ? given : [given as T])

/** The options of something. `undefined` is as good as left out, but for those that it `needs`. */
export function shape<T extends object>(
  kinds: { readonly [K in keyof T]-?: Kind },
  needs: readonly (keyof T & string)[] = [],
): Kind {
  const entries = Object.entries<Kind>(kinds)
  const names = entries.map(([name]) => name)
  return (value, what) => {
    if (!isObject(value)) throw new TypeError(`${what} takes { ${names.join(', ')} }, not ${shown(value)}.`)
    onlyKnown(value, names, what)
    for (const [name, of] of entries) if (value[name] !== undefined) of(value[name], `${name} of ${what}`)
    const missing = needs.find(name => value[name] === undefined)
    if (missing !== undefined) throw new TypeError(`${what} needs ${missing}.`)
  }
}

/** Throws TypeError, with the nearest name that is known, for one that nobody knows. */
export function onlyKnown(given: object, names: readonly string[], what: string): void {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    throw new TypeError(
      `${what} has no option '${name}'.${nearest(names, name) || ` It has ${names.join(', ') || 'none'}.`}`,
    )
  }
}

/** ` Did you mean topics?`, or nothing when nothing is near. */
export function nearest(names: readonly string[], asked: string): string {
  const [near] = nearestNames(names, asked, 1)
  return near === undefined ? '' : ` Did you mean ${near}?`
}

/** `'a', 'b' or 'c'` */
function alternatives(values: readonly string[]): string {
  const quoted = values.map(value => `'${value}'`)
  return [quoted.slice(0, -1).join(', '), quoted.at(-1)].filter(Boolean).join(' or ')
}

const shownMax = 100

function shown(value: unknown): string {
  if (isText(value)) return `'${value.slice(0, shownMax)}'`
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'function') return 'a function'
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'a Date that is no time' : `the Date ${value.toISOString()}`
  return isObject(value) ? `an object of { ${Object.keys(value).join(', ').slice(0, shownMax)} }` : String(value)
}
