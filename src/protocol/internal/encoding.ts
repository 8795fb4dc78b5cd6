/**
 * Keys and values of internal records as bytes: a key is its type (int16) and its fields, a value its version (int16) and
 * its fields. A null value is a tombstone and has no bytes.
 */
import { codecOfShape } from '../codec'
import type { Draft, Fields, Message, RecordDeclaration } from '../schema'
import { holds } from '../versions'
import { Malformed } from '../wire/faults'
import { Reader } from '../wire/reader'
import { bytesOf } from '../wire/writer'

/** The type that a record's key begins with. Throws Malformed when there is none. */
export function recordTypeOf(key: Buffer): number {
  return new Reader(key).int16()
}

export function encodeKey<K extends Fields>(record: RecordDeclaration<K>, key: Draft<K>): Buffer {
  return bytesOf(writer => {
    writer.int16(record.type)
    codecOfShape(record.key, 0).write(writer, key)
  })
}

/** Throws Unwritable when the version cannot carry the value. */
export function encodeValue<V extends Fields>(
  record: RecordDeclaration<Fields, V>,
  version: number,
  value: Draft<V>,
): Buffer {
  return bytesOf(writer => {
    writer.int16(version)
    codecOfShape(record.value, version).write(writer, value)
  })
}

/** Throws Malformed, also for a key of another type. */
export function decodeKey<K extends Fields>(record: RecordDeclaration<K>, key: Buffer): Message<K> {
  const reader = new Reader(key)
  const type = reader.int16()
  if (type !== record.type) throw new Malformed(`a key of type ${type} is not one of ${record.name} (${record.type})`)
  return codecOfShape(record.key, 0).read(reader)
}

/** Throws Malformed, also for a version that a newer broker must have written. */
export function decodeValue<V extends Fields>(record: RecordDeclaration<Fields, V>, value: Buffer): Message<V> {
  const reader = new Reader(value)
  const version = reader.int16()
  if (!holds(record.value.versions, version, false))
    throw new Malformed(`${record.value.name} has no version ${version}`)
  return codecOfShape(record.value, version).read(reader)
}
