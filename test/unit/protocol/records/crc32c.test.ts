import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { crc32c, implementations } from '../../../../src/protocol/records/crc32c'

type Crc = ReturnType<(typeof implementations)[string]>

function loaded(load: () => Crc): Crc | null {
  try {
    return load()
  } catch {
    return null
  }
}

const all = Object.entries(implementations).map(([name, load]) => ({ name, crc: loaded(load) }))
const those = all.flatMap(({ name, crc }) => (crc ? [{ name, crc }] : []))

/** Bit by bit, from the polynomial. */
function slow(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}

test('where something compiles C for a processor that has the instructions, the build brought the addon', () => {
  const compiles =
    process.arch === 'x64' &&
    process.platform !== 'win32' &&
    spawnSync(process.env.CC ?? 'cc', ['--version']).status === 0
  const wanted = compiles ? ['addon', 'node-rs', 'javascript'] : ['node-rs', 'javascript']
  expect(those.map(({ name }) => name)).toEqual(expect.arrayContaining(wanted))
})

test.each(those)('$name: the check value, and vectors of RFC 3720', ({ crc }) => {
  const whole = (bytes: Buffer): number => crc(bytes, 0, bytes.length)
  expect(whole(Buffer.from('123456789'))).toBe(0xe3069283)
  expect(whole(Buffer.alloc(32))).toBe(0x8a9136aa)
  expect(whole(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43)
  expect(whole(Buffer.from(Array.from({ length: 32 }, (_, i) => i)))).toBe(0x46dd794e)
  expect(whole(Buffer.alloc(0))).toBe(0)
})

test.each(those)('$name: any part of any buffer', ({ crc }) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(), fc.nat(), (array, a, b) => {
      const bytes = Buffer.from(array)
      const [from, to] = [a % (bytes.length + 1), b % (bytes.length + 1)].sort((x, y) => x - y) as [number, number]
      expect(crc(bytes, from, to)).toBe(slow(bytes.subarray(from, to)))
    }),
    { seed: 9 },
  )
})

test('all agree on what is long, with every remainder of the lengths in which the addon works', () => {
  const bytes = Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 2654435761) >>> 24))
  for (let length = 0; length <= bytes.length; length += 97) {
    const from = length % 11
    const given = those.map(({ crc }) => crc(bytes, Math.min(from, length), length))
    expect(new Set(given).size).toBe(1)
  }
})

test.each(those.filter(({ name }) => name === 'addon'))('$name: nothing is read beyond the buffer', ({ crc }) => {
  const bytes = Buffer.alloc(10)
  expect(() => crc(bytes, 0, 11)).toThrow('not within the buffer')
  expect(() => crc(bytes, 6, 5)).toThrow('not within the buffer')
  expect(() => crc(bytes, -1, 5)).toThrow('not within the buffer')
  expect(() => crc('text' as unknown as Buffer, 0, 1)).toThrow('wants a buffer')
})

test('without packages and addon it is JavaScript', () => {
  jest.isolateModules(() => {
    for (const absent of ['#crc32c', '@node-rs/crc32']) {
      jest.doMock(absent, () => {
        throw new Error('not on this platform')
      })
    }
    const plain = require('../../../../src/protocol/records/crc32c') as { crc32c: typeof crc32c }
    expect(plain.crc32c(Buffer.from('x123456789'), 1)).toBe(0xe3069283)
  })
})
