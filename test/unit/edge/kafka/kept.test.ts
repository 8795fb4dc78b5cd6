/** Frames that are kept beyond their calls count, until whoever keeps them lets go. */
import { Kept } from '../../../../src/edge/kafka/kept'
import { bufferPool, Shared } from '../../../../src/platform/buffer-pool'

const mebibyte = 1024 * 1024

test('a connection that has two megabytes of them is full, and hears of it when it is not any more', () => {
  let rooms = 0
  const kept = new Kept(() => (rooms += 1))
  const releases = Array.from({ length: 2 }, () => {
    expect(kept.isFull).toBe(false)
    return kept.keeps({ frame: Buffer.alloc(mebibyte), shared: null, isLent: false, share: null })!()
  })
  expect([kept.isFull, rooms]).toEqual([true, 0])
  for (const release of releases) release()
  expect([kept.isFull, rooms]).toEqual([false, 1])
})

test('a buffer that is shared goes back to the pool after the last who keeps it', () => {
  const buffer = bufferPool.take(mebibyte)
  const shared = new Shared(buffer)
  const keep = new Kept(() => {}).keeps({ frame: buffer.subarray(0, 1000), shared, isLent: true, share: null })!
  const releases = [keep(), keep()]
  shared.release()
  for (const release of releases) {
    expect(bufferPool.take(mebibyte)).not.toBe(buffer)
    release()
  }
  expect(bufferPool.take(mebibyte)).toBe(buffer)
})

test('what is only lent cannot be kept', () => {
  expect(new Kept(() => {}).keeps({ frame: Buffer.alloc(10), shared: null, isLent: true, share: null })).toBeUndefined()
})
