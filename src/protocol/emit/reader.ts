/**
 * Emits the reader of a layout as one flat function over a DataView: positions in a local variable, one bounds check for a
 * run of fields of fixed size, no calls but for texts and rare cases. It must do exactly what the interpreter does.
 *
 * In the text `r` is the Reader, `b` its bytes, `v` its view, `e` its end and `p` the position.
 */
import { fixedBytes, type Layout, type Member, type Value } from '../layout'
import { Malformed } from '../wire/faults'
import {
  int64Of,
  longList,
  longText,
  maxTextBytes,
  type Reader,
  shortOf,
  textAt,
  tooManyElements,
} from '../wire/reader'
import { uuidAt } from '../wire/uuid'
import { fallbackText, objectText, Source } from './source'

const scope = { int64Of, longList, longText, nullOf, shortOf, textAt, tooManyElements, uuidAt }

function nullOf(name: string, field: string): Malformed {
  return new Malformed(`${name}: ${field} is null and may not be`)
}

export function emitReader(layout: Layout): (reader: Reader) => Value {
  const source = new Source()
  source.line('const b = r.bytes, v = r.view, e = r.end', 'let p = r.at, n = 0, h = 0')
  const message = emitStruct(source, layout)
  source.line(`const message = ${message}`, 'r.at = p', 'return message')
  return source.compile('r', scope)
}

/** Emits what reads the fields of a struct, and returns the expression that is the struct. */
function emitStruct(source: Source, layout: Layout): string {
  const values = new Map<Member, string>()
  let run: Member[] = []
  for (const member of layout.plain) {
    if (fixedBytes[member.kind] !== undefined) {
      run.push(member)
      continue
    }
    emitRun(source, run, values, layout.flexible ? 0 : prefixBytes(member))
    run = []
    values.set(member, emitSized(source, layout, member))
  }
  emitRun(source, run, values, 0)
  if (layout.flexible) emitTags(source, layout, values)
  return objectText(layout.members, member => values.get(member) ?? fallbackText(member))
}

/** Bytes of the length before a value in versions that are not flexible. */
function prefixBytes(member: Member): number {
  if (member.kind === 'struct') return 0
  return member.kind === 'string' ? 2 : 4
}

/** Reads fields of fixed size behind one check, which also covers the length of the field that follows. */
function emitRun(source: Source, run: readonly Member[], values: Map<Member, string>, lengthBytes: number): void {
  const runBytes = run.reduce((sum, member) => sum + member.minBytes, 0)
  if (runBytes + lengthBytes > 0) emitCheck(source, runBytes + lengthBytes)
  let offset = 0
  for (const member of run) {
    const name = source.fresh()
    source.line(`let ${name} = ${fixedText(source, member, offset)}`)
    values.set(member, name)
    offset += member.minBytes
  }
  if (runBytes > 0) source.line(`p += ${runBytes}`)
}

function emitCheck(source: Source, sizeBytes: number): void {
  source.line(`if (e - p < ${sizeBytes}) throw shortOf(${sizeBytes}, e - p)`)
}

const getters: { readonly [kind: string]: string } = {
  int8: 'getInt8',
  int16: 'getInt16',
  uint16: 'getUint16',
  int32: 'getInt32',
  uint32: 'getUint32',
  float64: 'getFloat64',
}

/** The value of fixed size at `offset` behind the position, as an expression. */
function fixedText(source: Source, member: Member, offset: number): string {
  const at = offset === 0 ? 'p' : `p + ${offset}`
  if (member.kind === 'bool') return `b[${at}] !== 0`
  if (member.kind === 'uuid') return `uuidAt(b, v, ${at})`
  if (member.kind !== 'int64') return `v.${getters[member.kind]}(${at})`
  if (member.exact) return `v.getBigInt64(${at})`
  source.line(`h = v.getInt32(${at})`)
  const low = `v.getUint32(p + ${offset + 4})`
  return `h > 0x1fffff || h < -0x1fffff ? int64Of(h, ${low}) : h * 0x100000000 + ${low}`
}

/** Reads a value of any size into a variable and returns its name. The length of one that is not flexible was checked. */
function emitSized(source: Source, layout: Layout, member: Member): string {
  const name = source.fresh()
  source.line(`let ${name} = null`)
  if (member.kind === 'struct') {
    emitNestedStruct(source, member, name)
    return name
  }
  if (layout.flexible) {
    emitUvarint(source, 'n')
    source.line('n = (n - 1) | 0')
  } else {
    source.line(`n = v.${member.kind === 'string' ? 'getInt16' : 'getInt32'}(p)`, `p += ${prefixBytes(member)}`)
  }
  source.line('if (n >= 0) {')
  if (member.kind === 'array') emitList(source, layout, member.element as Member, name)
  else emitSlice(source, layout, member, name)
  if (member.nullable) source.line('}')
  else source.line(`} else throw nullOf(${JSON.stringify(layout.name)}, '${member.name}')`)
  return name
}

function emitNestedStruct(source: Source, member: Member, name: string): void {
  if (member.nullable && member.tag !== null) {
    emitUvarint(source, 'n')
    source.line('if (n > 0) {')
  } else if (member.nullable) {
    emitCheck(source, 1)
    source.line('if (v.getInt8(p++) >= 0) {')
  } else {
    source.line('{')
  }
  source.line(`${name} = ${emitStruct(source, member.struct as Layout)}`, '}')
}

function emitSlice(source: Source, layout: Layout, member: Member, name: string): void {
  const isText = member.kind === 'string'
  if (isText && layout.flexible) source.line(`if (n > ${maxTextBytes}) throw longText(n)`)
  source.line('if (n > e - p) throw shortOf(n, e - p)')
  source.line(`${name} = ${isText ? 'textAt(b, p, p + n)' : 'b.subarray(p, p + n)'}`, 'p += n')
}

function emitList(source: Source, layout: Layout, element: Member, name: string): void {
  const index = source.fresh()
  const count = source.fresh()
  source.line(`if (n > (e - p) / ${Math.max(1, element.minBytes)}) throw longList(n, e - p)`)
  source.line('r.elementsLeft -= n', 'if (r.elementsLeft < 0) throw tooManyElements()')
  source.line(`const ${count} = n`, `${name} = []`, `for (let ${index} = 0; ${index} < ${count}; ${index}++) {`)
  source.line(`${name}.push(${emitElement(source, layout, element)})`, '}')
}

function emitElement(source: Source, layout: Layout, element: Member): string {
  const sizeBytes = fixedBytes[element.kind]
  if (sizeBytes !== undefined) {
    // The count was held against what remains, so that every element of fixed size is there.
    const value = source.fresh()
    source.line(`const ${value} = ${fixedText(source, element, 0)}`, `p += ${sizeBytes}`)
    return value
  }
  if (element.kind === 'struct' && !element.nullable) return emitStruct(source, element.struct as Layout)
  if (!layout.flexible && element.kind !== 'struct') emitCheck(source, prefixBytes(element))
  return emitSized(source, layout, element)
}

/** One byte is the usual case; the reader itself knows the rest. */
function emitUvarint(source: Source, name: string): void {
  source.line('if (p >= e) throw shortOf(1, 0)', `${name} = b[p++]`)
  source.line(`if (${name} > 127) { r.at = p - 1; ${name} = r.uvarint(); p = r.at }`)
}

function emitTags(source: Source, layout: Layout, values: Map<Member, string>): void {
  for (const member of layout.tagged) {
    const name = source.fresh()
    source.line(`let ${name} = undefined`)
    values.set(member, name)
  }
  emitUvarint(source, 'n')
  const [count, tag, size] = [source.fresh(), source.fresh(), source.fresh()]
  source.line('if (n > 0) {', `let ${count} = n, ${tag} = 0, ${size} = 0`, `while (${count}-- > 0) {`)
  emitUvarint(source, tag)
  emitUvarint(source, size)
  for (const member of layout.tagged) {
    source.line(`if (${tag} === ${member.tag}) {`)
    if (!layout.flexible || fixedBytes[member.kind] !== undefined) emitCheck(source, member.minBytes)
    source.line(`${values.get(member)} = ${emitTagValue(source, layout, member)}`, 'continue', '}')
  }
  source.line(`if (${size} < 0 || ${size} > e - p) throw shortOf(${size}, e - p)`, `p += ${size}`, '}', '}')
  for (const member of layout.tagged) {
    const name = values.get(member)
    source.line(`if (${name} === undefined) ${name} = ${fallbackText(member)}`)
  }
}

function emitTagValue(source: Source, layout: Layout, member: Member): string {
  const sizeBytes = fixedBytes[member.kind]
  if (sizeBytes === undefined) return emitSized(source, layout, member)
  const value = source.fresh()
  source.line(`const ${value} = ${fixedText(source, member, 0)}`, `p += ${sizeBytes}`)
  return value
}
