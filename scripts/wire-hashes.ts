/**
 * A hash of the wire format of every shape in every version. `wire-hashes` rewrites test/golden/wire-hashes.json: a change
 * of what is on the wire is then seen in review, and never happens by accident.
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fallbackOf, type Layout, layoutOf, type Member } from '../src/protocol/layout'
import type { Shape } from '../src/protocol/schema'
import { versionsOf } from '../src/protocol/versions'
import { allShapes } from './all-shapes'

/** By shape; the hashes of its versions in ascending order, separated by spaces. */
export function wireHashes(shapes: readonly Shape[]): Record<string, string> {
  return Object.fromEntries(
    shapes.map(shape => {
      const hashes = versionsOf(shape.versions).map(version => hashOf(layoutOf(shape, version)))
      return [`${shape.name} ${shape.versions}`, hashes.join(' ')]
    }),
  )
}

function hashOf(layout: Layout): string {
  return createHash('sha256').update(structText(layout)).digest('hex').slice(0, 8)
}

function structText(layout: Layout): string {
  const fields = [...layout.plain, ...layout.tagged].map(memberText)
  return `{${layout.flexible ? 'flexible;' : ''}${fields.join(';')}}`
}

/** Of a tagged field also the default, since it decides whether the field is on the wire at all. */
function memberText(member: Member): string {
  const tag = member.tag === null ? '' : `#${member.tag}=${defaultText(member)}`
  return `${member.name}${tag}:${typeText(member)}`
}

function typeText(member: Member): string {
  const inner = member.struct === null ? '' : structText(member.struct)
  const element = member.element === null ? '' : `[${typeText(member.element)}]`
  return `${member.kind}${member.nullable ? '?' : ''}${inner}${element}`
}

function defaultText(member: Member): string {
  const value = fallbackOf(member)
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}

if (process.argv[1]?.endsWith('/wire-hashes.ts')) {
  const file = join(process.cwd(), 'test', 'golden', 'wire-hashes.json')
  writeFileSync(file, `${JSON.stringify(wireHashes(allShapes), null, 1)}\n`)
}
