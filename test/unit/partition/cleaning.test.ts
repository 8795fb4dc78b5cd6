/** Which partition is compacted, when, and how fast. */
import { silentLogger } from '../../../src/platform/logger'
import { World } from '../../../src/platform/simulated/world'
import { type CleanerSettings, startCleaning, type TopicCompaction } from '../../../src/partition/cleaning'
import { Partition } from '../../../src/partition/partition'
import type { PartitionDirectory } from '../../../src/partition/directory'
import { reloadProducers } from '../../../src/partition/reload'
import { Producers } from '../../../src/partition/producers'
import { CorruptLog } from '../../../src/storage/fault'
import { defaultLogConfig } from '../../../src/storage/log'
import { MemoryStore } from '../../../src/storage/memory/store'
import { contentOf, keyedBatch } from '../../support/compaction'

const compaction: TopicCompaction = { minLagMs: 0, maxLagMs: Infinity, minDirtyRatio: 0.5, deleteRetentionMs: 1000 }
const settings: CleanerSettings = {
  isEnabled: true,
  backoffMs: 1000,
  mapBytes: 1 << 20,
  mapLoadFactor: 0.9,
  bytesPerSecond: Infinity,
}

class Bench {
  readonly world = new World({ seed: 1 })
  readonly partitions: Partition[] = []
  readonly compacted: string[] = []
  settings = settings
  compaction: TopicCompaction | null = compaction
  stop: () => Promise<void> = async () => {}

  async add(topic: string, keys: readonly string[]): Promise<Partition> {
    const store = new MemoryStore(this.world.clock, this.world.dice('log'))
    const config = { ...defaultLogConfig, segmentBytes: 1, cleanupPolicy: ['compact'] }
    const id = { topic, partition: 0, topicId: '0'.repeat(32) }
    const log = await store.open(id, () => config)
    const partition = new Partition(
      { topic, index: 0, topicId: id.topicId },
      log,
      { leader: 1, leaderEpoch: 0, isrCount: 1, replicas: [1] },
      () => ({
        maxMessageBytes: 1000,
        minInsyncReplicas: 1,
        messageTimestampType: 'CreateTime',
        messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
        messageTimestampAfterMaxMs: Number.MAX_SAFE_INTEGER,
        cleanupPolicy: ['compact'],
        compressionType: 'producer',
      }),
      { checksRecords: () => true, verifiesTransactions: () => false },
    )
    const { compact } = log
    log.compact = work => {
      this.compacted.push(topic)
      return compact.call(log, work)
    }
    this.partitions.push(partition)
    for (const key of keys) this.produce(partition, key)
    return partition
  }

  produce(partition: Partition, key: string, baseSequence = -1): void {
    const producer = baseSequence < 0 ? {} : { producerId: 4, producerEpoch: 0, baseSequence }
    const timestampMs = this.world.clock.now()
    partition.produce(keyedBatch([[key, 'x']], { ...producer, timestampMs }), 1, timestampMs)
  }

  start(): void {
    const timers = {
      after: (delayMs: number, run: () => void) => this.world.schedule(delayMs, run),
      endOfTurn: (run: () => void) => void this.world.schedule(0, run),
    }
    this.stop = startCleaning({
      directory: { all: () => this.partitions.values() } as unknown as PartitionDirectory,
      clock: this.world.clock,
      timers,
      logger: silentLogger,
      hasThreads: false,
      settings: () => this.settings,
      compaction: () => this.compaction,
      retention: () => ({ retentionMs: -1, retentionBytes: -1, deletes: false }),
    })
  }
}

test('the dirtiest partition comes first, and one that is not dirty enough waits', async () => {
  const bench = new Bench()
  const half = await bench.add('half', ['a', 'b', 'z'])
  bench.start()
  await bench.world.runFor(500)
  expect(bench.compacted).toEqual(['half'])
  for (const key of ['a', 'b']) bench.produce(half, key)
  await bench.add('whole', ['a', 'a', 'z'])
  await bench.world.runFor(1000)
  // Two segments of four are just half of it, and more is asked for.
  expect(bench.compacted).toEqual(['half', 'whole'])
  bench.produce(half, 'z')
  await bench.world.runFor(1000)
  expect(bench.compacted).toEqual(['half', 'whole', 'half'])
  expect(contentOf(half.log)).toEqual(['2 z=x', '3 a=x', '4 b=x', '5 z=x'])
  await bench.stop()
})

test('what has waited for too long is compacted however little it is', async () => {
  const bench = new Bench()
  bench.compaction = { ...compaction, minDirtyRatio: 1, maxLagMs: 60_000 }
  await bench.add('topic', ['a', 'a', 'z'])
  bench.start()
  await bench.world.runFor(10)
  expect(bench.compacted).toEqual([])
  bench.partitions[0]!.produce(keyedBatch([['old', 'x']], { timestampMs: bench.world.clock.now() - 120_000 }), 1, 0)
  bench.produce(bench.partitions[0]!, 'z')
  await bench.world.runFor(1000)
  expect(bench.compacted).toEqual(['topic'])
  await bench.stop()
})

test('nothing is compacted where it is switched off, for all or for a topic', async () => {
  const bench = new Bench()
  await bench.add('topic', ['a', 'a', 'z'])
  bench.settings = { ...settings, isEnabled: false }
  bench.start()
  await bench.world.runFor(5000)
  bench.settings = settings
  bench.compaction = null
  await bench.world.runFor(5000)
  expect(bench.compacted).toEqual([])
  await bench.stop()
})

test('a log that is damaged is left alone, and others are not', async () => {
  const bench = new Bench()
  const bad = await bench.add('bad', ['a', 'a', 'z'])
  bad.log.compact = async () => {
    bench.compacted.push('bad')
    throw new CorruptLog('/bad', 'is bad')
  }
  await bench.add('good', ['a', 'a', 'b', 'z'])
  bench.start()
  await bench.world.runFor(5000)
  expect(bench.compacted.sort()).toEqual(['bad', 'good'])
  await bench.stop()
})

test('it reads no faster than it may, and can be stopped while it waits', async () => {
  const bench = new Bench()
  const partition = await bench.add('topic', ['a', 'a', 'a', 'a', 'z'])
  const readBytes = (partition.log.sizeBytes * 4) / 5
  bench.settings = { ...settings, bytesPerSecond: readBytes }
  bench.start()
  // Each byte is read twice, and one segment after the other loses what it has.
  await bench.world.runFor(1200)
  expect(contentOf(partition.log)).toHaveLength(5)
  await bench.world.runFor(150)
  expect(contentOf(partition.log)).toHaveLength(4)
  await bench.world.runFor(800)
  expect(contentOf(partition.log)).toHaveLength(2)
  bench.settings = { ...settings, bytesPerSecond: 0.001 }
  for (const key of ['a', 'a', 'a', 'z']) bench.produce(partition, key)
  await bench.world.runFor(2000)
  await bench.world.until(bench.stop())
})

test('what producers sent last is not forgotten when it is compacted away', async () => {
  const bench = new Bench()
  const partition = await bench.add('topic', [])
  bench.produce(partition, 'a', 0)
  bench.produce(partition, 'a', 1)
  bench.produce(partition, 'a')
  bench.produce(partition, 'z')
  bench.start()
  await bench.world.runFor(100)
  expect(contentOf(partition.log)).toEqual(['1..1 empty', '2 a=x', '3 z=x'])
  const producers = new Producers()
  reloadProducers(partition.log, producers)
  expect(producers.entry(4)!.batches).toMatchObject([
    { firstSequence: 1, lastSequence: 1, firstOffset: 1, lastOffset: 1 },
  ])
  await bench.stop()
})
