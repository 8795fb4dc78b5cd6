import { Producers, lastSequenceOf, type ProducerBatch } from '../../../src/partition/producers'
import { decodeProducers, encodeProducers } from '../../../src/partition/producer-snapshot'

const batch = (firstSequence: number, count: number, epoch = 0, producerId = 7): ProducerBatch => ({
  producerId,
  producerEpoch: epoch,
  firstSequence,
  lastSequence: lastSequenceOf(firstSequence, count),
  timestampMs: 1_700_000_000_000,
  transactional: false,
})

/** Admits and records `count` records as the partition does; gives the offset of the repeated batch, or null. */
function produce(producers: Producers, one: ProducerBatch, offset: number): number | null {
  const repeated = producers.admit(one)
  if (repeated) return repeated.firstOffset
  producers.record(one, offset, offset + one.lastSequence - one.firstSequence)
  return null
}

test('each of the last five batches is answered again with its offset, the sixth is out of order', () => {
  const producers = new Producers()
  for (let i = 0; i < 6; i++) expect(produce(producers, batch(i * 10, 10), i * 10)).toBeNull()
  for (let i = 1; i < 6; i++) expect(produce(producers, batch(i * 10, 10), 999)).toBe(i * 10)
  expect(() => producers.admit(batch(0, 10))).toThrow(
    expect.objectContaining({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }),
  )
})

test('a gap is refused, and so is a repeat of other length', () => {
  const producers = new Producers()
  produce(producers, batch(0, 3), 0)
  expect(() => producers.admit(batch(4, 1))).toThrow(expect.objectContaining({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }))
  expect(() => producers.admit(batch(0, 2))).toThrow(expect.objectContaining({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }))
  expect(producers.admit(batch(3, 1))).toBeNull()
})

test('an unknown producer may begin anywhere, as when its records are gone', () => {
  expect(new Producers().admit(batch(41, 1))).toBeNull()
})

test('a new epoch begins at 0 and fences the old one', () => {
  const producers = new Producers()
  produce(producers, batch(0, 3), 0)
  expect(() => producers.admit(batch(5, 1, 1))).toThrow(
    expect.objectContaining({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }),
  )
  produce(producers, batch(0, 1, 1), 3)
  expect(() => producers.admit(batch(3, 1, 0))).toThrow(expect.objectContaining({ error: 'INVALID_PRODUCER_EPOCH' }))
})

test('sequences wrap to 0 past the largest int32', () => {
  const producers = new Producers()
  const last = batch(0x7ffffffe, 2)
  expect(last.lastSequence).toBe(0x7fffffff)
  produce(producers, last, 0)
  expect(producers.admit(batch(0, 1))).toBeNull()
  expect(lastSequenceOf(0x7fffffff, 2)).toBe(0)
})

test('a snapshot keeps the last batch of each producer, and damage is noticed', () => {
  const producers = new Producers()
  produce(producers, batch(0, 3), 100)
  produce(producers, batch(3, 4), 103)
  produce(producers, batch(0, 1, 2, 8), 107)
  const bytes = encodeProducers(producers.entries())
  const restored = new Producers()
  restored.restoreAll(decodeProducers(bytes)!)
  expect(restored.admit(batch(3, 4))).toMatchObject({ firstOffset: 103, lastOffset: 106 })
  expect(restored.admit(batch(7, 1))).toBeNull()
  expect(() => restored.admit(batch(1, 1, 1, 8))).toThrow(expect.objectContaining({ error: 'INVALID_PRODUCER_EPOCH' }))
  for (const at of [0, 3, 12, bytes.length - 1]) {
    const damaged = Buffer.from(bytes)
    damaged[at]! ^= 1
    expect(decodeProducers(damaged)).toBeNull()
  }
  expect(decodeProducers(bytes.subarray(0, bytes.length - 1))).toBeNull()
})

test('silent producers are forgotten', () => {
  const producers = new Producers()
  produce(producers, batch(0, 1), 0)
  producers.expire(1_700_000_000_000)
  expect(producers.size).toBe(1)
  producers.expire(1_700_000_000_001)
  expect(producers.size).toBe(0)
})

describe('what the log took back', () => {
  test('goes on where it was, and what was sent behind it comes too early', () => {
    const producers = new Producers()
    for (let i = 0; i < 4; i++) produce(producers, batch(i, 1), i)
    expect(producers.takeBack(2)).toBe(true)
    expect(() => producers.admit(batch(3, 1))).toThrow(
      expect.objectContaining({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }),
    )
    expect(producers.admit(batch(2, 1))).toBeNull()
    expect(producers.admit(batch(1, 1))).toMatchObject({ firstOffset: 1 })
  })

  test('all of a producer: it resumes with the first of it', () => {
    const producers = new Producers()
    for (let i = 0; i < 3; i++) produce(producers, batch(7 + i, 1), i)
    expect(producers.takeBack(0)).toBe(true)
    expect(() => producers.admit(batch(9, 1))).toThrow(
      expect.objectContaining({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }),
    )
    expect(produce(producers, batch(7, 1), 0)).toBeNull()
    expect(produce(producers, batch(8, 1), 1)).toBeNull()
  })

  test('more than is remembered, or a transaction: the log has to be read', () => {
    const producers = new Producers()
    for (let i = 0; i < 6; i++) produce(producers, batch(i, 1), i)
    expect(producers.takeBack(0)).toBe(false)
    const others = new Producers()
    produce(others, { ...batch(0, 1), transactional: true }, 0)
    expect(others.takeBack(0)).toBe(false)
  })
})

test('a producer that has claimed to have no epoch begins anywhere in the first that it has', () => {
  const producers = new Producers()
  produce(producers, batch(0, 3, -1), 0)
  expect(producers.admit(batch(41, 1, 0))).toBeNull()
  expect(() => producers.admit(batch(41, 1, -1))).toThrow(
    expect.objectContaining({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }),
  )
})
