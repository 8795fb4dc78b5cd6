/** Whether a record is the one that a test waits for, and what to say when none was. */
import type { GroupFacts, GroupWish } from './commands'
import { isObject, kind, onlyKnown } from './kinds'
import { jsonOr, type Rec, textOf } from './values'

type DeepPartial<T> = T extends object ? { readonly [K in keyof T]?: DeepPartial<T[K]> } : T

/** Part of a record, or a function. Objects match when they have at least what is asked; `expect.any(...)` works in them. */
export type Match<T> =
  | (DeepPartial<Omit<Rec<T>, 'key' | 'value' | 'headers'>> & {
      readonly key?: unknown
      readonly value?: unknown
      readonly headers?: unknown
    })
  | ((record: Rec<T>) => boolean)

const parts = ['topic', 'partition', 'offset', 'timestampMs', 'key', 'value', 'headers'] satisfies (keyof Rec)[]

const partOrFunction = kind(
  'a part of a record or a function',
  one => (isObject(one) && (isPlain(one) || isAsymmetric(one))) || typeof one === 'function',
)

/** Throws TypeError for what no record can match, and for what would match any. */
export function checkMatch(match: unknown, what: string): void {
  partOrFunction(match, what)
  if (tagOf(match) === 'AsyncFunction') throw new TypeError(synchronous(what))
  if (!isObject(match) || isAsymmetric(match)) return
  onlyKnown(match, parts, what)
  checkPattern(match, what, [])
}

export function isMatch<T>(record: Rec<T>, match: Match<T>): boolean {
  if (typeof match !== 'function') return isAsymmetric(match) ? match.asymmetricMatch(record) : hasParts(record, match)
  const says: unknown = match(record)
  if (typeof (says as Partial<Promise<unknown>> | null)?.then !== 'function') return Boolean(says)
  // It may fail as well, and then nobody else hears of that.
  void Promise.resolve(says).catch(() => undefined)
  throw new TypeError(synchronous('a match'))
}

function hasParts(record: Rec, match: object): boolean {
  return Object.entries(match).every(([name, wanted]) => {
    const value = record[name as keyof Rec]
    if (name === 'key' || name === 'value') return isContent(value, wanted)
    return contains(value, wanted, name === 'headers' ? isContent : contains)
  })
}

const synchronous = (what: string): string =>
  `${what} is a function that gives a promise: predicates are synchronous, so read what they need before.`

/** Matchers of jest and vitest, as `expect.objectContaining`. */
interface Asymmetric {
  asymmetricMatch(value: unknown): boolean
}

const isAsymmetric = (wanted: object): wanted is Asymmetric =>
  typeof (wanted as Partial<Asymmetric>).asymmetricMatch === 'function'

const cannotBe = kind('what JSON can tell, bytes, a RegExp, a Date or a matcher', () => false)

/** `above` are the objects that it is in. */
function checkPattern(part: unknown, what: string, above: readonly object[]): void {
  if (['function', 'symbol', 'bigint'].includes(typeof part)) cannotBe(part, what)
  if (typeof part !== 'object' || part === null || isAsymmetric(part) || ArrayBuffer.isView(part) || isRegExp(part))
    return
  if (isDate(part) && !Number.isNaN(part.getTime())) return
  if (above.includes(part)) throw new TypeError(`${what} is part of itself.`)
  if (!Array.isArray(part) && !isPlain(part)) {
    const name = (part as { readonly constructor?: { readonly name?: string } }).constructor?.name || 'a class'
    throw new TypeError(`${what} is no plain object but a ${name}: give its parts, as { ...it } does.`)
  }
  for (const [name, inner] of Object.entries(part)) checkPattern(inner, `${name} of ${what}`, [...above, part])
}

type Compare = (value: unknown, wanted: unknown) => boolean

function contains(value: unknown, wanted: unknown, inner: Compare = contains): boolean {
  if (typeof wanted !== 'object' || wanted === null) return Object.is(value, wanted)
  if (isAsymmetric(wanted)) return wanted.asymmetricMatch(value)
  if (isRegExp(wanted)) return typeof value === 'string' && value.search(wanted) >= 0
  if (isDate(wanted)) return isTime(value, wanted)
  if (typeof value !== 'object' || value === null) return false
  if (ArrayBuffer.isView(wanted)) {
    // Within JSON they are what JSON makes of them.
    if (!ArrayBuffer.isView(value)) return JSON.stringify(value) === JSON.stringify(wanted)
    return Buffer.compare(bytesIn(value), bytesIn(wanted)) === 0
  }
  if (Array.isArray(wanted) && (!Array.isArray(value) || value.length !== wanted.length)) return false
  return Object.entries(wanted).every(([key, part]) => inner((value as { [key: string]: unknown })[key], part))
}

/** Keys, values and headers were bytes: what was produced as one thing may have been read as another. */
function isContent(value: unknown, wanted: unknown): boolean {
  if (ArrayBuffer.isView(wanted) && !ArrayBuffer.isView(value))
    return isContent(value, textOf(bytesIn(wanted)) ?? wanted)
  if (typeof value === 'string') {
    if (typeof wanted === 'number' || typeof wanted === 'boolean') return value === String(wanted)
    // Keys stay texts, and so do values where that is asked for.
    const json = typeof wanted === 'object' && !isTest(wanted) ? jsonOr(value) : value
    if (json !== value) return contains(json, wanted)
  }
  if (typeof wanted === 'string' && typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    const json = jsonOr(wanted)
    return json !== wanted && JSON.stringify(json) === JSON.stringify(value)
  }
  return contains(value, wanted)
}

/** What looks at a text itself. */
const isTest = (wanted: object | null): boolean =>
  wanted === null || isAsymmetric(wanted) || isRegExp(wanted) || ArrayBuffer.isView(wanted)

/** What JSON makes of a time is a text; a program of another kind may have made a number of it. */
const isTime = (value: unknown, wanted: Date): boolean =>
  (typeof value === 'string' || typeof value === 'number') && new Date(value).getTime() === wanted.getTime()

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice('[object '.length, -1)
// By their tags: a test may run in another realm, where these are other classes.
const isRegExp = (value: unknown): value is RegExp => tagOf(value) === 'RegExp'
const isDate = (value: unknown): value is Date => tagOf(value) === 'Date'

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null
  return prototype === null || (Object.getPrototypeOf(prototype) === null && tagOf(value) === 'Object')
}

const bytesIn = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

const shownMax = 10
const textLengthMax = 200

/** What was there instead: the newest records, one a line. */
export function seenLines(records: readonly Rec[]): string {
  if (records.length === 0) return 'No record was there.'
  const shown = records.slice(-shownMax)
  const head = `${records.length} record${records.length === 1 ? ' was' : 's were'} there`
  const some = shown.length < records.length ? `, the last ${shownMax} of them` : ''
  return [`${head}${some}:`, ...shown.map(lineOf)].join('\n')
}

function lineOf({ partition, offset, key, value, headers }: Rec): string {
  const about = Object.keys(headers).length === 0 ? '' : ` headers=${shownAs(headers)}`
  return `  partition ${partition}, offset ${offset}: key=${shownAs(key)} value=${shownAs(value)}${about}`
}

/** What is long is cut before it is made a text of: a record may be longer than any text. */
export function shownAs(value: unknown): string {
  const text = Buffer.isBuffer(value) ? hexOf(value) : (JSON.stringify(shortened(value, 0)) ?? String(value))
  return text.length > textLengthMax ? `${text.slice(0, textLengthMax)}...` : text
}

const hexOf = (bytes: Buffer): string => `<${bytes.subarray(0, textLengthMax).toString('hex')}>`

/** Deeper than this nothing is within the text that is shown. */
const depthMax = textLengthMax / 2

/** As much of it as can be shown. JSON tells nothing of a RegExp. */
function shortened(part: unknown, depth: number): unknown {
  if (typeof part === 'string') return part.slice(0, textLengthMax + 1)
  if (isRegExp(part)) return String(part)
  if (Buffer.isBuffer(part)) return hexOf(part)
  if (typeof part !== 'object' || part === null || depth > depthMax) return part
  if (Array.isArray(part)) return part.slice(0, textLengthMax).map(inner => shortened(inner, depth + 1))
  if (!isPlain(part) || isAsymmetric(part)) return part
  const entries = Object.entries(part).slice(0, textLengthMax)
  return Object.fromEntries(entries.map(([name, inner]) => [name.slice(0, textLengthMax), shortened(inner, depth + 1)]))
}

export const matchText = (match: unknown): string =>
  typeof match === 'function' ? `matches ${shownAs(String(match))}` : `has ${shownAs(match)}`

export function wishText({ state, members, assigned, caughtUp }: GroupWish): string {
  const wishes = [
    ...(state === null ? [] : [state]),
    ...(members === null ? [] : [`of ${members} member${members === 1 ? '' : 's'}`]),
    ...(assigned.length === 0 ? [] : [`assigned ${assigned.join(', ')}`]),
    ...(caughtUp ? ['caught up'] : []),
  ]
  return wishes.join(', ')
}

export function groupLines({ state, members, lag }: GroupFacts): string {
  const all = members.map(({ memberId, clientId, assigned }) => {
    const partitions = assigned.map(({ topic, partition }) => `${topic}-${partition}`).join(' ') || 'nothing'
    return `  member ${memberId} (client "${clientId}"): ${partitions}`
  })
  const behind = lag.map(({ topic, partition, committed, end, records }) => {
    return `  ${topic}-${partition}: committed ${committed ?? 'nothing'}, ends at ${end}, ${records} behind`
  })
  const count = `${members.length} member${members.length === 1 ? '' : 's'}`
  return [`It is ${state}, with ${count}.`, ...all, ...behind].join('\n')
}
