/**
 * Emits the writer of a layout as one flat function: positions in a local variable, room made once for a run of fields of
 * fixed size. It must do exactly what the interpreter does.
 *
 * In the text `w` is the Writer, `b` its bytes, `v` its view, `l` its limit and `p` the position.
 */
import { fixedBytes, isFallback, type Layout, type Member, type Value } from '../layout'
import { Unwritable } from '../wire/faults'
import { putUuid } from '../wire/uuid'
import { putAscii, putInt64, putInt64Exact, Writer } from '../wire/writer'
import { fallbackText, fixedSizeOf, Source } from './source'

type Write = (writer: Writer, message: Value) => void

const scope = { isFallback, putAscii, putInt64, putInt64Exact, putUuid, uncarried, unlessNull, Writer }

/** Texts shorter than this are tried as ASCII, whose length in bytes is known. */
const shortText = 24

function uncarried(name: string, field: string): Unwritable {
  return new Unwritable(`${name} cannot carry ${field}`)
}

/** The default in the place of nothing; null is refused. */
function unlessNull(value: null | undefined, fallback: Value, name: string, field: string): Value {
  if (value === null) throw new Unwritable(`${name}: ${field} may not be null`)
  return fallback
}

export function emitWriter(layout: Layout): Write {
  const source = begin()
  emitStruct(source, layout, 'm')
  return finish(source)
}

function begin(): Source {
  const source = new Source()
  source.line('let b = w.bytes, v = w.view, l = w.limit, p = w.at, n = 0')
  return source
}

function finish(source: Source): Write {
  source.line('w.at = p')
  return source.compile('w, m', scope) as Write
}

const reload = 'p = w.at; b = w.bytes; v = w.view; l = w.limit'

function emitRoom(source: Source, size: string): void {
  source.line(`if (l - p < ${size}) { w.at = p; w.room(${size}); ${reload} }`)
}

function emitCall(source: Source, call: string): void {
  source.line(`w.at = p; w.${call}; ${reload}`)
}

/** Emits what writes the struct that `from` names. */
function emitStruct(source: Source, layout: Layout, from: string): void {
  for (const member of layout.absent) {
    if (member.ignorable) continue
    const value = emitTaken(source, from, member)
    source.line(`if (${presentText(source, member, value)}) throw uncarried(${quoted(layout)}, '${member.name}')`)
  }
  let run: [Member, string][] = []
  for (const member of layout.plain) {
    const value = emitTaken(source, from, member)
    if (fixedBytes[member.kind] !== undefined) {
      emitFilled(source, layout, member, value)
      run.push([member, value])
      continue
    }
    emitRun(source, run)
    run = []
    emitSized(source, layout, member, value)
  }
  emitRun(source, run)
  if (layout.flexible) emitTags(source, layout, from)
}

const quoted = (layout: Layout): string => JSON.stringify(layout.name)

function emitTaken(source: Source, from: string, member: Member): string {
  const name = source.fresh()
  source.line(`let ${name} = ${from}.${member.name}`)
  return name
}

/** Puts the default in the place of undefined, and refuses null. */
function emitFilled(source: Source, layout: Layout, member: Member, value: string): void {
  const fallback = fallbackText(member)
  source.line(`if (${value} == null) ${value} = unlessNull(${value}, ${fallback}, ${quoted(layout)}, '${member.name}')`)
}

const setters: { readonly [kind: string]: string } = {
  int8: 'setInt8',
  int16: 'setInt16',
  uint16: 'setUint16',
  int32: 'setInt32',
  uint32: 'setUint32',
  float64: 'setFloat64',
}

function emitRun(source: Source, run: readonly (readonly [Member, string])[]): void {
  const sizeBytes = run.reduce((sum, [member]) => sum + member.minBytes, 0)
  if (sizeBytes === 0) return
  emitRoom(source, String(sizeBytes))
  let offset = 0
  for (const [member, value] of run) {
    source.line(fixedText(member, offset === 0 ? 'p' : `p + ${offset}`, value))
    offset += member.minBytes
  }
  source.line(`p += ${sizeBytes}`)
}

/** The statement that puts a value of fixed size where room was made. */
function fixedText(member: Member, at: string, value: string): string {
  if (member.kind === 'bool') return `b[${at}] = ${value} ? 1 : 0`
  if (member.kind === 'uuid') return `putUuid(b, v, ${at}, ${value})`
  if (member.kind !== 'int64') return `v.${setters[member.kind]}(${at}, ${value})`
  return `${member.exact ? 'putInt64Exact' : 'putInt64'}(v, ${at}, ${value})`
}

/** Writes a text, bytes, list or struct from the variable `value`. */
function emitSized(source: Source, layout: Layout, member: Member, value: string): void {
  source.line(`if (${value} === undefined) ${value} = ${fallbackText(member)}`)
  if (!member.nullable) {
    emitFilled(source, layout, member, value)
    emitPresent(source, layout, member, value)
    return
  }
  source.line(`if (${value} === null) {`)
  emitNull(source, layout, member)
  source.line('} else {')
  if (member.kind === 'struct') {
    emitRoom(source, '1')
    source.line('b[p++] = 1')
  }
  emitPresent(source, layout, member, value)
  source.line('}')
}

function emitNull(source: Source, layout: Layout, member: Member): void {
  const sizeBytes = member.kind === 'struct' || layout.flexible ? 1 : member.minBytes
  emitRoom(source, String(sizeBytes))
  const isZero = member.kind === 'struct' ? member.tag !== null : layout.flexible
  if (isZero) source.line('b[p] = 0')
  else source.line(`v.setInt${sizeBytes * 8}(p, -1)`)
  source.line(`p += ${sizeBytes}`)
}

function emitPresent(source: Source, layout: Layout, member: Member, value: string): void {
  if (member.kind === 'struct') emitStruct(source, member.struct as Layout, value)
  else if (member.kind === 'string') emitText(source, layout, value)
  else if (member.kind === 'array') emitList(source, layout, member.element as Member, value)
  else emitCall(source, `sized(${value}, ${layout.flexible})`)
}

/** A short ASCII text is written on the spot; the writer itself knows the rest. */
function emitText(source: Source, layout: Layout, value: string): void {
  const prefixBytes = layout.flexible ? 1 : 2
  source.line(`n = ${value}.length`, `if (n < ${shortText}) {`)
  emitRoom(source, `n + ${prefixBytes}`)
  source.line(`if (putAscii(b, p + ${prefixBytes}, ${value})) {`)
  source.line(layout.flexible ? 'b[p] = n + 1' : 'v.setInt16(p, n)', `p += n + ${prefixBytes}`)
  source.line('} else {')
  emitCall(source, `text(${value}, ${layout.flexible})`)
  source.line('}', '} else {')
  emitCall(source, `text(${value}, ${layout.flexible})`)
  source.line('}')
}

function emitList(source: Source, layout: Layout, element: Member, value: string): void {
  const [count, index, item] = [source.fresh(), source.fresh(), source.fresh()]
  source.line(`const ${count} = ${value}.length`)
  if (layout.flexible) {
    emitUvarint(source, `${count} + 1`)
  } else {
    emitRoom(source, '4')
    source.line(`v.setInt32(p, ${count})`, 'p += 4')
  }
  source.line(`for (let ${index} = 0; ${index} < ${count}; ${index}++) {`, `let ${item} = ${value}[${index}]`)
  if (fixedBytes[element.kind] === undefined) {
    emitSized(source, layout, element, item)
  } else {
    emitFilled(source, layout, element, item)
    emitRun(source, [[element, item]])
  }
  source.line('}')
}

function emitUvarint(source: Source, number: string): void {
  source.line(`n = ${number}`)
  emitRoom(source, '1')
  source.line('if (n < 128) b[p++] = n', `else { w.at = p; w.uvarint(n); ${reload} }`)
}

/** Whether a value is something else than the default, as an expression over its variable. */
function presentText(source: Source, member: Member, value: string): string {
  if (member.nullByDefault) return `${value} != null`
  if (member.kind === 'array') return `${value} !== undefined && (${value} === null || ${value}.length !== 0)`
  if (fixedBytes[member.kind] !== undefined || member.kind === 'string') {
    // Loose where a number may stand for a bigint: 0 is 0n.
    return `${value} !== undefined && ${value} ${member.exact ? '!=' : '!=='} ${fallbackText(member)}`
  }
  return `${value} !== undefined && !isFallback(${source.constant(member)}, ${value})`
}

function emitTags(source: Source, layout: Layout, from: string): void {
  if (layout.tagged.length === 0) {
    emitRoom(source, '1')
    source.line('b[p++] = 0')
    return
  }
  const present = source.fresh()
  const values = layout.tagged.map(member => emitTaken(source, from, member))
  const tests = layout.tagged.map((member, index) => {
    const test = source.fresh()
    source.line(`const ${test} = ${presentText(source, member, values[index] as string)}`)
    return test
  })
  source.line(`const ${present} = ${tests.map(test => `(${test} ? 1 : 0)`).join(' + ')}`)
  emitUvarint(source, present)
  source.line(`if (${present} > 0) {`)
  for (const [index, member] of layout.tagged.entries()) {
    source.line(`if (${tests[index]}) {`)
    emitTag(source, layout, member, values[index] as string)
    source.line('}')
  }
  source.line('}')
}

/** A tag stands before the size of its value: known beforehand where that is fixed, else found by writing it aside. */
function emitTag(source: Source, layout: Layout, member: Member, value: string): void {
  const sizeBytes = fixedSizeOf(member)
  emitUvarint(source, String(member.tag))
  if (sizeBytes === null) {
    const aside = source.fresh()
    const inner = begin()
    emitSized(inner, layout, member, 'm')
    source.line(`const ${aside} = new Writer()`, `${source.constant(finish(inner))}(${aside}, ${value})`)
    emitUvarint(source, `${aside}.sizeBytes`)
    emitCall(source, `append(${aside})`)
    return
  }
  emitUvarint(source, String(sizeBytes))
  if (member.kind === 'struct') {
    emitSized(source, layout, member, value)
    return
  }
  emitFilled(source, layout, member, value)
  emitRun(source, [[member, value]])
}
