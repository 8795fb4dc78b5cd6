/** Version ranges as Kafka's schemas spell them: "3+", "2-5", "4", "none". */
import { assert } from '../platform/assert'

export type VersionSpec = `${number}+` | `${number}-${number}` | `${number}`

/** Both ends are included. `max` is Infinity for an open range; an empty range has `max` below `min`. */
export interface VersionRange {
  readonly min: number
  readonly max: number
}

const none: VersionRange = { min: 0, max: -1 }
const parsed = new Map<string, VersionRange>()

/** "3+" is open-ended, "2-5" is inclusive, "4" is one version, "none" holds nothing. Throws Invariant on anything else. */
export function rangeOf(spec: VersionSpec | 'none'): VersionRange {
  if (spec === 'none') return none
  const known = parsed.get(spec)
  if (known !== undefined) return known
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(spec)
  assert(match !== null, `malformed version range ${spec}`)
  const min = Number(match[1])
  const max = match[2] === '+' ? Number.POSITIVE_INFINITY : match[3] === undefined ? min : Number(match[3])
  const range = { min, max }
  parsed.set(spec, range)
  return range
}

/** Whether `version` lies in the range; `whenAbsent` answers for a range that is not stated. */
export function holds(spec: VersionSpec | 'none' | undefined, version: number, whenAbsent: boolean): boolean {
  if (spec === undefined) return whenAbsent
  const { min, max } = rangeOf(spec)
  return version >= min && version <= max
}

/** Every version of a closed range, ascending. */
export function versionsOf(spec: VersionSpec): number[] {
  const { min, max } = rangeOf(spec)
  assert(max < 1000, `version range ${spec} has no end`)
  return Array.from({ length: max - min + 1 }, (_, index) => min + index)
}
