import fc from 'fast-check'
import { Malformed, Unwritable } from '../../../../src/protocol/wire/faults'
import { Reader } from '../../../../src/protocol/wire/reader'
import { bytesOf, Writer } from '../../../../src/protocol/wire/writer'

const hexOf = (write: (writer: Writer) => void): string => bytesOf(write).toString('hex')
const fromHex = (hex: string): Reader => new Reader(Buffer.from(hex, 'hex'))

describe('uuids', () => {
  test('go back and forth, the same ones again and again too', () => {
    const uuids = fc.array(fc.uint8Array({ minLength: 16, maxLength: 16 }), { minLength: 1, maxLength: 50 })
    const property = fc.property(uuids, list => {
      for (const bytes of [...list, ...list, ...list]) {
        const hex = Buffer.from(bytes).toString('hex')
        expect(hexOf(writer => writer.uuid(hex))).toBe(hex)
        expect(fromHex(hex).uuid()).toBe(hex)
      }
    })
    fc.assert(property, { seed: 1, numRuns: 50 })
  })

  test('that share a slot of the table are told apart', () => {
    const uuids = Array.from({ length: 300 }, (_, index) => `ab${index.toString(16).padStart(28, '0')}cd`)
    for (const uuid of [...uuids, ...uuids]) {
      expect(hexOf(writer => writer.uuid(uuid))).toBe(uuid)
      expect(fromHex(uuid).uuid()).toBe(uuid)
    }
  })

  test.each(['', 'abc', 'z'.repeat(32), `${'0'.repeat(31)}g`, '0'.repeat(34)])('%s is refused', text => {
    expect(() => hexOf(writer => writer.uuid(text))).toThrow(Unwritable)
  })
})

describe('varints', () => {
  test('go back and forth', () => {
    const property = fc.property(fc.integer({ min: -0x80000000, max: 0x7fffffff }), value => {
      expect(new Reader(bytesOf(writer => writer.uvarint(value))).uvarint()).toBe(value)
      expect(new Reader(bytesOf(writer => writer.varint(value))).varint()).toBe(value)
    })
    fc.assert(property, { seed: 2, numRuns: 500 })
  })

  test.each([
    ['00', 0],
    ['7f', 127],
    ['8001', 128],
    ['ffffffff07', 0x7fffffff],
    ['ffffffff0f', -1],
  ])('%s is %i', (hex, value) => {
    expect(fromHex(hex).uvarint()).toBe(value)
    expect(hexOf(writer => writer.uvarint(value))).toBe(hex)
  })

  test.each(['', '80', 'ffffffff80', 'ffffffffff01'])('%s is malformed', hex => {
    expect(() => fromHex(hex).uvarint()).toThrow(Malformed)
  })
})

describe('texts', () => {
  test('go back and forth with either length', () => {
    const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ minLength: 20, maxLength: 300 }))
    const property = fc.property(texts, fc.boolean(), (text, flexible) => {
      const bytes = bytesOf(writer => writer.text(text, flexible))
      const reader = new Reader(bytes)
      const length = flexible ? reader.uvarint() - 1 : reader.int16()
      expect(length).toBe(Buffer.byteLength(text))
      expect(reader.text(length)).toBe(Buffer.from(text).toString())
      expect(reader.remaining).toBe(0)
    })
    fc.assert(property, { seed: 3, numRuns: 500 })
  })

  test('have at most 32767 bytes', () => {
    expect(bytesOf(writer => writer.text('a'.repeat(32_767), false))).toHaveLength(32_769)
    expect(() => bytesOf(writer => writer.text('a'.repeat(32_768), true))).toThrow(Unwritable)
    expect(() => bytesOf(writer => writer.text('\u00e4'.repeat(16_384), false))).toThrow(Unwritable)
  })

  test('of bytes that are not UTF-8 are read with replacements', () => {
    expect(fromHex('ff61c3').text(3)).toBe('\ufffda\ufffd')
  })
})

describe('a writer', () => {
  test('gives what was written in order, whatever the sizes', () => {
    const sizes = fc.array(fc.oneof(fc.nat(50), fc.nat(3000), fc.nat(40_000)), { maxLength: 20 })
    const property = fc.property(sizes, list => {
      const pieces = list.map((size, index) => Buffer.alloc(size, index + 1))
      const writer = new Writer()
      for (const piece of pieces) writer.raw(piece)
      const whole = Buffer.concat(pieces)
      expect(writer.sizeBytes).toBe(whole.length)
      const { buffers, sizeBytes } = writer.finish()
      expect(sizeBytes).toBe(whole.length)
      expect(Buffer.concat(buffers as Buffer[]).equals(whole)).toBe(true)
    })
    fc.assert(property, { seed: 4, numRuns: 100 })
  })

  test('does not touch what others wrote, though they share chunks', () => {
    const kept: [Buffer, number][] = []
    for (let turn = 0; turn < 400; turn++) {
      const outer = new Writer()
      outer.raw(Buffer.alloc(turn % 90, turn))
      const inner = new Writer()
      inner.raw(Buffer.alloc(turn % 70, turn))
      outer.append(inner)
      const aside = bytesOf(writer => writer.raw(Buffer.alloc(33, turn)))
      outer.raw(Buffer.alloc(turn % 50, turn))
      kept.push([aside, turn], ...outer.finish().buffers.map((buffer): [Buffer, number] => [buffer, turn]))
    }
    for (const [buffer, turn] of kept) expect(buffer.every(byte => byte === turn % 256)).toBe(true)
  })

  test('appends what another wrote, records and all', () => {
    const records = Buffer.alloc(5000, 9)
    const inner = new Writer()
    inner.int32(1)
    inner.sized(records, false)
    inner.int32(2)
    const outer = new Writer()
    outer.append(inner)
    const { buffers } = outer.finish()
    expect(buffers).toContain(records)
    expect(Buffer.concat(buffers as Buffer[]).toString('hex')).toBe(`0000000100001388${'09'.repeat(5000)}00000002`)
  })
})

test('a reader stays within its slice', () => {
  const memory = Buffer.from('00112233445566778899', 'hex')
  const reader = new Reader(memory.subarray(2, 6))
  expect(reader.int16()).toBe(0x2233)
  expect(() => reader.int32()).toThrow(Malformed)
  expect(() => reader.slice(-1)).toThrow(Malformed)
  expect(reader.slice(2).toString('hex')).toBe('4455')
  expect(reader.remaining).toBe(0)
  expect(() => reader.bool()).toThrow(Malformed)
})
