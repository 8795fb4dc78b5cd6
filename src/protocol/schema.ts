/**
 * The vocabulary in which every Kafka message is declared. Declarations are plain data; static types are inferred from
 * them and codecs, walkers and docs are derived from them. The words are those of Kafka's own message schemas, except
 * `entity` by sibling and `identifies`, which are ours.
 */
import type { VersionSpec } from './versions'
import type { Slices } from './wire/slices'

/** What a value names, so that one walker can rewrite, check or audit every name in any message. */
export type Entity = 'topicName' | 'topicId' | 'groupId' | 'transactionalId' | 'producerId' | 'brokerId'

/** Some fields name a different thing depending on a sibling field, as a config resource does by its type. */
export interface EntityBySibling {
  /** The sibling field, or a field of an enclosing struct when the siblings do not have it. */
  readonly by: string
  readonly of: { readonly [value: number]: Entity }
}

export interface FieldOptions<T = unknown> {
  /** Versions that carry the field. Absent means every version of the message. */
  readonly versions?: VersionSpec
  /** Versions in which null may be sent. */
  readonly nullable?: VersionSpec
  /** Flexible versions in which the field travels in the tag section; it is a plain field in the others. */
  readonly tagged?: VersionSpec
  readonly tag?: number
  /** What a reader sees when the wire did not carry the field. Absent means zero, empty, false. */
  readonly default?: T
  /** A value that is not the default may be dropped when the peer's version cannot carry it. */
  readonly ignorable?: true
  readonly entity?: Entity | EntityBySibling
  /** For a topic id: the sibling field with the name that it stands for. */
  readonly identifies?: string
  /**
   * For an int64: read as a bigint, so that no value is rounded. Without it values saturate at +-(2^53 - 1). A writer may
   * give a number too, which then means what it means in any other int64.
   */
  readonly exact?: true
  readonly about?: string
}

export type ScalarKind = 'bool' | 'int8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'int64' | 'float64' | 'uuid'
export type Kind = ScalarKind | 'string' | 'bytes' | 'records' | 'array' | 'struct'

/** `Read` is what a decoded message holds, `Written` what may be encoded, `Omittable` whether a writer may leave it out. */
export interface Field<out Read = unknown, out Written = unknown, out Omittable extends boolean = boolean> {
  readonly kind: Kind
  readonly options: FieldOptions
  /** Of an array. */
  readonly element?: Field
  /** Of a struct. */
  readonly fields?: Fields
  /** The next three carry static types; they never exist at runtime. */
  readonly read?: Read
  readonly written?: Written
  readonly omittable?: Omittable
}

export interface Fields {
  readonly [name: string]: Field
}

/** A decoded message: every field is present, those that its version lacks with their defaults. */
export type Message<F extends Fields> = {
  -readonly [K in keyof F]: F[K] extends Field<infer Read, unknown, boolean> ? Read : never
} & {}

type OmittableKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends Field<unknown, unknown, true> ? K : never
}[keyof F]

/** A message to encode. What has a declared default, is ignorable, tagged, or not in every version may be left out. */
export type Draft<F extends Fields> = {
  readonly [K in Exclude<keyof F, OmittableKeys<F>>]: F[K] extends Field<unknown, infer Written, boolean>
    ? Written
    : never
} & {
  readonly [K in OmittableKeys<F>]?: F[K] extends Field<unknown, infer Written, boolean> ? Written | undefined : never
}

type OrNull<T, O> = O extends { nullable: VersionSpec } ? T | null : T
type IsOmittable<O> = O extends
  | { default: unknown }
  | { ignorable: true }
  | { tagged: VersionSpec }
  | { versions: VersionSpec }
  ? true
  : false

type ScalarField<T, O> = Field<OrNull<T, O>, OrNull<T, O>, IsOmittable<O>>

function scalar<T>(kind: Kind) {
  return <const O extends FieldOptions<T | null> = {}>(options?: O): ScalarField<T, O> => ({
    kind,
    options: options ?? {},
  })
}

export const bool = scalar<boolean>('bool')
export const int8 = scalar<number>('int8')
export const int16 = scalar<number>('int16')
export const uint16 = scalar<number>('uint16')
export const int32 = scalar<number>('int32')
/** @public Kafka's vocabulary has it, though no message uses it today. */
export const uint32 = scalar<number>('uint32')
export const float64 = scalar<number>('float64')
/** 32 lower-case hex digits. */
export const uuid = scalar<string>('uuid')
export const string = scalar<string>('string')
export const bytes = scalar<Buffer>('bytes')

type Int64<O> = O extends { exact: true } ? bigint : number
type WrittenInt64<O> = O extends { exact: true } ? bigint | number : number

/** A number saturating at +-(2^53 - 1), where saturated values stand for the ends of the int64 range; or, exact, a bigint. */
export function int64<const O extends FieldOptions<number | bigint | null> = {}>(
  options?: O,
): Field<OrNull<Int64<O>, O>, OrNull<WrittenInt64<O>, O>, IsOmittable<O>> {
  return { kind: 'int64', options: options ?? {} }
}

/** Record batches: a slice of what was received when read, a buffer or several when written, referenced and not copied. */
export function records<const O extends FieldOptions<null> = {}>(
  options?: O,
): Field<OrNull<Buffer, O>, OrNull<Buffer | Slices, O>, IsOmittable<O>> {
  return { kind: 'records', options: options ?? {} }
}

export function struct<const F extends Fields, const O extends FieldOptions<null> = {}>(
  fields: F,
  options?: O,
): Field<OrNull<Message<F>, O>, OrNull<Draft<F>, O>, IsOmittable<O>> {
  return { kind: 'struct', fields, options: options ?? {} }
}

type ListField<Read, Written, O> = Field<OrNull<Read[], O>, OrNull<readonly Written[], O>, IsOmittable<O>>

/** A list of scalars (`array(int32())`) or of structs (`array({ name: string() })`). */
export function array<Read, Written, const O extends FieldOptions<null> = {}>(
  element: Field<Read, Written, boolean>,
  options?: O,
): ListField<Read, Written, O>
export function array<const F extends Fields, const O extends FieldOptions<null> = {}>(
  fields: F,
  options?: O,
): ListField<Message<F>, Draft<F>, O>
export function array(element: Field | Fields, options?: FieldOptions): Field {
  return { kind: 'array', element: isField(element) ? element : struct(element), options: options ?? {} }
}

/** A struct with a field called `kind` is still told apart, since its `kind` is a field and not a text. */
function isField(element: Field | Fields): element is Field {
  return typeof element.kind === 'string'
}

/** One direction of an API, a record of an internal log, an embedded blob: fields with the versions they come in. */
export interface Shape<F extends Fields = Fields> {
  readonly name: string
  readonly versions: VersionSpec
  readonly flexible: VersionSpec | 'none'
  readonly fields: F
}

export interface Api<Req extends Fields = Fields, Res extends Fields = Fields> {
  readonly key: number
  readonly name: string
  /** Every version declared, the oldest that Kafka 3.9 served to the newest of 4.4. */
  readonly versions: VersionSpec
  readonly flexible: VersionSpec | 'none'
  /** Versions that Kafka 4.4 does not advertise yet. */
  readonly unstable?: VersionSpec
  readonly request: Req
  readonly response: Res
}

export type Direction = 'request' | 'response'

/** A request as it was read. */
export type RequestOf<A extends Api> = Message<A['request']>
/** A response as it was read. */
export type ResponseOf<A extends Api> = Message<A['response']>
/** A request to be written, as a client has it. */
export type RequestDraft<A extends Api> = Draft<A['request']>
/** A response to be written, as a handler returns it. */
export type ResponseDraft<A extends Api> = Draft<A['response']>

export function defineApi<const Req extends Fields, const Res extends Fields>(api: Api<Req, Res>): Api<Req, Res> {
  return api
}

/**
 * A record of one of Kafka's internal topics. Its key begins with the record type and its value with the version of the
 * value, both int16; the key's own shape has one version only.
 */
export interface RecordDeclaration<K extends Fields = Fields, V extends Fields = Fields> {
  readonly type: number
  readonly name: string
  readonly key: Shape<K>
  readonly value: Shape<V>
}

export type RecordKeyOf<R extends RecordDeclaration> = Message<R['key']['fields']>
export type RecordValueOf<R extends RecordDeclaration> = Message<R['value']['fields']>
export type RecordValueDraft<R extends RecordDeclaration> = Draft<R['value']['fields']>

export function defineRecord<const K extends Fields, const V extends Fields>(declared: {
  readonly type: number
  readonly name: string
  /** Versions of the value. */
  readonly versions: VersionSpec
  readonly flexible: VersionSpec | 'none'
  readonly key: K
  readonly value: V
}): RecordDeclaration<K, V> {
  const { type, name, versions, flexible, key, value } = declared
  return {
    type,
    name,
    key: { name: `${name}Key`, versions: '0', flexible: 'none', fields: key },
    value: { name: `${name}Value`, versions, flexible, fields: value },
  }
}

export function defineShape<const F extends Fields>(shape: Shape<F>): Shape<F> {
  return shape
}

export type MessageOf<S extends Shape> = Message<S['fields']>
export type DraftOf<S extends Shape> = Draft<S['fields']>
