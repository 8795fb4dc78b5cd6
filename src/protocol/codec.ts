/** Readers and writers of messages, one for each version of a shape, made on first use and kept. */
import { emitReader } from './emit/reader'
import { emitWriter } from './emit/writer'
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
  const codec = new Quickening(layoutOf(shape, version))
  const known = codecs.get(shape.fields) ?? []
  known[version] = codec
  codecs.set(shape.fields, known)
  return codec
}

/**
 * To emit a function costs as much as to interpret some dozens of small messages, and many are read or written once or
 * twice in a broker's life. Hence the first uses are interpreted.
 */
const interpretedUses = 3

/** The codec that interprets at first and emits a function for each direction once it is used more. */
class Quickening implements AnyCodec {
  readonly version: number
  private readonly layout: Layout
  private reader: ((reader: Reader) => Value) | null = null
  private writer: ((writer: Writer, message: Value) => void) | null = null
  private reads = 0
  private writes = 0

  constructor(layout: Layout) {
    this.version = layout.version
    this.layout = layout
  }

  read(reader: Reader): Value {
    if (this.reader !== null) return this.reader(reader)
    this.reads++
    if (this.reads > interpretedUses) this.reader = emittedOr(() => emitReader(this.layout), this.interpretedReader)
    return readStruct(this.layout, reader)
  }

  write(writer: Writer, message: Value): void {
    if (this.writer !== null) {
      this.writer(writer, message)
      return
    }
    this.writes++
    if (this.writes > interpretedUses) this.writer = emittedOr(() => emitWriter(this.layout), this.interpretedWriter)
    writeStruct(this.layout, writer, message)
  }

  private readonly interpretedReader = (reader: Reader): Value => readStruct(this.layout, reader)
  private readonly interpretedWriter = (writer: Writer, message: Value): void =>
    writeStruct(this.layout, writer, message)
}

/** A process may forbid code made from texts (`--disallow-code-generation-from-strings`): then all is interpreted. */
function emittedOr<T>(emit: () => T, otherwise: T): T {
  try {
    return emit()
  } catch (error) {
    if ((error as Error).name === 'EvalError') return otherwise
    throw error
  }
}

/** The codec whose functions are emitted at once. */
export function emitted(layout: Layout): AnyCodec {
  return { version: layout.version, read: emitReader(layout), write: emitWriter(layout) }
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
