/** Readers and writers of messages, one for each version of a shape, made on first use and kept. */
import { readStruct, writeStruct } from './interpreter'
import { type Layout, layoutOf, type Value } from './layout'
import type { Api, Direction, Draft, Fields, Message, Shape } from './schema'
import { Reader } from './wire/reader'
import type { Slices } from './wire/slices'
import { bytesOf, type Writer } from './wire/writer'

export interface Codec<Read, Written> {
  readonly version: number
  /** Reads one message and leaves the reader behind it. Throws Malformed. What follows is ignored, as Kafka does. */
  read(reader: Reader): Read
  /** Throws Unwritable when the version cannot carry the message. */
  write(writer: Writer, message: Written): void
}

type AnyCodec = Codec<Value, Value>

/** By the identity of the fields, since one declaration has one set of them. */
const codecs = new WeakMap<Fields, AnyCodec[]>()

/** Throws Invariant for a version that the API does not have: compare with `api.versions` before. */
export function codecOf<A extends Api, D extends Direction>(
  api: A,
  direction: D,
  version: number,
): Codec<Message<A[D]>, Draft<A[D]>> {
  return codecs.get(api[direction])?.[version] ?? newCodec(shapeOf(api, direction), version)
}

/** The codec of an internal record's key or value, or of an embedded blob. */
export function codecOfShape<F extends Fields>(shape: Shape<F>, version: number): Codec<Message<F>, Draft<F>> {
  return codecs.get(shape.fields)?.[version] ?? newCodec(shape, version)
}

/** One direction of an API as a shape of its own. */
export function shapeOf<A extends Api, D extends Direction>(api: A, direction: D): Shape<A[D]> {
  const name = `${api.name}${direction === 'request' ? 'Request' : 'Response'}`
  return { name, versions: api.versions, flexible: api.flexible, fields: api[direction] }
}

function newCodec(shape: Shape, version: number): AnyCodec {
  const codec = interpreted(layoutOf(shape, version))
  const known = codecs.get(shape.fields) ?? []
  known[version] = codec
  codecs.set(shape.fields, known)
  return codec
}

/** The codec that walks the layout. */
export function interpreted(layout: Layout): AnyCodec {
  return {
    version: layout.version,
    read: reader => readStruct(layout, reader),
    write: (writer, message) => writeStruct(layout, writer, message),
  }
}

/** Reads one message from a buffer of its own. */
export function decode<Read>(codec: Codec<Read, never>, bytes: Buffer): Read {
  return codec.read(new Reader(bytes))
}

/** Writes one message into a buffer of its own. */
export function encode<Written>(codec: Codec<unknown, Written>, message: Written): Buffer {
  return bytesOf(writer => codec.write(writer, message))
}

export type { Slices }
