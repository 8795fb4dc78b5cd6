import fc from 'fast-check'
import { Frames, framed } from '../../../src/protocol/frame'
import { Malformed } from '../../../src/protocol/wire/faults'

const joined = (frame: Buffer): Buffer => {
  const { buffers, sizeBytes } = framed(writer => writer.raw(frame))
  return Buffer.concat(buffers as Buffer[], sizeBytes)
}

function takeAll(frames: Frames): Buffer[] {
  const taken: Buffer[] = []
  for (let frame = frames.take(); frame !== null; frame = frames.take()) taken.push(frame)
  return taken
}

describe('frames', () => {
  test('come out as they went in, however the stream is cut', () => {
    const streams = fc.tuple(
      fc.array(fc.oneof(fc.nat(40), fc.constantFrom(0, 2047, 2048, 20_000)), { maxLength: 8 }),
      fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 30_000 })), {
        minLength: 1,
        maxLength: 8,
      }),
    )
    const property = fc.property(streams, ([sizes, cuts]) => {
      const sent = sizes.map((size, index) => Buffer.alloc(size, index + 1))
      const stream = Buffer.concat(sent.map(joined))
      const frames = new Frames(30_000)
      const received: Buffer[] = []
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const to = at + (cuts[turn % cuts.length] as number)
        frames.push(Buffer.from(stream.subarray(at, to)))
        received.push(...takeAll(frames))
        at = to
      }
      expect(frames.pendingBytes).toBe(0)
      expect(Buffer.concat(received.map(joined)).equals(stream)).toBe(true)
    })
    fc.assert(property, { seed: 7, numRuns: 200 })
  })

  test('that lie whole in what was received are slices of it', () => {
    const received = Buffer.concat([joined(Buffer.from('one')), joined(Buffer.from('two'))])
    const frames = new Frames(100)
    frames.push(received)
    expect(takeAll(frames).every(frame => frame.buffer === received.buffer)).toBe(true)
  })

  test.each(['ffffffff', '00000065', '7fffffff'])('of %s bytes are refused before they are here', prefix => {
    const frames = new Frames(100)
    frames.push(Buffer.from(prefix, 'hex'))
    expect(() => frames.take()).toThrow(Malformed)
  })

  test('received byte by byte are kept in few buffers', () => {
    const frames = new Frames(100_000)
    frames.push(Buffer.from('0001869f', 'hex'))
    for (let count = 0; count < 99_998; count++) frames.push(Buffer.from([count]))
    expect(frames.take()).toBeNull()
    expect((frames as unknown as { pieces: Buffer[] }).pieces.length).toBeLessThan(10)
    frames.push(Buffer.from([1]))
    expect(frames.take()).toHaveLength(99_999)
  })
})
