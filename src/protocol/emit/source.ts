/** The text of a function while it is being emitted: lines, fresh names, and values that the text refers to. */
import { fallbackOf, type Layout, type Member, type Value } from '../layout'

export class Source {
  private readonly lines: string[] = []
  private readonly constants: unknown[] = []
  private names = 0

  line(...lines: readonly string[]): void {
    this.lines.push(...lines)
  }

  /** A variable name that was not given out before. */
  fresh(): string {
    return `x${this.names++}`
  }

  /** The text by which the emitted function reaches a value that has no literal. */
  constant(value: unknown): string {
    this.constants.push(value)
    return `constants[${this.constants.length - 1}]`
  }

  /**
   * Makes the function `(parameters) => { lines }` in which the entries of `scope` are known by their names. Everything
   * in the text comes from declarations in this program, never from a peer.
   */
  compile(parameters: string, scope: Readonly<Record<string, unknown>>): (...given: Value[]) => Value {
    const body = `return function (${parameters}) {\n${this.lines.join('\n')}\n}`
    const make = new Function('constants', ...Object.keys(scope), body)
    return make(this.constants, ...Object.values(scope)) as (...given: Value[]) => Value
  }
}

/** The default of a member as an expression that makes it anew each time. */
export function fallbackText(member: Member): string {
  if (member.nullByDefault) return 'null'
  switch (member.kind) {
    case 'array':
      return '[]'
    case 'bytes':
    case 'records':
      return 'Buffer.alloc(0)'
    case 'struct':
      return objectText((member.struct as Layout).members, fallbackText)
    case 'int64':
      return member.exact ? `${member.scalar}n` : String(member.scalar)
    default:
      return JSON.stringify(fallbackOf(member))
  }
}

/** An object literal with the members in their order. */
export function objectText(members: readonly Member[], valueText: (member: Member) => string): string {
  return `{ ${members.map(member => `${member.name}: ${valueText(member)}`).join(', ')} }`
}

/** Bytes that a value always takes in a struct of this encoding, or null when that depends on the value. */
export function fixedSizeOf(member: Member): number | null {
  if (member.kind !== 'struct')
    return ['string', 'bytes', 'records', 'array'].includes(member.kind) ? null : member.minBytes
  const struct = member.struct as Layout
  if (member.nullable || struct.tagged.length > 0) return null
  return struct.plain.some(inner => fixedSizeOf(inner) === null) ? null : struct.minBytes
}
