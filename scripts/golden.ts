/** Golden exchanges: frames that were on a real wire, with what they say beside them. */
import { type Codec, codecOf } from '../src/protocol/codec'
import { readRequestHeader, readResponseHeader, writeRequestHeader, writeResponseHeader } from '../src/protocol/header'
import type { Value } from '../src/protocol/layout'
import { apis } from '../src/protocol/messages/index'
import type { Api } from '../src/protocol/schema'
import { Reader } from '../src/protocol/wire/reader'
import { bytesOf } from '../src/protocol/wire/writer'

export interface GoldenFrame {
  /** Header and body, without the length before them. */
  readonly hex: string
  /** The body as it is decoded: bytes as `hex:`, and exact int64 as `int64:` texts. */
  readonly value: Value
}

export interface Exchange {
  readonly api: string
  readonly version: number
  /** Who asked, with a version. */
  readonly client: string
  /** Who answered, with a version. */
  readonly broker: string
  readonly request: GoldenFrame
  /** Null for what is not answered: Produce with acks 0. */
  readonly response: GoldenFrame | null
}

type AnyCodec = Codec<Value, Value>

/** Decodes both frames; null for a version that is not declared. Throws when either does not follow its declaration. */
export function exchangeOf(
  request: Buffer,
  response: Buffer | null,
  who: Pick<Exchange, 'client' | 'broker'>,
): Exchange | null {
  const reader = new Reader(request)
  const { api, apiVersion, isDeclared } = readRequestHeader(reader)
  if (api === undefined || !isDeclared) return null
  const asked = read(codecOf(api, 'request', apiVersion), reader)
  return {
    api: api.name,
    version: apiVersion,
    ...who,
    request: { hex: request.toString('hex'), value: plain(asked) },
    response: response === null ? null : responseOf(api, apiVersion, response),
  }
}

function responseOf(api: Api, version: number, response: Buffer): GoldenFrame {
  const reader = new Reader(response)
  readResponseHeader(reader, api, version)
  return { hex: response.toString('hex'), value: plain(read(codecOf(api, 'response', version), reader)) }
}

function read(codec: AnyCodec, reader: Reader): Value {
  const value = codec.read(reader)
  if (reader.remaining > 0) throw new Error(`${reader.remaining} bytes are left`)
  return value
}

/** The same frame written by us: equal to what was recorded when nothing is lost or spelled otherwise. */
export function rewritten(api: Api, frame: GoldenFrame, direction: 'request' | 'response', version: number): string {
  const bytes = Buffer.from(frame.hex, 'hex')
  const reader = new Reader(bytes)
  const codec = codecOf(api, direction, version) as AnyCodec
  const again = bytesOf(writer => {
    if (direction === 'request') writeRequestHeader(writer, api, readRequestHeader(reader))
    else writeResponseHeader(writer, api, version, readResponseHeader(reader, api, version))
    codec.write(writer, codec.read(reader))
  })
  return again.toString('hex')
}

/** Whether both frames of an exchange are equal to what was recorded when we write them. */
export function isRewrittenAlike({ api: name, version, request, response }: Exchange): boolean {
  const api = apis.find(other => other.name === name) as Api
  if (rewritten(api, request, 'request', version) !== request.hex) return false
  return response === null || rewritten(api, response, 'response', version) === response.hex
}

/** A message as JSON has it. */
export function plain(value: Value): Value {
  if (Buffer.isBuffer(value)) return `hex:${value.toString('hex')}`
  if (typeof value === 'bigint') return `int64:${value}`
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
}

/**
 * Holds an exchange to the broker's own account of it, an entry of its request log. Returns how many values were compared.
 * Throws on the first that differs.
 */
export function agreesWithLog(exchange: Exchange, account: Value): number {
  const asked = agrees(exchange.request.value, account.request, `${exchange.api} v${exchange.version} request`)
  if (exchange.response === null) return asked
  return asked + agrees(exchange.response.value, account.response, `${exchange.api} v${exchange.version} response`)
}

/** Holds a value as `plain` makes it to Kafka's JSON of the same. Returns how many values were compared; throws when one differs. */
export function agrees(ours: Value, theirs: Value, path: string): number {
  if (Array.isArray(theirs)) {
    if (!Array.isArray(ours) || ours.length !== theirs.length) throw differs(ours, theirs, path)
    return theirs.reduce((sum, item, index) => sum + agrees(ours[index], item, `${path}[${index}]`), 0)
  }
  if (theirs !== null && typeof theirs === 'object') {
    return Object.entries(theirs).reduce((sum, [name, inner]) => sum + agreesField(ours, name, inner, path), 0)
  }
  if (!isSame(ours, theirs)) throw differs(ours, theirs, path)
  return 1
}

/** Of records the log has the size only, or an empty text. */
function agreesField(ours: Value, name: string, theirs: Value, path: string): number {
  if (name === 'records' && theirs === '') return 0
  if (!name.endsWith('SizeInBytes')) return agrees(ours?.[name], theirs, `${path}.${name}`)
  const bytes = ours?.[name.slice(0, -'SizeInBytes'.length)]
  const sizeBytes = bytes === null ? 0 : (String(bytes).length - 'hex:'.length) / 2
  if (sizeBytes !== theirs) throw differs(sizeBytes, theirs, `${path}.${name}`)
  return 1
}

/** The log has bytes in base64, uuids in base64 for URLs, int64 values that JSON rounds, and hides values of configs. */
function isSame(ours: Value, theirs: Value): boolean {
  if (ours === theirs || theirs === '[hidden]') return true
  if (typeof ours === 'string' && ours.startsWith('int64:')) return Number(ours.slice('int64:'.length)) === theirs
  if (typeof theirs === 'number')
    return Math.abs(theirs) > Number.MAX_SAFE_INTEGER && Math.abs(ours) === Number.MAX_SAFE_INTEGER
  if (typeof theirs !== 'string' || typeof ours !== 'string') return false
  const hex = ours.startsWith('hex:') ? ours.slice('hex:'.length) : ours
  return (
    Buffer.from(theirs, 'base64').toString('hex') === hex || Buffer.from(theirs, 'base64url').toString('hex') === hex
  )
}

function differs(ours: Value, theirs: Value, path: string): Error {
  return new Error(`${path} is ${JSON.stringify(ours)} where the broker says ${JSON.stringify(theirs)}`)
}
