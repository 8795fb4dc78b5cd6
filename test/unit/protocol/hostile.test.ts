/** Bytes of no meaning, and bytes meant to harm: the only answer is Malformed, before anything large is made. */
import fc from 'fast-check'
import { allVersions } from '../../../scripts/all-shapes'
import { codecOf, emitted, interpreted, shapeOf } from '../../../src/protocol/codec'
import { readRequestHeader } from '../../../src/protocol/header'
import { layoutOf, type Value } from '../../../src/protocol/layout'
import { apis } from '../../../src/protocol/messages/index'
import { Metadata } from '../../../src/protocol/messages/metadata'
import { OffsetCommit } from '../../../src/protocol/messages/offset-commit'
import { Malformed } from '../../../src/protocol/wire/faults'
import { maxElements, Reader } from '../../../src/protocol/wire/reader'

/** Objects, list slots and texts that a message is made of. */
function weightOf(value: Value): number {
  if (Array.isArray(value)) return value.reduce((sum, item) => sum + 1 + weightOf(item), 1)
  if (Buffer.isBuffer(value) || value === null || typeof value !== 'object') return 1
  return Object.values(value).reduce((sum: number, inner) => sum + weightOf(inner), 1)
}

function thrownBy(run: () => void): unknown {
  try {
    run()
    return null
  } catch (error) {
    return error
  }
}

test('random bytes are a message or malformed, for every shape and version', () => {
  // With few bits set, counts and lengths are small and more of the message is reached.
  const noises = fc.sample(fc.tuple(fc.uint8Array({ maxLength: 120 }), fc.nat(255)), { seed: 20260904, numRuns: 40 })
  const buffers = noises.map(([bytes, mask]) => Buffer.from(bytes.map(byte => byte & mask)))
  const fieldsMax = 200
  let malformed = 0
  for (const { shape, version } of allVersions) {
    const layout = layoutOf(shape, version)
    for (const codec of [interpreted(layout), emitted(layout)]) {
      for (const noise of buffers) {
        const thrown = thrownBy(() => {
          const weight = weightOf(codec.read(new Reader(noise)))
          if (weight > fieldsMax * (noise.length + 1)) throw new Error(`${weight} parts from ${noise.length} bytes`)
        })
        if (thrown === null) continue
        if (!(thrown instanceof Malformed)) throw thrown
        malformed++
      }
    }
  }
  expect(malformed).toBeGreaterThan(10_000)
})

test('random headers are read or malformed', () => {
  const keys = fc.oneof(fc.constantFrom(...apis.map(api => api.key)), fc.integer({ min: -0x8000, max: 0x7fff }))
  const property = fc.property(
    keys,
    fc.integer({ min: -2, max: 20 }),
    fc.uint8Array({ maxLength: 40 }),
    (key, version, rest) => {
      const head = Buffer.alloc(4)
      head.writeInt16BE(key)
      head.writeInt16BE(version, 2)
      try {
        expect(readRequestHeader(new Reader(Buffer.concat([head, rest]))).apiKey).toBe(key)
      } catch (error) {
        expect(error).toBeInstanceOf(Malformed)
      }
    },
  )
  fc.assert(property, { seed: 20260905, numRuns: 1000 })
})

describe('a count', () => {
  test.each([
    ['of an int32 list', Metadata, 0, '7fffffff'],
    ['of a varint list', Metadata, 9, 'ffffffff07'],
    ['that would be enough bytes, but not of elements', Metadata, 9, '20' + '00'.repeat(40)],
  ] as const)('%s is refused before the list is made', (_what, api, version, hex) => {
    const codec = codecOf<typeof api, 'request'>(api, 'request', version)
    for (let uses = 0; uses < 6; uses++) {
      expect(() => codec.read(new Reader(Buffer.from(hex, 'hex')))).toThrow(/^a list of \d+ elements was announced/)
    }
  })

  test('of all lists together is bounded, though each of them is honest', () => {
    // Three bytes each: an empty name, no partitions, no tags.
    const topics = 500_000
    const head = Buffer.from('0100000000' + '0100' + 'a1c21e', 'hex')
    const bytes = Buffer.concat([head, Buffer.alloc(topics * 3, Buffer.from('010100', 'hex')), Buffer.from([0])])
    const layout = layoutOf(shapeOf(OffsetCommit, 'request'), 8)
    for (const codec of [interpreted(layout), emitted(layout)]) {
      expect(codec.read(new Reader(bytes)).topics).toHaveLength(topics)
      expect(() => codec.read(new Reader(bytes, topics - 1))).toThrow('more elements than are accepted')
    }
    expect(maxElements).toBeGreaterThan(topics)
  })
})

test('tags without end are cut off by what remains', () => {
  const codec = codecOf(Metadata, 'request', 9)
  for (const hex of [
    '01000000' + 'ffffffff07' + '0500'.repeat(50),
    '01000000' + '01' + '05ffffffff07',
    '01000000' + '01' + '05ffffffff0f',
  ]) {
    for (let uses = 0; uses < 6; uses++)
      expect(() => codec.read(new Reader(Buffer.from(hex, 'hex')))).toThrow(Malformed)
  }
})
