/**
 * Reads and writes messages by walking their layout. This is the plain truth of the encoding: emitted codecs are faster
 * and are held to it by a test.
 */
import { fallbackOf, isFallback, type Layout, type Member, type Value } from './layout'
import { Malformed, Unwritable } from './wire/faults'
import type { Reader } from './wire/reader'
import { Writer } from './wire/writer'

export function readStruct(layout: Layout, reader: Reader): Value {
  const message: Value = {}
  // Keys are made in the order of the declaration, whatever the wire's, so that every version has the same object shape.
  for (const member of layout.members) message[member.name] = undefined
  for (const member of layout.plain) message[member.name] = readValue(member, layout, reader)
  if (layout.flexible) readTags(layout, reader, message)
  for (const member of layout.members) {
    if (message[member.name] === undefined) message[member.name] = fallbackOf(member)
  }
  return message
}

/**
 * The size of a tag that is known is not relied on, as in Kafka; an unknown one is stepped over. When a tag comes twice
 * the last one counts.
 */
function readTags(layout: Layout, reader: Reader, message: Value): void {
  const tags = reader.uvarint()
  for (let index = 0; index < tags; index++) {
    const tag = reader.uvarint()
    const sizeBytes = reader.uvarint()
    const member = layout.tagged.find(other => other.tag === tag)
    if (member === undefined) reader.take(sizeBytes)
    else message[member.name] = readValue(member, layout, reader)
  }
}

function readValue(member: Member, layout: Layout, reader: Reader): Value {
  switch (member.kind) {
    case 'string':
    case 'bytes':
    case 'records':
    case 'array': {
      const length = readLength(member, layout, reader)
      if (length < 0) return readNull(member, layout)
      if (member.kind === 'string') return reader.text(length)
      return member.element === null ? reader.slice(length) : readList(member.element, layout, length, reader)
    }
    case 'struct':
      if (member.nullable && isNullNext(member, reader)) return null
      return readStruct(member.struct as Layout, reader)
    case 'int64':
      return member.exact ? reader.int64Exact() : reader.int64()
    default:
      return reader[member.kind]()
  }
}

/** A byte before a struct that may be null: negative for null. In the tag section it is a varint, and 0 for null. */
function isNullNext(member: Member, reader: Reader): boolean {
  return member.tag === null ? reader.int8() < 0 : reader.uvarint() <= 0
}

/** Negative stands for null. The subtraction wraps around as Kafka's does. */
function readLength(member: Member, layout: Layout, reader: Reader): number {
  if (layout.flexible) return (reader.uvarint() - 1) | 0
  return member.kind === 'string' ? reader.int16() : reader.int32()
}

function readNull(member: Member, layout: Layout): null {
  if (!member.nullable) throw new Malformed(`${layout.name}: ${member.name} is null and may not be`)
  return null
}

function readList(element: Member, layout: Layout, length: number, reader: Reader): Value[] {
  reader.count(length, Math.max(1, element.minBytes))
  const list: Value[] = []
  for (let index = 0; index < length; index++) list.push(readValue(element, layout, reader))
  return list
}

/** Throws Unwritable when the version cannot carry the message. */
export function writeStruct(layout: Layout, writer: Writer, message: Value): void {
  for (const member of layout.absent) {
    if (!member.ignorable && !isFallback(member, message[member.name])) throw uncarried(member, layout)
  }
  for (const member of layout.plain) writeValue(member, layout, writer, message[member.name])
  if (!layout.flexible) return
  const present = layout.tagged.filter(member => !isFallback(member, message[member.name]))
  writer.uvarint(present.length)
  for (const member of present) {
    const section = new Writer()
    writeValue(member, layout, section, message[member.name])
    writer.uvarint(member.tag as number)
    writer.uvarint(section.sizeBytes)
    writer.append(section)
  }
}

export function uncarried(member: Member, layout: Layout): Unwritable {
  return new Unwritable(`${layout.name} cannot carry ${member.name}`)
}

function writeValue(member: Member, layout: Layout, writer: Writer, given: Value): void {
  const value = given === undefined ? fallbackOf(member) : given
  if (value === null) {
    writeNull(member, layout, writer)
    return
  }
  switch (member.kind) {
    case 'string':
      writer.text(value, layout.flexible)
      break
    case 'bytes':
    case 'records':
      writer.sized(value, layout.flexible)
      break
    case 'array':
      if (layout.flexible) writer.uvarint(value.length + 1)
      else writer.int32(value.length)
      for (const item of value) writeValue(member.element as Member, layout, writer, item)
      break
    case 'struct':
      if (member.nullable) writer.int8(1)
      writeStruct(member.struct as Layout, writer, value)
      break
    case 'int64':
      if (member.exact) writer.int64Exact(value)
      else writer.int64(value)
      break
    default:
      ;(writer[member.kind] as (value: Value) => void)(value)
  }
}

function writeNull(member: Member, layout: Layout, writer: Writer): void {
  if (!member.nullable) throw new Unwritable(`${layout.name}: ${member.name} may not be null`)
  if (member.kind === 'struct') writer.int8(member.tag === null ? -1 : 0)
  else if (layout.flexible) writer.uvarint(0)
  else if (member.kind === 'string') writer.int16(-1)
  else writer.int32(-1)
}
