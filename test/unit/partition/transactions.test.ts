/** Transactions in a partition: what is stable, what was aborted, which batches are let in. */
import { Partition } from '../../../src/partition/partition'
import { simulatedPlatform } from '../../../src/platform/simulated/platform'
import { World } from '../../../src/platform/simulated/world'
import { buildBatch } from '../../../src/protocol/records/records'
import type { Log } from '../../../src/storage/log'
import { MemoryStore } from '../../../src/storage/memory/store'

const nowMs = 1_700_000_000_000
const leadership = { leader: 1, leaderEpoch: 0, isrCount: 1, replicas: [1] }
const facts = { topic: 't', index: 0, topicId: '1'.repeat(32) }
const config = {
  maxMessageBytes: 1_000_000,
  minInsyncReplicas: 1,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3_600_000,
  cleanupPolicy: ['delete'],
  compressionType: 'producer',
}
const logConfig = {
  segmentBytes: 1e9,
  segmentMs: 1e12,
  segmentJitterMs: 0,
  indexIntervalBytes: 4096,
  segmentIndexBytes: 1e6,
  fileDeleteDelayMs: 0,
}

function memoryLog(): Promise<Log> {
  const { clock, random } = simulatedPlatform(new World({ seed: 1 }))
  return new MemoryStore(clock, random).open({ topic: 't', partition: 0, topicId: facts.topicId }, () => logConfig)
}

const partitionOn = (log: Log, verifies = false) =>
  new Partition(facts, log, leadership, () => config, {
    checksRecords: () => true,
    verifiesTransactions: () => verifies,
  })

const open = async (verifies = false) => partitionOn(await memoryLog(), verifies)

const batch = (producerId: number, sequence: number, epoch = 0, transactional = true) =>
  buildBatch({
    producerId,
    producerEpoch: epoch,
    baseSequence: sequence,
    transactional,
    records: [{ timestampMs: nowMs, key: null, value: Buffer.from('v') }],
  })

const tried = (firstSequence = 0) => ({ producerId: 1, producerEpoch: 0, firstSequence })

const marker = (producerId: number, commit: boolean, more: object = {}) => ({
  producerId,
  producerEpoch: 0,
  coordinatorEpoch: 0,
  commit,
  transactionVersion: 0,
  ...more,
})

const refusal = (error: string) => expect.objectContaining({ error })

test('nothing is stable from the first record of the oldest open transaction on', async () => {
  const partition = await open()
  partition.produce(batch(1, 0), 1, nowMs)
  partition.produce(batch(2, 0), 1, nowMs)
  partition.produce(batch(-1, -1, -1, false), 1, nowMs)
  expect([partition.lastStableOffset, partition.highWatermark]).toEqual([0, 3])
  partition.appendMarker(marker(1, true), nowMs)
  expect(partition.lastStableOffset).toBe(1)
  partition.appendMarker(marker(2, false), nowMs)
  expect(partition.lastStableOffset).toBe(5)
})

test.each([
  ['LogAppendTime', 0b111000],
  ['CreateTime', 0b110000],
])('the marker in a topic with %s says so', async (messageTimestampType, attributes) => {
  const policy = { checksRecords: () => true, verifiesTransactions: () => false }
  const partition = new Partition(
    facts,
    await memoryLog(),
    leadership,
    () => ({ ...config, messageTimestampType }),
    policy,
  )
  partition.appendMarker(marker(1, true), nowMs)
  const { buffers } = partition.read(0, { maxBytes: 1e6, upTo: 1 })
  expect(Buffer.concat(buffers).readInt16BE(21)).toBe(attributes)
})

test('aborted transactions are in the index, with what was stable when they ended', async () => {
  const partition = await open()
  partition.produce(batch(1, 0), 1, nowMs)
  partition.produce(batch(2, 0), 1, nowMs)
  partition.appendMarker(marker(2, false), nowMs)
  partition.appendMarker(marker(1, true), nowMs)
  expect(partition.log.aborted.between(0, 100)).toEqual([
    { producerId: 2, firstOffset: 1, lastOffset: 2, lastStableOffset: 0 },
  ])
})

test('who waits for stable records is told when a transaction ends, not when its records come', async () => {
  const partition = await open()
  let [stable, any] = [0, 0]
  partition.stableWaiters.add(bytes => (stable += bytes))
  partition.waiters.add(bytes => (any += bytes))
  partition.produce(batch(1, 0), 1, nowMs)
  expect([stable > 0, any > 0]).toEqual([false, true])
  partition.appendMarker(marker(1, true), nowMs)
  expect(stable).toBeGreaterThan(any / 2)
})

test('a marker of an old epoch or of an old coordinator is refused, and changes nothing', async () => {
  const partition = await open()
  partition.produce(batch(1, 0, 3), 1, nowMs)
  const write = (more: object) => () => partition.appendMarker(marker(1, true, more), nowMs)
  expect(write({ producerEpoch: 2 })).toThrow(refusal('INVALID_PRODUCER_EPOCH'))
  expect(write({ producerEpoch: 3, transactionVersion: 2 })).toThrow(refusal('INVALID_PRODUCER_EPOCH'))
  expect(partition.lastStableOffset).toBe(0)
  write({ producerEpoch: 4, transactionVersion: 2, coordinatorEpoch: 7 })()
  expect(write({ producerEpoch: 5, coordinatorEpoch: 6 })).toThrow(refusal('TRANSACTION_COORDINATOR_FENCED'))
  expect(partition.end).toBe(2)
})

test('after a marker with a new epoch sequences begin at 0, after one of the same epoch they go on', async () => {
  const partition = await open()
  partition.produce(batch(1, 0), 1, nowMs)
  partition.appendMarker(marker(1, true), nowMs)
  partition.produce(batch(1, 1), 1, nowMs)
  partition.appendMarker(marker(1, true, { producerEpoch: 1, transactionVersion: 2 }), nowMs)
  expect(() => partition.produce(batch(1, 2, 1), 1, nowMs)).toThrow(refusal('OUT_OF_ORDER_SEQUENCE_NUMBER'))
  expect(() => partition.produce(batch(1, 2, 0), 1, nowMs)).toThrow(refusal('INVALID_PRODUCER_EPOCH'))
  expect(partition.produce(batch(1, 0, 1), 1, nowMs).baseOffset).toBe(4)
})

test('within a transaction a batch that is of none is refused', async () => {
  const partition = await open()
  partition.produce(batch(1, 0), 1, nowMs)
  expect(() => partition.produce(batch(1, 1, 0, false), 1, nowMs)).toThrow(refusal('INVALID_TXN_STATE'))
})

test('a batch needs its coordinator’s word until its transaction is open here, and a marker takes the word back', async () => {
  const partition = await open(true)
  expect(() => partition.produce(batch(1, 0), 1, nowMs)).toThrow(refusal('INVALID_TXN_STATE'))
  const word = partition.verificationFor(tried(), false, nowMs)!
  partition.produce(batch(1, 0), 1, nowMs, word)
  expect(partition.verificationFor(tried(), false, nowMs)).toBeNull()
  partition.produce(batch(1, 1), 1, nowMs)
  partition.appendMarker(marker(1, true), nowMs)
  const late = partition.verificationFor(tried(), false, nowMs)!
  partition.appendMarker(marker(1, false), nowMs)
  expect(() => partition.produce(batch(1, 2), 1, nowMs, late)).toThrow(refusal('INVALID_TXN_STATE'))
})

test('a word that is not the one in force lets nothing in', async () => {
  const partition = await open(true)
  const word = partition.verificationFor(tried(), false, nowMs)!
  partition.verifications.forget(1)
  expect(() => partition.produce(batch(1, 0), 1, nowMs, word)).toThrow(refusal('INVALID_TXN_STATE'))
  const next = partition.verificationFor(tried(), false, nowMs)!
  expect(partition.produce(batch(1, 0), 1, nowMs, next).baseOffset).toBe(0)
})

test('a batch that was tried and refused leaves no gap: nothing comes in before it', async () => {
  const partition = await open(true)
  // The coordinator did not vouch for the first, and does for the second.
  partition.verificationFor(tried(0), false, nowMs)
  const word = partition.verificationFor(tried(1), false, nowMs)!
  expect(() => partition.produce(batch(1, 1), 1, nowMs, word)).toThrow(refusal('OUT_OF_ORDER_SEQUENCE_NUMBER'))
  expect(partition.produce(batch(1, 0), 1, nowMs, word).baseOffset).toBe(0)
  expect(partition.produce(batch(1, 1), 1, nowMs).baseOffset).toBe(1)
})

test('where nothing is known of a producer any sequence may come first, but for one that has an epoch for each transaction', async () => {
  const older = await open(true)
  expect(older.produce(batch(1, 7), 1, nowMs, older.verificationFor(tried(7), false, nowMs)).baseOffset).toBe(0)
  const newer = await open(true)
  const word = newer.verificationFor(tried(7), true, nowMs)
  expect(() => newer.produce(batch(1, 7), 1, nowMs, word)).toThrow(refusal('OUT_OF_ORDER_SEQUENCE_NUMBER'))
})

test('what is open, and what was aborted, is found in the log again', async () => {
  const log = await memoryLog()
  const before = partitionOn(log)
  before.produce(batch(1, 0), 1, nowMs)
  before.produce(batch(2, 0), 1, nowMs)
  before.appendMarker(marker(2, false), nowMs)
  before.appendOwn(batch(3, -1), 0)
  expect(() => before.appendOwn(batch(3, -1), 1)).toThrow(expect.objectContaining({ error: 'NOT_LEADER_OR_FOLLOWER' }))
  const after = partitionOn(log)
  expect([after.lastStableOffset, after.producers.isInTransaction(3, 0)]).toEqual([0, true])
  after.appendMarker(marker(1, true), nowMs)
  expect(after.lastStableOffset).toBe(3)
  expect(log.aborted.between(0, 100)).toHaveLength(1)
})

test('a snapshot brings open transactions back', async () => {
  const log = await memoryLog()
  const before = partitionOn(log)
  before.produce(batch(1, 0), 1, nowMs)
  await before.prepareStop()
  const after = partitionOn(log)
  expect(after.lastStableOffset).toBe(0)
})
