import { asStored } from '../../../src/partition/compression'
import { compressionAt } from '../../../src/protocol/records/batch'
import { buildBatch, recordsOf } from '../../../src/protocol/records/records'

const batchOf = (bytes: number, compression = 0): Buffer =>
  buildBatch({ records: [{ timestampMs: 5, key: null, value: Buffer.alloc(bytes, 'v') }], compression })
const config = { compressionType: 'producer', maxMessageBytes: 1000 }

test('what is in the right compression stays the same bytes', () => {
  const batch = batchOf(100, 1)
  expect(asStored(batch, config)).toBe(batch)
  expect(asStored(batch, { ...config, compressionType: 'gzip' })).toBe(batch)
})

test('what is not is written anew, with the level that is asked for', () => {
  const batch = batchOf(50_000)
  const sizes = [1, 9].map(compressionGzipLevel => {
    const stored = asStored(batch, { ...config, compressionType: 'gzip', compressionGzipLevel })
    expect(compressionAt(stored)).toBe(1)
    expect(recordsOf(stored)[0]!.value).toEqual(Buffer.alloc(50_000, 'v'))
    return stored.length
  })
  expect(sizes[1]).toBeLessThan(sizes[0]!)
})

test('what has become too large, or is longer than a segment, is refused', () => {
  const batch = batchOf(5000, 1)
  expect(batch.length).toBeLessThan(1000)
  expect(() => asStored(batch, { ...config, compressionType: 'uncompressed' })).toThrow('as it is stored')
  expect(() => asStored(batch, { ...config, internalSegmentBytes: 90, segmentBytes: 1000 })).toThrow('a segment holds')
  expect(asStored(batch, { ...config, internalSegmentBytes: null, segmentBytes: batch.length })).toBe(batch)
})
