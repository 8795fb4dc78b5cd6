/**
 * Arbitrary messages of any shape and version. They are made from one seed each: to build fast-check's own arbitraries for
 * hundreds of layouts takes longer than to run the tests with them.
 */
import fc from 'fast-check'
import { type Layout, layoutOf, type Member, type Value } from '../../src/protocol/layout'
import type { Shape } from '../../src/protocol/schema'

/** A number from 0 up to, but without, `below`. */
type Dice = (below: number) => number

/** Messages that `version` can carry; lists hold up to `maxLength` elements. What the version lacks is left out. */
export function arbitraryOf(shape: Shape, version: number, maxLength = 3): fc.Arbitrary<Value> {
  const layout = layoutOf(shape, version)
  return fc.integer().map(seed => structOf(layout, diceOf(seed), maxLength))
}

/** mulberry32 */
function diceOf(seed: number): Dice {
  let state = seed | 0
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * below)
  }
}

function structOf(layout: Layout, dice: Dice, maxLength: number): Value {
  const message: Value = {}
  for (const member of layout.plain) message[member.name] = valueOf(member, dice, maxLength)
  for (const member of layout.tagged) if (dice(3) > 0) message[member.name] = valueOf(member, dice, maxLength)
  return message
}

const pick = <T>(dice: Dice, list: readonly T[]): T => list[dice(list.length)] as T

/** Small numbers, any numbers, and the ends of the range. */
function integer(dice: Dice, min: number, max: number): number {
  const from = Math.max(min, -2)
  return pick(dice, [from + dice(10), min + dice(max - min + 1), min, max])
}

const maxSafe = Number.MAX_SAFE_INTEGER
const texts = [
  '',
  'a',
  'topic-1',
  'a.name.of.twenty-three.',
  'a.name.of.twenty-four..',
  'x'.repeat(127),
  'x'.repeat(300),
]
const wideTexts = [
  '\u00e4',
  'na\u00efve',
  '\u65e5\u672c\u8a9e',
  '\u{1f600}\u{1f601}',
  '\u0000',
  `${'y'.repeat(126)}\u00fc`,
]

function bytesOf(dice: Dice, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => dice(256)))
}

function valueOf(member: Member, dice: Dice, maxLength: number): Value {
  if (member.nullable && dice(4) === 0) return null
  switch (member.kind) {
    case 'bool':
      return dice(2) === 1
    case 'int8':
      return integer(dice, -0x80, 0x7f)
    case 'int16':
      return integer(dice, -0x8000, 0x7fff)
    case 'uint16':
      return integer(dice, 0, 0xffff)
    case 'int32':
      return integer(dice, -0x80000000, 0x7fffffff)
    case 'uint32':
      return integer(dice, 0, 0xffffffff)
    case 'int64':
      if (member.exact) return bytesOf(dice, 8).readBigInt64BE()
      return pick(dice, [integer(dice, -0x80000000, 0x7fffffff), dice(maxSafe), -dice(maxSafe), maxSafe, -maxSafe])
    case 'float64':
      return pick(dice, [0, -1.5, 1e300, dice(1000) / 7])
    case 'uuid':
      return pick(dice, ['0'.repeat(32), '0123456789abcdef0123456789abcdef', bytesOf(dice, 16).toString('hex')])
    case 'string':
      return pick(dice, dice(3) === 0 ? wideTexts : texts)
    case 'bytes':
    case 'records':
      return bytesOf(dice, pick(dice, [0, 1, 5, 40, 200]))
    case 'array':
      return Array.from({ length: dice(maxLength + 1) }, () => valueOf(member.element as Member, dice, maxLength))
    case 'struct':
      return structOf(member.struct as Layout, dice, maxLength)
  }
}
