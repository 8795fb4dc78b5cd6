/** Arbitrary messages of any shape and version, made from its layout. What the version does not carry is left out. */
import fc from 'fast-check'
import { type Layout, layoutOf, type Member, type Value } from '../../src/protocol/layout'
import type { Shape } from '../../src/protocol/schema'

const maxSafe = Number.MAX_SAFE_INTEGER

/** Messages that `version` can carry; lists hold up to `maxLength` elements. */
export function arbitraryOf(shape: Shape, version: number, maxLength = 3): fc.Arbitrary<Value> {
  return arbitraryStruct(layoutOf(shape, version), maxLength)
}

function arbitraryStruct(layout: Layout, maxLength: number): fc.Arbitrary<Value> {
  const plain = layout.plain.map(member => [member.name, arbitraryValue(member, maxLength)] as const)
  const tagged = layout.tagged.map(member => [member.name, arbitraryValue(member, maxLength)] as const)
  return fc.record(Object.fromEntries([...plain, ...tagged]), { requiredKeys: plain.map(([name]) => name) })
}

function arbitraryValue(member: Member, maxLength: number): fc.Arbitrary<Value> {
  const value = arbitraryOfKind(member, maxLength)
  return member.nullable ? fc.option(value, { freq: 4 }) : value
}

function arbitraryOfKind(member: Member, maxLength: number): fc.Arbitrary<Value> {
  switch (member.kind) {
    case 'bool':
      return fc.boolean()
    case 'int8':
      return fc.integer({ min: -0x80, max: 0x7f })
    case 'int16':
      return fc.integer({ min: -0x8000, max: 0x7fff })
    case 'uint16':
      return fc.integer({ min: 0, max: 0xffff })
    case 'int32':
      return fc.integer({ min: -0x80000000, max: 0x7fffffff })
    case 'uint32':
      return fc.integer({ min: 0, max: 0xffffffff })
    case 'int64':
      return member.exact
        ? fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
        : fc.integer({ min: -maxSafe, max: maxSafe })
    case 'float64':
      return fc.double({ noNaN: true })
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map(bytes => Buffer.from(bytes).toString('hex'))
    case 'string':
      return fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ minLength: 120, maxLength: 140 }))
    case 'bytes':
    case 'records':
      return fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes))
    case 'array':
      return fc.array(arbitraryValue(member.element as Member, maxLength), { maxLength })
    case 'struct':
      return arbitraryStruct(member.struct as Layout, maxLength)
  }
}
