/** Whether a record is the one that a test waits for, and what to say when none was. */
import type { GroupFacts, GroupWish } from './commands'
import { isObject, kind, onlyKnown } from './kinds'
import type { Rec } from './values'

type DeepPartial<T> = T extends object ? { readonly [K in keyof T]?: DeepPartial<T[K]> } : T

/** Part of a record, or a function. Objects match when they have at least what is asked; `expect.any(...)` works in them. */
export type Match<T> =
  | (DeepPartial<Omit<Rec<T>, 'value'>> & { readonly value?: unknown })
  | ((record: Rec<T>) => boolean)

const parts = ['topic', 'partition', 'offset', 'timestampMs', 'key', 'value', 'headers'] satisfies (keyof Rec)[]

const partOrFunction = kind('a part of a record or a function', one => isObject(one) || typeof one === 'function')

/** Throws TypeError for what no record can match. */
export function checkMatch(match: unknown, what: string): void {
  partOrFunction(match, what)
  if (isObject(match) && !isAsymmetric(match)) onlyKnown(match, parts, what)
}

export function isMatch<T>(record: Rec<T>, match: Match<T>): boolean {
  return typeof match === 'function' ? match(record) : contains(record, match)
}

/** Matchers of jest and vitest, as `expect.objectContaining`. */
interface Asymmetric {
  asymmetricMatch(value: unknown): boolean
}

const isAsymmetric = (wanted: object): wanted is Asymmetric =>
  typeof (wanted as Partial<Asymmetric>).asymmetricMatch === 'function'

function contains(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return Object.is(value, wanted)
  if (isAsymmetric(wanted)) return wanted.asymmetricMatch(value)
  if (typeof value !== 'object' || value === null) return false
  if (ArrayBuffer.isView(wanted)) return ArrayBuffer.isView(value) && Buffer.compare(view(value), view(wanted)) === 0
  if (Array.isArray(wanted) && (!Array.isArray(value) || value.length !== wanted.length)) return false
  return Object.entries(wanted).every(([key, part]) => contains((value as { [key: string]: unknown })[key], part))
}

const view = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
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

export function shownAs(value: unknown): string {
  const text = Buffer.isBuffer(value) ? `<${value.toString('hex')}>` : (JSON.stringify(value) ?? String(value))
  return text.length > textLengthMax ? `${text.slice(0, textLengthMax)}...` : text
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
