/** Keys and values between JavaScript and bytes. */
import { TextDecoder } from 'node:util'
import type { RawRecord, ToProduce } from './commands'
import { isText, kind, listOf, mapOf, shape, wholeNumber } from './kinds'

/** Text, bytes, null (which deletes a key where topics are compacted), or anything else as JSON. */
export type Content = string | Uint8Array | number | boolean | object | null

type HeaderInput = string | Uint8Array | null
/** Text where it is UTF-8, else bytes. */
export type HeaderValue = string | Buffer | null

export interface RecordInput {
  readonly key?: Content
  readonly value: Content
  /** A list is a header that comes several times. */
  readonly headers?: { readonly [key: string]: HeaderInput | readonly HeaderInput[] }
  /** Chosen by the key, as clients do, when left out. */
  readonly partition?: number
  /** Milliseconds since the epoch; now when left out. */
  readonly timestampMs?: number
}

/** How values are read. `auto` takes JSON objects and arrays for what they are, other UTF-8 for text, the rest for bytes. */
export type ReadAs = 'auto' | 'json' | 'string' | 'buffer'

export interface Rec<T = unknown> {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  /** Text where it is UTF-8, else bytes. */
  readonly key: string | Buffer | null
  readonly value: T
  /** A list where a header comes several times, which is rare. */
  readonly headers: { readonly [key: string]: HeaderValue | readonly HeaderValue[] }
}

const isBytes = (content: unknown): content is Uint8Array => ArrayBuffer.isView(content)

function bytesOf(content: Content | undefined): Uint8Array | null {
  if (content === undefined || content === null) return null
  if (typeof content === 'string') return Buffer.from(content)
  return isBytes(content) ? bufferOf(content) : Buffer.from(jsonOf(content))
}

/** Throws TypeError for what JSON cannot tell, or tells as nothing at all. */
function jsonOf(content: unknown): string {
  const json = jsonText(content)
  if (json === undefined) throw new TypeError(`${untold} nothing is left of it.`)
  return json
}

const untold = 'a record has a key or value that JSON cannot tell:'

function jsonText(content: unknown): string | undefined {
  try {
    return JSON.stringify(content, (_name, part: unknown) => {
      const lost = whatIsLost(part)
      if (lost !== null) throw new TypeError(`of ${lost} JSON tells nothing.`)
      return part
    }) as string | undefined
  } catch (error) {
    throw new TypeError(`${untold} ${(error as Error).message}`)
  }
}

/** What would arrive as `{}` though there is something in it; null for the rest. */
function whatIsLost(part: unknown): string | null {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return null
  if (isThenable(part)) return 'a promise (await it first)'
  const tag = Object.prototype.toString.call(part).slice(8, -1)
  if (primitives.has(tag)) return null
  const values = Object.values(part)
  if (values.some(value => typeof value !== 'function' && typeof value !== 'symbol')) return null
  if (tag === 'Error') return 'an error (give its message or stack)'
  if (values.length > 0) return 'functions'
  const { constructor } = part
  if (tag !== 'Object') return tag
  const isPlain = typeof constructor !== 'function' || constructor.name === 'Object'
  return isPlain ? null : `a ${constructor.name || 'class'} without public fields`
}

const primitives: ReadonlySet<string> = new Set(['Number', 'String', 'Boolean', 'BigInt'])

const isThenable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

/** `JSON.stringify` makes nothing of these, and a tombstone is asked for by `null`. */
const content = kind(
  'a text, bytes, null, or what JSON can tell',
  value =>
    !['function', 'symbol', 'bigint'].includes(typeof value) && (typeof value !== 'number' || Number.isFinite(value)),
)

const isHeader = (value: unknown): boolean => value === null || isText(value) || isBytes(value)
const isHeaders = (value: unknown): boolean => (Array.isArray(value) ? value.every(isHeader) : isHeader(value))

const recordInput = shape<RecordInput>(
  {
    key: content,
    value: content,
    headers: mapOf('an object of texts, bytes and nulls, or of lists of these', isHeaders),
    partition: wholeNumber,
    timestampMs: wholeNumber,
  },
  ['value'],
)

function checkRecord(input: RecordInput): void {
  const promised = promisedIn(input)
  if (promised !== null) throw new TypeError(`${promised} is a promise: await it first`)
  try {
    recordInput(input, 'a record')
  } catch (error) {
    // With some libraries a text is a record.
    if (typeof input !== 'string') throw error
    throw new TypeError(`${(error as Error).message} Did you mean { value: '...' }?`)
  }
}

/** What of a record is still to come; null for nothing. */
function promisedIn(input: unknown): string | null {
  if (isThenable(input)) return 'a record'
  if (typeof input !== 'object' || input === null) return null
  const { key, value, headers } = input as RecordInput
  if (isThenable(key)) return 'key of a record'
  if (isThenable(value)) return 'value of a record'
  const isPromised = ([, given]: [string, unknown]): boolean => [given].flat().some(isThenable)
  const header = Object.entries(headers ?? {}).find(isPromised)
  return header ? `header ${header[0]} of a record` : null
}

/** Throws TypeError for what is no record. */
export function toProduce(input: RecordInput): ToProduce {
  checkRecord(input)
  const { key, value, headers = {}, partition, timestampMs } = input
  return {
    key: bytesOf(key),
    value: bytesOf(value),
    headers: Object.entries(headers).flatMap(([name, given]) =>
      listOf<HeaderInput>(given).map(content => ({ key: name, value: bytesOf(content) })),
    ),
    partition: partition ?? null,
    timestampMs: timestampMs ?? null,
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Null for bytes that are no UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

const bufferOf = (bytes: ArrayBufferView): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const textOrBytes = (bytes: Uint8Array | null) => (bytes === null ? null : (textOf(bytes) ?? bufferOf(bytes)))

/** Throws SyntaxError for a value that is no JSON where that was asked for. */
export function recordFrom<T>(topic: string, raw: RawRecord, as: ReadAs): Rec<T> {
  const { partition, offset, timestampMs, key, value, headers } = raw
  return {
    topic,
    partition,
    offset,
    timestampMs,
    key: textOrBytes(key),
    value: valueAt(`offset ${offset} of ${topic}-${partition}`, value, as) as T,
    headers: headersOf(headers),
  }
}

function headersOf(headers: RawRecord['headers']): Rec['headers'] {
  const all = new Map<string, HeaderValue[]>()
  for (const { key, value } of headers) all.set(key, [...(all.get(key) ?? []), textOrBytes(value)])
  return Object.fromEntries([...all].map(([key, values]) => [key, values.length === 1 ? values[0]! : values]))
}

/** As `valueOf`; what is no JSON is told with where it is. */
function valueAt(where: string, bytes: Uint8Array | null, as: ReadAs): unknown {
  try {
    return valueOf(bytes, as)
  } catch (error) {
    throw new SyntaxError(`the value at ${where} is no JSON: ${(error as Error).message}`)
  }
}

function valueOf(bytes: Uint8Array | null, as: ReadAs): unknown {
  if (bytes === null) return null
  if (as === 'buffer') return bufferOf(bytes)
  if (as === 'string') return bufferOf(bytes).toString('utf8')
  if (as === 'json') return JSON.parse(bufferOf(bytes).toString('utf8')) as unknown
  const text = textOf(bytes)
  if (text === null) return bufferOf(bytes)
  return /^\s*[[{]/.test(text) ? jsonOr(text) : text
}

/** The text itself when it is no JSON. */
export function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
