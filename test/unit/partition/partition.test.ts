import { MemoryStore } from '../../../src/storage/memory/store'
import { Partition } from '../../../src/partition/partition'
import type { PartitionConfig } from '../../../src/partition/partition-config'
import { World } from '../../../src/platform/simulated/world'
import { simulatedPlatform } from '../../../src/platform/simulated/platform'
import type { Log } from '../../../src/storage/log'
import { StorageFault } from '../../../src/storage/fault'
import { makeBatch, offsetsIn } from '../../support/batches'

const nowMs = 1_700_000_000_000
const logConfig = {
  segmentBytes: 1 << 30,
  segmentMs: 1e12,
  segmentJitterMs: 0,
  indexIntervalBytes: 4096,
  segmentIndexBytes: 1 << 20,
  fileDeleteDelayMs: 0,
  flushMessages: Number.MAX_SAFE_INTEGER,
  flushMs: Number.MAX_SAFE_INTEGER,
}
const config: PartitionConfig = {
  maxMessageBytes: 1_000_000,
  minInsyncReplicas: 1,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3_600_000,
  cleanupPolicy: ['delete'],
  compressionType: 'producer',
}

async function memoryLog(): Promise<Log> {
  const { clock, random } = simulatedPlatform(new World({ seed: 1 }))
  return new MemoryStore(clock, random).open(
    { topic: 't', partition: 0, topicId: '1'.repeat(32) },
    () => logConfig as never,
  )
}

async function open({ log, overrides = {} }: { log?: Log; overrides?: Partial<PartitionConfig> } = {}) {
  const facts = { topic: 't', index: 0, topicId: '1'.repeat(32) }
  const leadership = { leader: 1, leaderEpoch: 0, isrCount: 1, replicas: [1] }
  return new Partition(facts, log ?? (await memoryLog()), leadership, () => ({ ...config, ...overrides }), {
    checksRecords: () => true,
    verifiesTransactions: () => false,
  })
}

const refusal = (error: string) => expect.objectContaining({ error })

test('offsets are given in order and can be read at once', async () => {
  const partition = await open()
  expect(partition.produce(makeBatch({ timestamps: [nowMs, nowMs] }), 1, nowMs)).toMatchObject({
    baseOffset: 0,
    nextOffset: 2,
  })
  expect(partition.produce(makeBatch(), 1, nowMs)).toMatchObject({ baseOffset: 2, nextOffset: 3, logAppendTimeMs: -1 })
  expect(partition.highWatermark).toBe(3)
  expect(partition.durable(3)).toBeUndefined()
  const { buffers } = partition.read(0, { maxBytes: 1e6, upTo: partition.highWatermark })
  expect(offsetsIn(buffers)).toEqual([
    [0, 1],
    [2, 2],
  ])
})

test('what is wrong with a batch decides the refusal', async () => {
  const partition = await open({ overrides: { maxMessageBytes: 200 } })
  const broken = (change: (batch: Buffer) => void) => {
    const batch = makeBatch()
    change(batch)
    return () => partition.produce(batch, 1, nowMs)
  }
  expect(broken(batch => batch.writeUInt8(batch[70]! ^ 1, 70))).toThrow(refusal('CORRUPT_MESSAGE'))
  expect(broken(batch => batch.writeInt32BE(1, 4))).toThrow(refusal('INVALID_RECORD'))
  expect(() => partition.produce(makeBatch({ attributes: 0x20 }), 1, nowMs)).toThrow(refusal('INVALID_RECORD'))
  expect(() => partition.produce(makeBatch({ valueBytes: 500 }), 1, nowMs)).toThrow(refusal('MESSAGE_TOO_LARGE'))
  expect(() => partition.produce(makeBatch({ timestamps: [nowMs + 7_200_000] }), 1, nowMs)).toThrow(
    refusal('INVALID_TIMESTAMP'),
  )
  expect(partition.end).toBe(0)
})

test('too few in-sync replicas refuse acks=all and nothing else', async () => {
  const partition = await open({ overrides: { minInsyncReplicas: 2 } })
  partition.lead({ leader: 1, leaderEpoch: 1, isrCount: 1, replicas: [1, 2, 3] })
  expect(() => partition.produce(makeBatch(), -1, nowMs)).toThrow(refusal('NOT_ENOUGH_REPLICAS'))
  expect(partition.produce(makeBatch(), 1, nowMs).baseOffset).toBe(0)
  // It is readable once enough have it.
  expect(partition.highWatermark).toBe(0)
  partition.lead({ leader: 1, leaderEpoch: 1, isrCount: 2, replicas: [1, 2, 3] })
  expect(partition.highWatermark).toBe(1)
})

test('a topic with fewer replicas than it wants in sync is written to all the same', async () => {
  const partition = await open({ overrides: { minInsyncReplicas: 2 } })
  expect(partition.produce(makeBatch(), -1, nowMs).baseOffset).toBe(0)
})

test('a repeated batch of an idempotent producer is answered and not appended', async () => {
  const partition = await open()
  const send = () => partition.produce(makeBatch({ producerId: 5, baseSequence: 0 }), -1, nowMs)
  expect(send().baseOffset).toBe(0)
  expect(send().baseOffset).toBe(0)
  expect(partition.end).toBe(1)
})

test('producers are remembered across a restart, from a snapshot and from the log', async () => {
  const log = await memoryLog()
  const first = await open({ log })
  first.produce(makeBatch({ producerId: 5, baseSequence: 0 }), -1, nowMs)
  await first.prepareStop()
  first.produce(makeBatch({ producerId: 6, baseSequence: 0 }), -1, nowMs)
  const second = await open({ log })
  expect(second.produce(makeBatch({ producerId: 5, baseSequence: 0 }), -1, nowMs).baseOffset).toBe(0)
  expect(second.produce(makeBatch({ producerId: 6, baseSequence: 0 }), -1, nowMs).baseOffset).toBe(1)
  expect(second.end).toBe(2)
})

test('LogAppendTime stamps the batch and keeps its CRC right', async () => {
  const partition = await open({ overrides: { messageTimestampType: 'LogAppendTime' } })
  expect(partition.produce(makeBatch({ timestamps: [5] }), 1, nowMs).logAppendTimeMs).toBe(nowMs)
  const { buffers } = partition.read(0, { maxBytes: 1e6, upTo: 1 })
  const again = Buffer.from(Buffer.concat(buffers))
  again.writeBigInt64BE(0n, 0)
  expect(Number(again.readBigInt64BE(35))).toBe(nowMs)
  const other = await open()
  expect(other.produce(again, 1, nowMs).baseOffset).toBe(0)
})

test('when an acknowledgement means on disk, nobody reads ahead of the disk', async () => {
  const log = await memoryLog()
  let flushed: () => void = () => {}
  let settled = 0
  const slow: Log = new Proxy(log, {
    get(target, name) {
      if (name === 'flush') return () => new Promise<void>(resolve => (flushed = resolve)).then(() => (settled = 1))
      if (name === 'settled') return settled
      const value = Reflect.get(target, name, target) as unknown
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  const partition = await open({ log: slow })
  let heard = 0
  partition.waiters.add(bytes => (heard += bytes))
  partition.produce(makeBatch(), -1, nowMs)
  const durable = partition.durable(1)
  expect([partition.highWatermark, partition.end, heard]).toEqual([0, 1, 0])
  flushed()
  await durable
  expect(partition.highWatermark).toBe(1)
  expect(heard).toBeGreaterThan(0)
})

/** A log on a disk that fails at what `names` says, at once or a little later. */
function sickLog(log: Log, ...names: (keyof Log)[]): Log {
  const fault = () => new StorageFault('disk on fire')
  return new Proxy(log, {
    get(target, name) {
      if (names.includes(name as keyof Log)) {
        return () => {
          if (name === 'flush' || name === 'advanceStart') return Promise.reject(fault())
          throw fault()
        }
      }
      if (name === 'settled' && names.includes('flush')) return 0
      const value = Reflect.get(target, name, target) as unknown
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

test('a disk that fails takes the partition offline, with the first fault as the reason', async () => {
  const partition = await open({ log: sickLog(await memoryLog(), 'append') })
  expect(() => partition.produce(makeBatch(), 1, nowMs)).toThrow(
    expect.objectContaining({ error: 'KAFKA_STORAGE_ERROR', detail: 'disk on fire' }),
  )
  expect(() => partition.read(0, { maxBytes: 1, upTo: 1 })).toThrow(refusal('KAFKA_STORAGE_ERROR'))
})

test('DeleteRecords on a disk that fails takes the partition offline as well', async () => {
  const partition = await open({ log: sickLog(await memoryLog(), 'advanceStart') })
  partition.produce(makeBatch(), 1, nowMs)
  await expect(partition.deleteRecords(1)).rejects.toThrow(refusal('KAFKA_STORAGE_ERROR'))
  expect(() => partition.produce(makeBatch(), 1, nowMs)).toThrow(refusal('KAFKA_STORAGE_ERROR'))
})

test('who waits for the disk when the topic is deleted hears that it is gone, not that the disk failed', async () => {
  const partition = await open({ log: sickLog(await memoryLog(), 'flush') })
  partition.produce(makeBatch(), -1, nowMs)
  const durable = partition.durable(1)
  partition.close()
  await expect(durable).rejects.toThrow(refusal('UNKNOWN_TOPIC_OR_PARTITION'))
})

test('DeleteRecords raises the start, not past the high watermark, and not of a topic that is only compacted', async () => {
  const partition = await open()
  for (let i = 0; i < 3; i++) partition.produce(makeBatch(), 1, nowMs)
  await expect(partition.deleteRecords(2)).resolves.toBe(2)
  await expect(partition.deleteRecords(4)).rejects.toThrow(refusal('OFFSET_OUT_OF_RANGE'))
  await expect(partition.deleteRecords(-1)).resolves.toBe(3)
  const compacted = await open({ overrides: { cleanupPolicy: ['compact'] } })
  await expect(compacted.deleteRecords(0)).rejects.toThrow(refusal('POLICY_VIOLATION'))
})

test('a client with another idea of the leader epoch is told which way it is wrong', async () => {
  const partition = await open()
  partition.lead({ leader: 1, leaderEpoch: 3, isrCount: 1, replicas: [1] })
  expect(() => partition.checkEpoch(2)).toThrow(refusal('FENCED_LEADER_EPOCH'))
  expect(() => partition.checkEpoch(4)).toThrow(refusal('UNKNOWN_LEADER_EPOCH'))
  partition.checkEpoch(3)
  partition.checkEpoch(-1)
})
