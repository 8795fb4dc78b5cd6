/**
 * Resolves a declaration for one version: which fields stand on the wire, in what order, and what is seen of the others.
 * Everything that reads or writes messages works from layouts, so that version ranges are judged in one place.
 */
import { assert } from '../platform/assert'
import type { Field, FieldOptions, Fields, Kind, Shape } from './schema'
import { holds } from './versions'
import { zeroUuid } from './wire/uuid'

/** A message, struct or element; typed by its declaration outside of this engine, by nothing inside. */
// biome-ignore lint/suspicious/noExplicitAny: one engine serves every message.
export type Value = any

export interface Member {
  readonly name: string
  readonly kind: Kind
  /** Null for a plain field. */
  readonly tag: number | null
  readonly nullable: boolean
  readonly ignorable: boolean
  /** An int64 read as bigint. */
  readonly exact: boolean
  /** Whether the default is null. */
  readonly nullByDefault: boolean
  /** The default of a scalar or text; of no meaning for the others. */
  readonly scalar: number | string | boolean | bigint
  /** Of an array. */
  readonly element: Member | null
  /** Of a struct. */
  readonly struct: Layout | null
  /** The least that it takes on the wire. */
  readonly minBytes: number
}

export interface Layout {
  /** For messages of faults: the path of the struct and the version. */
  readonly name: string
  readonly version: number
  readonly flexible: boolean
  /** Every field of the declaration, in its order: the order of keys in decoded objects of every version. */
  readonly members: readonly Member[]
  /** Fields on the wire in their order there. */
  readonly plain: readonly Member[]
  /** Fields in the tag section, by ascending tag. */
  readonly tagged: readonly Member[]
  /** Fields that this version does not carry. */
  readonly absent: readonly Member[]
  readonly minBytes: number
}

interface Scope {
  readonly path: string
  readonly version: number
  readonly flexible: boolean
}

/** The layout of a shape in one of its versions. Throws Invariant for a version that it does not have. */
export function layoutOf(shape: Shape, version: number): Layout {
  assert(holds(shape.versions, version, false), `${shape.name} has no version ${version}`)
  return structLayout(shape.fields, { path: shape.name, version, flexible: holds(shape.flexible, version, false) })
}

function structLayout(fields: Fields, scope: Scope): Layout {
  const members: Member[] = []
  const plain: Member[] = []
  const tagged: Member[] = []
  const absent: Member[] = []
  for (const [name, field] of Object.entries(fields)) {
    const member = memberOf(name, field, scope)
    members.push(member)
    if (!isCarried(field, scope)) absent.push(member)
    else if (member.tag !== null) tagged.push(member)
    else plain.push(member)
  }
  tagged.sort((a, b) => (a.tag ?? 0) - (b.tag ?? 0))
  const minBytes = plain.reduce((sum, member) => sum + member.minBytes, scope.flexible ? 1 : 0)
  return {
    name: `${scope.path} v${scope.version}`,
    version: scope.version,
    flexible: scope.flexible,
    members,
    plain,
    tagged,
    absent,
    minBytes,
  }
}

function isCarried(field: Field, scope: Scope): boolean {
  return holds(field.options.versions, scope.version, true)
}

function memberOf(name: string, field: Field, scope: Scope): Member {
  const { kind, options } = field
  const inner = { ...scope, path: `${scope.path}.${name}` }
  const isTagged = scope.flexible && holds(options.tagged, scope.version, false)
  assert(!isTagged || options.tag !== undefined, `${inner.path} is tagged without a tag`)
  const element = field.element === undefined ? null : memberOf(name, field.element, scope)
  const struct = field.fields === undefined ? null : structLayout(field.fields, inner)
  const nullable = holds(options.nullable, scope.version, false)
  return {
    name,
    kind,
    tag: isTagged ? (options.tag ?? 0) : null,
    nullable,
    ignorable: options.ignorable === true,
    exact: options.exact === true,
    nullByDefault: options.default === null,
    scalar: scalarOf(kind, options),
    element,
    struct,
    minBytes: minBytesOf(kind, nullable, scope.flexible, struct),
  }
}

/** The default that is declared, or else zero, empty, false. */
function scalarOf(kind: Kind, options: FieldOptions): number | string | boolean | bigint {
  const declared = options.default as number | string | boolean | bigint | null | undefined
  if (kind === 'int64' && options.exact === true) return BigInt(declared ?? 0)
  if (declared !== undefined && declared !== null) return declared
  if (kind === 'bool') return false
  if (kind === 'uuid') return zeroUuid
  return kind === 'string' ? '' : 0
}

/** Bytes of the kinds that always take as many. */
export const fixedBytes: { readonly [kind in Kind]?: number } = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
}

function minBytesOf(kind: Kind, nullable: boolean, flexible: boolean, struct: Layout | null): number {
  if (struct !== null) return nullable ? 1 : struct.minBytes
  const fixed = fixedBytes[kind]
  if (fixed !== undefined) return fixed
  if (flexible) return 1
  return kind === 'string' ? 2 : 4
}

/** What a reader sees of a field that the wire did not carry: made anew, so that nobody shares it. */
export function fallbackOf(member: Member): Value {
  if (member.nullByDefault) return null
  switch (member.kind) {
    case 'array':
      return []
    case 'bytes':
    case 'records':
      return Buffer.alloc(0)
    case 'struct': {
      const value: Value = {}
      for (const inner of member.struct?.members ?? []) value[inner.name] = fallbackOf(inner)
      return value
    }
    default:
      return member.scalar
  }
}

/** Whether a value is the default, so that a tagged field is left out and an absent one is not missed. */
export function isFallback(member: Member, value: Value): boolean {
  if (value === undefined) return true
  if (value === null || member.nullByDefault) return value === null && member.nullByDefault
  switch (member.kind) {
    case 'array':
      return value.length === 0
    case 'bytes':
    case 'records':
      return (Buffer.isBuffer(value) ? value.length : value.sizeBytes) === 0
    case 'struct':
      return (member.struct?.members ?? []).every(inner => isFallback(inner, value[inner.name]))
    case 'int64':
      // Loose where a number may stand for a bigint: 0 is 0n.
      return member.exact ? value == member.scalar : value === member.scalar
    default:
      return value === member.scalar
  }
}
