import fc from 'fast-check'
import { codecOf, codecOfShape, decode, emitted, encode, interpreted } from '../../../src/protocol/codec'
import { fallbackOf, layoutOf, type Layout, type Value } from '../../../src/protocol/layout'
import { ApiVersions } from '../../../src/protocol/messages/api-versions'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { Heartbeat } from '../../../src/protocol/messages/heartbeat'
import { JoinGroup } from '../../../src/protocol/messages/join-group'
import { Metadata } from '../../../src/protocol/messages/metadata'
import { Produce } from '../../../src/protocol/messages/produce'
import { array, defineShape, int32, int64, int8, string, struct } from '../../../src/protocol/schema'
import { Malformed, Unwritable } from '../../../src/protocol/wire/faults'
import { Reader } from '../../../src/protocol/wire/reader'
import { bytesOf, Writer } from '../../../src/protocol/wire/writer'
import { arbitraryOf } from '../../support/arbitrary-message'
import { allShapes, allVersions } from '../../../scripts/all-shapes'

/** The message with every field that it left out filled in, as a reader sees it. */
function completed(layout: Layout, message: Value): Value {
  const out: Value = {}
  for (const member of layout.members) {
    const value = message[member.name]
    const struct = member.struct ?? member.element?.struct
    if (value === undefined) out[member.name] = fallbackOf(member)
    else if (value === null || struct === null || struct === undefined) out[member.name] = value
    else out[member.name] = Array.isArray(value) ? value.map(item => completed(struct, item)) : completed(struct, value)
  }
  return out
}

describe('every message in every version', () => {
  test('there are as many as Kafka has', () => {
    expect(allShapes).toHaveLength(79 * 2 + 25 * 2 + 2)
    expect(allVersions).toHaveLength(691)
  })

  test('reads what it wrote', () => {
    for (const { shape, version } of allVersions) {
      const layout = layoutOf(shape, version)
      const codec = codecOfShape(shape, version)
      const trip = fc.property(arbitraryOf(shape, version), message => {
        const bytes = encode(codec, message)
        const reader = new Reader(bytes)
        const back = codec.read(reader)
        expect(reader.remaining).toBe(0)
        expect(back).toEqual(completed(layout, message))
        expect(Object.keys(back)).toEqual(Object.keys(shape.fields))
        expect(encode(codec, back).equals(bytes)).toBe(true)
      })
      fc.assert(trip, { seed: 20260901, numRuns: 2 })
    }
  })
})

describe('a field that a version lacks', () => {
  const message = { groupId: 'g', generationId: 1, memberId: 'm' }

  test('is seen with its default', () => {
    const codec = codecOf(Heartbeat, 'request', 0)
    expect(decode(codec, encode(codec, message))).toEqual({ ...message, groupInstanceId: null })
  })

  test('is refused when it holds something, unless it may be dropped', () => {
    const codec = codecOf(Heartbeat, 'request', 0)
    expect(() => encode(codec, { ...message, groupInstanceId: 'i' })).toThrow(
      'HeartbeatRequest v0 cannot carry groupInstanceId',
    )
    const reply = codecOf(Heartbeat, 'response', 0)
    expect(encode(reply, { errorCode: 27, throttleTimeMs: 5 }).toString('hex')).toBe('001b')
  })

  test('is refused deep inside a message too', () => {
    const request = { transactionalId: null, acks: 1, timeoutMs: 1, topicData: [] }
    expect(() => encode(codecOf(Produce, 'request', 2), { ...request, transactionalId: 'x' })).toThrow(Unwritable)
  })
})

describe('null', () => {
  test('is read and written where it may be', () => {
    const codec = codecOf(Metadata, 'request', 1)
    expect(encode(codec, { topics: null }).toString('hex')).toBe('ffffffff')
    expect(decode(codec, Buffer.from('ffffffff', 'hex')).topics).toBeNull()
  })

  test('is refused where it may not be', () => {
    expect(() => decode(codecOf(Metadata, 'request', 0), Buffer.from('ffffffff', 'hex'))).toThrow(Malformed)
    expect(() => encode(codecOf(Metadata, 'request', 0), { topics: null })).toThrow(Unwritable)
  })

  test('may be spelled with any negative length', () => {
    expect(decode(codecOf(Metadata, 'request', 1), Buffer.from('80000000', 'hex')).topics).toBeNull()
  })
})

describe('tags', () => {
  const shape = defineShape({
    name: 'Tagged',
    versions: '0-1',
    flexible: '1+',
    fields: {
      id: int32(),
      hint: string({ tagged: '1+', tag: 3, default: '' }),
      place: struct({ at: int8({ default: 7 }) }, { versions: '1+', tagged: '1+', tag: 0 }),
      list: array(int8(), { versions: '1+', nullable: '1+', tagged: '1+', tag: 1 }),
    },
  })
  const codec = codecOfShape(shape, 1)
  const hex = (message: Parameters<typeof codec.write>[1]): string => encode(codec, message).toString('hex')

  test('are left out when they hold their defaults', () => {
    expect(hex({ id: 1 })).toBe('0000000100')
    expect(hex({ id: 1, hint: '', place: { at: 7 }, list: [] })).toBe('0000000100')
  })

  test('are written by ascending tag', () => {
    expect(hex({ id: 1, hint: 'hi', place: { at: 1 }, list: null })).toBe(
      '00000001' + '03' + '00020100' + '010100' + '0303036869',
    )
  })

  test('are plain fields in versions before', () => {
    expect(encode(codecOfShape(shape, 0), { id: 1, hint: 'hi' }).toString('hex')).toBe('0000000100026869')
  })

  test('that are unknown are stepped over', () => {
    const bytes = Buffer.from('00000001' + '02' + '7f03ffffff' + '0303036869', 'hex')
    expect(decode(codec, bytes)).toEqual({ id: 1, hint: 'hi', place: { at: 7 }, list: [] })
  })

  test('that are known are read whatever size they announce, as Kafka does', () => {
    const bytes = Buffer.from('00000001' + '01' + '0309036869', 'hex')
    expect(decode(codec, bytes).hint).toBe('hi')
  })

  test('that come twice count the last time', () => {
    const bytes = Buffer.from('00000001' + '02' + '0303036869' + '03020261', 'hex')
    expect(decode(codec, bytes).hint).toBe('a')
  })
})

describe('a struct that may be null', () => {
  const inner = { at: int8() }
  const plain = defineShape({
    name: 'P',
    versions: '0',
    flexible: '0+',
    fields: { s: struct(inner, { nullable: '0+', default: null }) },
  })
  const tagged = defineShape({
    name: 'T',
    versions: '0',
    flexible: '0+',
    fields: { s: struct(inner, { nullable: '0+', tagged: '0+', tag: 0 }) },
  })
  const hexOf = (shape: typeof tagged, s: { at: number } | null): string =>
    encode(codecOfShape(shape, 0), { s }).toString('hex')

  test('stands behind a byte that is negative for null', () => {
    expect([hexOf(plain, null), hexOf(plain, { at: 5 })]).toEqual(['ff00', '01050000'])
    expect(decode(codecOfShape(plain, 0), Buffer.from('8000', 'hex')).s).toBeNull()
  })

  test('stands behind a varint that is 0 for null in the tag section, as in the records of consumer groups', () => {
    expect([hexOf(tagged, null), hexOf(tagged, { at: 5 }), hexOf(tagged, { at: 0 })]).toEqual([
      '01000100',
      '010003010500',
      '00',
    ])
    for (let uses = 0; uses < 6; uses++) {
      const read = (hex: string) => decode(codecOfShape(tagged, 0), Buffer.from(hex, 'hex')).s
      expect([read('01000100'), read('0100028000'), read('010003020500'), read('00')]).toEqual([
        null,
        null,
        { at: 5 },
        { at: 0 },
      ])
    }
  })
})

describe('int64', () => {
  const rounded = codecOfShape(defineShape({ name: 'R', versions: '0', flexible: 'none', fields: { at: int64() } }), 0)
  const exact = codecOfShape(
    defineShape({ name: 'E', versions: '0', flexible: 'none', fields: { at: int64({ exact: true }) } }),
    0,
  )

  test.each([
    ['7fffffffffffffff', Number.MAX_SAFE_INTEGER],
    ['8000000000000000', Number.MIN_SAFE_INTEGER],
    ['ffffffffffffffff', -1],
    ['fffffffeffffffff', -0x1_0000_0001],
    ['0000000100000000', 0x1_0000_0000],
    ['001ffffffffffffe', Number.MAX_SAFE_INTEGER - 1],
  ])('%s is read and written', (hex, value) => {
    expect(decode(rounded, Buffer.from(hex, 'hex')).at).toBe(value)
    expect(encode(rounded, { at: value }).toString('hex')).toBe(hex)
  })

  test('beyond 2^53 is the bound', () => {
    expect(decode(rounded, Buffer.from('0020000000000000', 'hex')).at).toBe(Number.MAX_SAFE_INTEGER)
    expect(decode(rounded, Buffer.from('ffe0000000000000', 'hex')).at).toBe(Number.MIN_SAFE_INTEGER)
  })

  test('is exact where it is declared so', () => {
    expect(decode(exact, Buffer.from('0020000000000001', 'hex')).at).toBe(2n ** 53n + 1n)
    expect(encode(exact, { at: -(2n ** 63n) }).toString('hex')).toBe('8000000000000000')
  })

  test('that is exact may be given as a number, which means what it means elsewhere', () => {
    const fields = { at: int64({ exact: true }), tagged: int64({ exact: true, tagged: '0+', tag: 0, default: -1 }) }
    const layout = layoutOf(defineShape({ name: 'N', versions: '0', flexible: '0+', fields }), 0)
    for (const codec of [interpreted(layout), emitted(layout)]) {
      const hexOf = (at: number | bigint, tagged: number | bigint) =>
        bytesOf(writer => codec.write(writer, { at, tagged })).toString('hex')
      expect([hexOf(5, -1), hexOf(5n, -1n), hexOf(5, undefined as never)]).toEqual(Array(3).fill('000000000000000500'))
      expect([hexOf(-1, 7), hexOf(-1n, 7n)]).toEqual(Array(2).fill('ffffffffffffffff0100080000000000000007'))
      expect(hexOf(Number.MAX_SAFE_INTEGER, -1)).toBe('7fffffffffffffff00')
      expect(hexOf(BigInt(Number.MAX_SAFE_INTEGER), -1)).toBe('001fffffffffffff00')
    }
  })

  test('of a version that lacks it may be the default, as a number or exact', () => {
    const fields = { at: int64({ exact: true, versions: '1', default: -1 }) }
    const layout = layoutOf(defineShape({ name: 'L', versions: '0-1', flexible: 'none', fields }), 0)
    for (const codec of [interpreted(layout), emitted(layout)]) {
      const sizeOf = (at: number | bigint) => bytesOf(writer => codec.write(writer, { at })).length
      expect([sizeOf(-1), sizeOf(-1n)]).toEqual([0, 0])
      for (const other of [0, 0n]) expect(() => sizeOf(other)).toThrow(Unwritable)
    }
  })
})

describe('records', () => {
  const large = Buffer.alloc(5000, 7)
  const reply = (records: Buffer | { buffers: Buffer[]; sizeBytes: number } | null) => ({
    responses: [
      {
        topic: 't',
        partitions: [{ partitionIndex: 0, errorCode: 0, highWatermark: 9, abortedTransactions: null, records }],
      },
    ],
  })

  test('are referenced, not copied', () => {
    for (const version of [4, 12]) {
      const writer = new Writer()
      codecOf(Fetch, 'response', version).write(writer, reply({ buffers: [large, large], sizeBytes: 10_000 }))
      const { buffers, sizeBytes } = writer.finish()
      expect(buffers.filter(part => part === large)).toHaveLength(2)
      expect(buffers.reduce((sum, part) => sum + part.length, 0)).toBe(sizeBytes)
    }
  })

  test('are read as slices of what was received', () => {
    const codec = codecOf(Fetch, 'response', 4)
    const bytes = encode(codec, reply(large))
    const back = decode(codec, bytes).responses[0]?.partitions[0]?.records
    expect(back?.equals(large)).toBe(true)
    expect(back?.buffer).toBe(bytes.buffer)
  })
})

describe('bytes off the schema', () => {
  test.each([
    ['a list longer than what remains', Metadata, 0, '7fffffff0000'],
    ['a text longer than what remains', Metadata, 0, '00000001' + '7fff'],
    ['a message that ends early', JoinGroup, 0, '0001610000'],
    ['a varint without an end', ApiVersions, 3, 'ffffffffff'],
    ['a list of elements that cannot all be there', Metadata, 0, '00000003' + '00000000'],
    ['tags that are not there', Metadata, 9, '01000000' + '7f'],
    ['a text above 32767 bytes', ApiVersions, 3, '818002' + '61'.repeat(0x8000) + '0100'],
  ] as const)('%s: Malformed', (_what, api, version, hex) => {
    expect(() => decode(codecOf<typeof api, 'request'>(api, 'request', version), Buffer.from(hex, 'hex'))).toThrow(
      Malformed,
    )
  })

  test('what follows a message is not read', () => {
    const reader = new Reader(Buffer.from('00000000' + 'ffff', 'hex'))
    expect(codecOf(Metadata, 'request', 0).read(reader)).toMatchObject({ topics: [] })
    expect(reader.remaining).toBe(2)
  })
})
