/** Compares declarations with the facts of one release of Kafka, field by field. */
import type { Field, Fields, Shape } from '../src/protocol/schema'
import { rangeOf, type VersionRange, type VersionSpec } from '../src/protocol/versions'
import { elementType, type Fact, type FactField, innerFields, ourName } from './facts'

/** Names that a field had in an older release, by `Message.field`. */
const renamed: Readonly<Record<string, string>> = { 'TxnOffsetCommitRequest.generationId': 'generationIdOrMemberEpoch' }

export interface Comparison {
  readonly problems: string[]
  /** Fields that were compared. */
  fields: number
}

export interface Release {
  readonly name: string
  /** Beside what is on the wire, also what only code sees: which fields are ignorable, and what they name. */
  readonly isNewest: boolean
}

interface Place {
  readonly fact: Fact
  readonly release: Release
  readonly path: string
  /** Versions that both sides have in which the struct is on the wire. */
  readonly range: VersionRange
  readonly found: Comparison
}

const spec = (text: string | undefined, whenAbsent: VersionRange): VersionRange =>
  text === undefined ? whenAbsent : rangeOf(text as VersionSpec)
const none: VersionRange = { min: 0, max: -1 }
const everything: VersionRange = { min: 0, max: Number.POSITIVE_INFINITY }

function intersect(a: VersionRange, b: VersionRange): VersionRange {
  const range = { min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) }
  return range.min > range.max ? none : range
}

const isEmpty = (range: VersionRange): boolean => range.min > range.max
const text = (range: VersionRange): string => (isEmpty(range) ? 'none' : `${range.min}-${range.max}`)

/** Compares in the versions that both the shape and the release have; `ranges` are theirs. */
export function compareShape(shape: Shape, fact: Fact, release: Release, found: Comparison): void {
  const isOldKey = fact.type === 'data' && shape.name.endsWith('Key')
  // Until 4.0 the schema of a record's key had the type of the record for its version.
  const theirs = spec(fact.validVersions, none)
  const place = {
    fact,
    release,
    path: shape.name,
    range: isOldKey ? everything : intersect(rangeOf(shape.versions), theirs),
    found,
  }
  if (isEmpty(place.range)) found.problems.push(`${shape.name}: no version is shared with ${release.name}`)
  const flexible = [rangeOf(shape.flexible), spec(fact.flexibleVersions, none)].map(range =>
    text(intersect(range, place.range)),
  )
  if (!isOldKey) differ(place, 'flexible', flexible[0], flexible[1])
  if (release.isNewest) differ(place, 'newest version', rangeOf(shape.versions).max, theirs.max)
  compareFields(shape.fields, fact.fields, place)
}

function differ(place: Place, what: string, ours: unknown, theirs: unknown): void {
  if (ours !== theirs) {
    place.found.problems.push(`${place.path} (${place.release.name}): ${what} is ${ours}, should be ${theirs}`)
  }
}

function compareFields(ours: Fields, theirs: readonly FactField[], place: Place): void {
  const expected = theirs.filter(field => !isEmpty(rangeOfFact(field, place)))
  const nameOf = (field: FactField): string =>
    renamed[`${place.fact.name}.${ourName(field.name)}`] ?? ourName(field.name)
  const names = expected.map(nameOf)
  const present = Object.keys(ours).filter(name => !isEmpty(rangeOfField(ours[name] as Field, place)))
  // A release may add tagged fields to versions that were there before, which is what tags are for.
  const known = present.filter(
    name => names.includes(name) || place.release.isNewest || ours[name]?.options.tagged === undefined,
  )
  differ(place, 'the list of fields', known.join(), names.join())
  for (const field of expected) {
    const name = nameOf(field)
    const our = ours[name]
    if (our !== undefined) compareField(our, field, { ...place, path: `${place.path}.${name}` })
  }
}

function rangeOfFact(field: FactField, place: Place): VersionRange {
  const isOldKey = place.range === everything
  return isOldKey ? everything : intersect(place.range, spec(field.versions ?? field.taggedVersions, everything))
}

function rangeOfField(field: Field, place: Place): VersionRange {
  return intersect(place.range, spec(field.options.versions, everything))
}

function compareField(ours: Field, theirs: FactField, place: Place): void {
  place.found.fields++
  const { options } = ours
  const range = rangeOfFact(theirs, place)
  const within = (other: string | undefined): string => text(intersect(range, spec(other, none)))
  differ(place, 'versions', text(rangeOfField(ours, place)), text(range))
  differ(place, 'nullable', within(options.nullable), within(theirs.nullableVersions))
  differ(place, 'tagged', within(options.tagged), within(theirs.taggedVersions))
  differ(place, 'tag', options.tag ?? null, theirs.tag === undefined ? null : Number(theirs.tag))
  differ(place, 'default', defaultOf(ours), defaultOfFact(theirs))
  differ(place, 'type', typeOf(ours), typeOfFact(place.fact, theirs))
  if (place.release.isNewest) {
    differ(place, 'ignorable', options.ignorable === true, theirs.ignorable === true)
    const named = (ours.element ?? ours).options.entity ?? null
    if (theirs.entityType !== undefined) differ(place, 'entity', named, theirs.entityType)
  }
  const inner = innerFields(place.fact, theirs)
  const fields = ours.fields ?? ours.element?.fields
  if (inner !== null && fields !== undefined) compareFields(fields, inner, { ...place, range })
}

function typeOf(field: Field): string {
  return field.element === undefined ? field.kind : `[]${typeOf(field.element)}`
}

function typeOfFact(fact: Fact, field: FactField): string {
  const isStruct = innerFields(fact, field) !== null
  return isStruct ? field.type.replace(elementType(field.type), 'struct') : field.type
}

/** Defaults as texts; zero, empty and false are the default of a field that states none. */
function defaultOf(field: Field): string {
  const value = field.options.default
  return value === undefined ? zeroText(field.kind) : String(value)
}

function defaultOfFact(field: FactField): string {
  const given = field.default
  // A bare null in the facts states nothing; the text "null" is the default null.
  if (given === undefined || given === null) return zeroText(field.type)
  if (String(given) === 'null') return 'null'
  if (field.type === 'string' || field.type === 'bool') return String(given)
  return String(Math.min(Number(given), Number.MAX_SAFE_INTEGER))
}

function zeroText(type: string): string {
  if (type === 'bool') return 'false'
  return /^(u?int|float)/.test(type) ? '0' : ''
}
