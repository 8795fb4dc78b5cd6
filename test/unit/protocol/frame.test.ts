import fc from 'fast-check'
import { Frames, framed as sent } from '../../../src/protocol/frame'
import { Malformed } from '../../../src/protocol/wire/faults'

const framed = (body: Uint8Array): Buffer => {
  const { buffers, sizeBytes } = sent(writer => writer.raw(Buffer.from(body)))
  return Buffer.concat(buffers as Buffer[], sizeBytes)
}

function cut(stream: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let at = 0
  for (let i = 0; at < stream.length; i++) {
    const size = sizes[i % sizes.length]!
    chunks.push(stream.subarray(at, at + size))
    at += size
  }
  return chunks
}

test('frames come out as they went in, however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 })),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 }),
      (bodies, sizes) => {
        const out: Buffer[] = []
        const frames = new Frames(1_000, frame => out.push(Buffer.from(frame)))
        for (const chunk of cut(Buffer.concat(bodies.map(framed)), sizes)) frames.push(chunk)
        expect(out).toEqual(bodies.map(body => Buffer.from(body)))
        expect(frames.heldBytes).toBe(0)
      },
    ),
    { seed: 1, numRuns: 300 },
  )
})

test('a frame that lies whole in a chunk is not copied', () => {
  const taken: Buffer[] = []
  const frames = new Frames(1_000, frame => taken.push(frame))
  // Of its own memory, not of the slab that small buffers share.
  const stream = Buffer.allocUnsafeSlow(28)
  Buffer.concat([framed(Buffer.alloc(10)), framed(Buffer.alloc(10))]).copy(stream)
  frames.push(stream.subarray(0, 20))
  frames.push(stream.subarray(20))
  expect(taken.map(frame => frame.buffer === stream.buffer)).toEqual([true, false])
})

test('a long frame that is split makes room for what is missing, and what is put there is not copied', () => {
  const taken: Buffer[] = []
  const frames = new Frames(1_000_000, frame => taken.push(Buffer.from(frame)))
  const body = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251))
  const stream = framed(body)
  expect(frames.room()).toBeNull()
  frames.push(stream.subarray(0, 50_004))
  const room = frames.room()!
  expect(room).toHaveLength(150_000)
  stream.copy(room, 0, 50_004, 120_004)
  frames.push(room.subarray(0, 70_000))
  // Whoever reads may also go on as ever.
  frames.push(stream.subarray(120_004, 190_004))
  expect(frames.room()).toBeNull()
  frames.push(stream.subarray(190_004))
  expect(frames.room()).toBeNull()
  expect(taken).toEqual([body])
})

test('the buffer of a frame that was split goes back to the pool when nobody holds it any more', () => {
  const releases: (() => void)[] = []
  const held: Buffer[] = []
  const frames = new Frames(3_000_000, (frame, shared) => {
    held.push(frame)
    releases.push(shared!.hold(), shared!.hold())
  })
  const send = () => cut(framed(Buffer.alloc(1_500_000)), [1_000_000]).forEach(chunk => frames.push(chunk))
  send()
  releases.pop()!()
  send()
  expect(held[1]!.buffer).not.toBe(held[0]!.buffer)
  for (const release of releases.splice(0)) release()
  send()
  expect([held[0]!.buffer, held[1]!.buffer]).toContain(held[2]!.buffer)
})

test.each([-1, 1_001, 0x7fffffff])('an announced length of %d is refused', sizeBytes => {
  const frames = new Frames(1_000, () => {})
  const prefix = Buffer.alloc(4)
  prefix.writeInt32BE(sizeBytes)
  expect(() => frames.push(prefix)).toThrow(Malformed)
})

test('what is held grows with what came, not with what was announced', () => {
  const frames = new Frames(100_000_000, () => {})
  const prefix = Buffer.alloc(4)
  prefix.writeInt32BE(100_000_000)
  frames.push(prefix)
  frames.push(Buffer.alloc(1_000))
  expect(frames.heldBytes).toBeLessThan(3_000_000)
})

test.each([
  ['GET / HTTP/1.1', 'this looks like HTTP'],
  ['\u0016\u0003\u0001\u0002', 'this looks like TLS'],
])('somebody who speaks another protocol is told so: %j', (sent, says) => {
  const frames = new Frames(1_000, () => {})
  expect(() => frames.push(Buffer.from(sent, 'latin1'))).toThrow(says)
})
