import fc from 'fast-check'
import type * as Crc from '../../../../src/protocol/records/crc32c'

function load(native: boolean): typeof Crc {
  jest.resetModules()
  if (native) jest.dontMock('@node-rs/crc32')
  else {
    jest.doMock('@node-rs/crc32', () => {
      throw new Error('not on this platform')
    })
  }
  const loaded = require('../../../../src/protocol/records/crc32c') as typeof Crc
  // It chooses at its first use, and must do so while the package looks like this.
  loaded.crc32c(Buffer.alloc(10_000))
  return loaded
}

const native = load(true)
const plain = load(false)

/** Bit by bit, from the polynomial. */
function slow(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}

test('the check value, and vectors of RFC 3720', () => {
  for (const { crc32c } of [native, plain]) {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43)
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => i)))).toBe(0x46dd794e)
    expect(crc32c(Buffer.alloc(0))).toBe(0)
  }
})

test('any part of any buffer, by all ways', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(), fc.nat(), (array, a, b) => {
      const bytes = Buffer.from(array)
      const [from, to] = [a % (bytes.length + 1), b % (bytes.length + 1)].sort((x, y) => x - y) as [number, number]
      const expected = slow(bytes.subarray(from, to))
      for (const { crc32c } of [native, plain]) expect(crc32c(bytes, from, to)).toBe(expected)
    }),
    { seed: 9 },
  )
})
