import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import type * as Compression from '../../../../src/protocol/records/compression'
import { vector } from './vectors'

const codecs = [
  ['none', 0],
  ['gzip', 1],
  ['snappy', 2],
  ['lz4', 3],
  ['zstd', 4],
] as const

/** The table as it is where some packages do not load. */
function without(packages: readonly string[]): typeof Compression {
  jest.resetModules()
  for (const name of ['snappy', 'lz4-napi', '@toondepauw/node-zstd']) {
    if (packages.includes(name)) {
      jest.doMock(name, () => {
        throw new Error('not on this platform')
      })
    } else jest.dontMock(name)
  }
  const table = require('../../../../src/protocol/records/compression') as typeof Compression
  // Codecs load at their first use, and must do so while the packages look like this.
  for (const codec of [2, 3, 4]) {
    try {
      table.compress(codec, Buffer.from('x'))
    } catch {}
  }
  return table
}

const native = without([])
const plain = without(['snappy', 'lz4-napi', '@toondepauw/node-zstd'])
const limit = 1 << 24

const failure = (run: () => unknown): { name: string; message: string } | null => {
  try {
    run()
    return null
  } catch (error) {
    return error as Error
  }
}

/** Bytes that compress: pieces repeated, near and far, with noise between. */
const compressible = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.nat({ max: 300 })), { maxLength: 30 })
  .map(pieces => Buffer.concat(pieces.flatMap(([piece, times]) => Array.from({ length: times }, () => piece))))

test.each(codecs)('%s: what is compressed comes back, whichever code did it', (_, codec) => {
  fc.assert(
    fc.property(compressible, bytes => {
      for (const writer of [native, plain]) {
        const compressed = writer.compress(codec, bytes)
        for (const reader of [native, plain]) {
          expect(reader.decompress(codec, compressed, limit).equals(bytes)).toBe(true)
        }
      }
    }),
    { seed: 3, numRuns: 60 },
  )
})

test.each(codecs)('%s: long content, every level', (name, codec) => {
  const bytes = Buffer.from('{"user":"odradek","visits":1234567}\n'.repeat(30_000))
  for (const level of name === 'gzip' ? [1, 9] : name === 'zstd' ? [-5, 1, 19] : [undefined]) {
    const compressed = native.compress(codec, bytes, level)
    if (codec !== 0) expect(compressed.length).toBeLessThan(bytes.length / 10)
    for (const reader of [native, plain]) expect(reader.decompress(codec, compressed, limit).equals(bytes)).toBe(true)
  }
})

test.each(codecs)('%s: what Java wrote is read', (name, codec) => {
  const expected = vector('v2-none').subarray(61)
  for (const reader of [native, plain]) {
    expect(reader.decompress(codec, vector(`v2-${name}`).subarray(61), limit).equals(expected)).toBe(true)
  }
})

test('a limit is kept, to the byte', () => {
  const bytes = Buffer.alloc(300_000, 'ab')
  for (const [, codec] of codecs) {
    const compressed = native.compress(codec, bytes)
    for (const reader of [native, plain]) {
      expect(reader.decompress(codec, compressed, bytes.length).length).toBe(bytes.length)
      expect(failure(() => reader.decompress(codec, compressed, bytes.length - 1))).toMatchObject({
        name: 'CorruptRecord',
      })
    }
  }
})

/** What would become gigabytes; refused without taking them. */
const bombs: readonly (readonly [string, number, Buffer])[] = [
  ['snappy, announced', 2, Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00])],
  ['lz4 of zeroes', 3, lz4Bomb()],
  ['zstd of one byte repeated', 4, zstdBomb()],
  ['gzip of zeroes', 1, gzipSync(Buffer.alloc(64 << 20))],
]

/** Blocks of 4 MiB, each one match as long as a block of 16 KB can say. */
function lz4Bomb(): Buffer {
  const head = native.compress(3, Buffer.alloc(0)).subarray(0, 7)
  const block = Buffer.concat([Buffer.from([0x1f, 0x00, 0x01, 0x00]), Buffer.alloc(16_000, 0xff), Buffer.from([0x00])])
  const size = Buffer.alloc(4)
  size.writeUInt32LE(block.length)
  return Buffer.concat([head, ...Array.from({ length: 100 }, () => Buffer.concat([size, block])), Buffer.alloc(4)])
}

function zstdBomb(): Buffer {
  // Magic, a descriptor with a window of 128 KiB, then blocks that say "this byte, 131072 times".
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38])
  const block = (last: number) => Buffer.from([0x02 | last, 0x00, 0x10, 0x00])
  return Buffer.concat([head, ...Array.from({ length: 16_384 }, () => block(0)), block(1)])
}

test.each(bombs)('bomb: %s', (_, codec, bomb) => {
  for (const reader of [native, plain]) {
    const before = process.memoryUsage()
    expect(failure(() => reader.decompress(codec, bomb, 1 << 20))).toMatchObject({ name: 'CorruptRecord' })
    const after = process.memoryUsage()
    expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(16 << 20)
  }
})

test('damaged bytes give CorruptRecord or other bytes within the limit, never anything else', () => {
  const content = Buffer.from('the quick brown fox jumps over the lazy dog '.repeat(40))
  for (const [, codec] of codecs) {
    const compressed = native.compress(codec, content)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (flips, cut) => {
          const damaged = Buffer.from(compressed)
          for (const [at, by] of flips) damaged[at % damaged.length]! ^= by
          const input = cut % 3 === 0 ? damaged.subarray(0, cut % damaged.length) : damaged
          for (const reader of [native, plain]) {
            let size = 0
            const failed = failure(() => {
              size = reader.decompress(codec, input, 100_000).length
            })
            expect(size).toBeLessThanOrEqual(100_000)
            if (failed !== null) expect(failed.name).toBe('CorruptRecord')
          }
        },
      ),
      { seed: 11, numRuns: 150 },
    )
  }
})

test('noise is refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 4 }), (noise, codec) => {
      for (const reader of [native, plain]) {
        const failed = failure(() => reader.decompress(codec, Buffer.from(noise), 10_000))
        if (failed !== null) expect(failed.name).toBe('CorruptRecord')
        else if (codec !== 2) throw new Error('noise was taken')
      }
    }),
    { seed: 5, numRuns: 300 },
  )
})

test('snappy: bare blocks as librdkafka writes them, and streams one after the other', () => {
  const content = Buffer.from('snappy '.repeat(100))
  const bare = (jest.requireActual('snappy') as { compressSync(bytes: Buffer): Buffer }).compressSync(content)
  const framed = native.compress(2, content)
  for (const reader of [native, plain]) {
    expect(reader.decompress(2, bare, limit).equals(content)).toBe(true)
    expect(reader.decompress(2, Buffer.concat([framed, framed]), limit).toString()).toBe(content.toString().repeat(2))
  }
})

test('lz4: the header check of magic 0 is made wrong on purpose, and is not asked for there', () => {
  const content = Buffer.from('legacy '.repeat(100))
  const right = native.compress(3, content)
  const wrong = native.compress(3, content, undefined, 0)
  expect(right[6]).not.toBe(wrong[6])
  for (const reader of [native, plain]) {
    expect(reader.decompress(3, wrong, limit, 0).equals(content)).toBe(true)
    expect(reader.decompress(3, right, limit, 0).equals(content)).toBe(true)
    expect(failure(() => reader.decompress(3, wrong, limit, 1))).toMatchObject({ name: 'CorruptRecord' })
  }
})

test('lz4: frames of dependent blocks and of unknown kinds are refused as Kafka does', () => {
  const frame = native.compress(3, Buffer.from('x'))
  for (const [flg, says] of [
    [0x40, 'depend'],
    [0x61, 'dictionaries'],
    [0x20, 'unknown'],
    [0x62, 'unknown'],
  ] as const) {
    const other = Buffer.from(frame)
    other[4] = flg
    expect(failure(() => native.decompress(3, other, limit))!.message).toContain(says)
  }
})

test('a number that stands for no compression', () => {
  for (const codec of [5, 6, 7]) {
    expect(failure(() => native.decompress(codec, Buffer.alloc(0), limit))).toMatchObject({
      name: 'CorruptRecord',
      message: `Unknown compression type id: ${codec}`,
    })
  }
})

const threads = { ...native.codecsAside, name: 'threads' }
const plainly = { ...plain.codecsAside, name: 'threads, without native code' }
const here = { ...native.codecsHere, name: 'here' }

test.each([threads, plainly, here])('$name: the same comes out, long or short', async ({ compress, decompress }) => {
  for (const bytes of [Buffer.from('short'), Buffer.from('{"user":"odradek","visits":1234567}\n'.repeat(30_000))]) {
    for (const magic of [0, 1, 2]) {
      for (const [, codec] of codecs) {
        if (codec === 4 && magic < 2) continue
        const compressed = await compress(codec, bytes, undefined, magic)
        expect(native.decompress(codec, compressed, limit, magic).equals(bytes)).toBe(true)
        expect((await decompress(codec, compressed, limit, magic)).equals(bytes)).toBe(true)
        await expect(decompress(codec, compressed, bytes.length - 1, magic)).rejects.toMatchObject({ tooLarge: true })
      }
    }
  }
})

test.each([threads, plainly])('$name: bombs and damage are refused', async ({ decompress }) => {
  for (const [, codec, bomb] of bombs) {
    await expect(decompress(codec, bomb, 1 << 20)).rejects.toMatchObject({ name: 'CorruptRecord' })
  }
  const long = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * i * 7) % 251))
  for (const [, codec] of codecs) {
    if (codec === 0) continue
    const damaged = Buffer.from(native.compress(codec, long))
    damaged.fill(0xff, 30)
    await expect(decompress(codec, damaged, limit)).rejects.toMatchObject({ name: 'CorruptRecord', tooLarge: false })
  }
})
