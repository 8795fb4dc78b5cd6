/** Holds emitted codecs to the interpreter: same bytes, same messages, same refusals, for every shape in every version. */
import fc from 'fast-check'
import { type Codec, emitted, interpreted } from '../../../../src/protocol/codec'
import { layoutOf, type Value } from '../../../../src/protocol/layout'
import { rangeOf } from '../../../../src/protocol/versions'
import { Reader } from '../../../../src/protocol/wire/reader'
import { bytesOf } from '../../../../src/protocol/wire/writer'
import { arbitraryOf } from '../../../support/arbitrary-message'
import { allShapes, allVersions } from '../../../../scripts/all-shapes'

type AnyCodec = Codec<Value, Value>

/**
 * What a codec makes of bytes: the message and how far it read, or the name of what it threw. That a list was refused by
 * its count is told apart, because it must happen before anything is made for the list.
 */
function reading(codec: AnyCodec, bytes: Buffer): unknown {
  const reader = new Reader(bytes)
  try {
    return { message: codec.read(reader), remaining: reader.remaining }
  } catch (error) {
    const { name, message } = error as Error
    return message.startsWith('a list') ? `${name}: ${message}` : name
  }
}

function writing(codec: AnyCodec, message: Value): string {
  try {
    return bytesOf(writer => codec.write(writer, message)).toString('hex')
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

test('every version of every shape is written and read alike', () => {
  let compared = 0
  for (const { shape, version } of allVersions) {
    const layout = layoutOf(shape, version)
    const [plain, fast] = [interpreted(layout), emitted(layout)]
    const property = fc.property(arbitraryOf(shape, version), message => {
      const hex = writing(plain, message)
      expect(writing(fast, message)).toBe(hex)
      const bytes = Buffer.from(hex, 'hex')
      const truth = reading(plain, bytes)
      expect(truth).toHaveProperty('remaining', 0)
      expect(reading(fast, bytes)).toEqual(truth)
      expect(Object.keys((reading(fast, bytes) as { message: object }).message)).toEqual(Object.keys(shape.fields))
      compared++
    })
    fc.assert(property, { seed: 20260902, numRuns: 3 })
  }
  expect(compared).toBe(allVersions.length * 3)
})

test('messages with more than a version carries are written or refused alike', () => {
  let refused = 0
  for (const shape of allShapes) {
    const { min, max } = rangeOf(shape.versions)
    const samples = fc.sample(arbitraryOf(shape, max), { seed: 3, numRuns: 4 })
    for (let version = min; version < max; version++) {
      const layout = layoutOf(shape, version)
      const [plain, fast] = [interpreted(layout), emitted(layout)]
      for (const message of samples) {
        const truth = writing(plain, message)
        expect(writing(fast, message)).toBe(truth)
        if (truth.startsWith('Unwritable')) refused++
      }
    }
  }
  expect(refused).toBeGreaterThan(100)
})

test('null and nothing in the place of any field are refused or filled alike', () => {
  for (const { shape, version } of allVersions) {
    const layout = layoutOf(shape, version)
    const [plain, fast] = [interpreted(layout), emitted(layout)]
    const [sample] = fc.sample(arbitraryOf(shape, version, 1), { seed: 5, numRuns: 1 })
    for (const name of Object.keys(shape.fields)) {
      for (const hole of [null, undefined]) {
        const message = { ...sample, [name]: hole }
        expect(writing(fast, message)).toBe(writing(plain, message))
      }
    }
  }
})

test('damaged bytes are read or refused alike', () => {
  // Ends of the int64 range, of what a number holds exactly, and of an int32.
  const words = [
    '7fffffffffffffff',
    '8000000000000000',
    '0020000000000000',
    'ffe0000000000000',
    '003fffffffffffff',
    'ffd0000000000001',
  ]
  let refused = 0
  let refusedLists = 0
  for (const { shape, version } of allVersions) {
    const layout = layoutOf(shape, version)
    const [plain, fast] = [interpreted(layout), emitted(layout)]
    const damaged = fc.tuple(
      arbitraryOf(shape, version, 2),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff)), { maxLength: 3 }),
      fc.option(fc.nat(), { freq: 2 }),
      fc.option(fc.tuple(fc.nat(), fc.constantFrom(...words)), { freq: 2 }),
    )
    const property = fc.property(damaged, ([message, changes, cutAt, stamp]) => {
      const whole = bytesOf(writer => plain.write(writer, message))
      for (const [at, byte] of changes) if (whole.length > 0) whole[at % whole.length] = byte
      if (stamp !== null && whole.length >= 8) whole.write(stamp[1], stamp[0] % (whole.length - 7), 'hex')
      const bytes = cutAt === null ? whole : whole.subarray(0, cutAt % (whole.length + 1))
      const truth = reading(plain, bytes)
      expect(reading(fast, bytes)).toEqual(truth)
      if (typeof truth === 'string') {
        expect(truth).toMatch(/^Malformed/)
        refused++
        if (truth !== 'Malformed') refusedLists++
      }
    })
    fc.assert(property, { seed: 20260903, numRuns: 8 })
  }
  expect(refused).toBeGreaterThan(1000)
  expect(refusedLists).toBeGreaterThan(50)
})
