import type { Origin } from '../../../src/machine/record-log'
import { Partition } from '../../../src/partition/partition'
import { PartitionRecordLog } from '../../../src/partition/record-log'
import { simulatedPlatform } from '../../../src/platform/simulated/platform'
import { World } from '../../../src/platform/simulated/world'
import { headerAt } from '../../../src/protocol/records/batch'
import { compressionOf } from '../../../src/protocol/records/compression'
import type { Log } from '../../../src/storage/log'
import { MemoryStore } from '../../../src/storage/memory/store'

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
const config = {
  maxMessageBytes: 1_000_000,
  minInsyncReplicas: 1,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3_600_000,
  cleanupPolicy: ['compact'],
  compressionType: 'producer',
}

/** A log whose appends are settled by a flush only. */
function lazy(log: Log): Log {
  let settled = 0
  return new Proxy(log, {
    get(target, name) {
      if (name === 'settled') return settled
      if (name === 'flush') return async (upTo: number) => void (settled = upTo)
      const value = Reflect.get(target, name, target) as unknown
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

async function open({ waits = false, compression = 0 } = {}) {
  const world = new World({ seed: 1 })
  const platform = simulatedPlatform(world)
  const facts = { topic: '__consumer_offsets', index: 0, topicId: '1'.repeat(32) }
  const log = await world.until(
    new MemoryStore(platform.clock, platform.random).open(
      { topic: facts.topic, partition: 0, topicId: facts.topicId },
      () => logConfig as never,
    ),
  )
  const leadership = { leader: 1, leaderEpoch: 4, isrCount: 1, replicas: [1] }
  const partition = new Partition(facts, waits ? lazy(log) : log, leadership, () => config, {} as never)
  const records = new PartitionRecordLog(partition, platform.clock, platform.timers, () => compression)
  const readAll = async (): Promise<string[]> => {
    const seen: string[] = []
    const by = ({ producerId }: Origin): string => (producerId === -1 ? '' : ` by ${producerId}`)
    await world.until(
      records.readAll({
        record: (key, value, offset, origin) => seen.push(`${offset}: ${key} = ${value}${by(origin)}`),
        marker: (committed, offset, origin) => seen.push(`${offset}: ${committed ? 'commit' : 'abort'}${by(origin)}`),
      }),
    )
    return seen
  }
  return { world, partition, records, readAll }
}

const pair = (key: string, value: string | null) => ({
  key: Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
})

test('records come back in the order in which they were appended', async () => {
  const { records, readAll } = await open()
  expect(records.append([pair('a', '1'), pair('b', null)])).toBe(2)
  expect(records.append([pair('a', '2')])).toBe(3)
  expect(records.end).toBe(3)
  expect(await readAll()).toEqual(['0: a = 1', '1: b = null', '2: a = 2'])
})

test('batches are those of an ordinary producer without an id', async () => {
  const { world, partition, records } = await open({ compression: compressionOf('gzip') })
  records.append([pair('a', '1'), pair('b', '2')])
  const { buffers } = partition.read(0, { maxBytes: 1_000, upTo: 2 })
  expect(headerAt(Buffer.concat(buffers))).toMatchObject({
    baseOffset: 0,
    lastOffset: 1,
    leaderEpoch: 4,
    magic: 2,
    attributes: 1,
    baseTimestamp: world.clock.now(),
    producerId: -1,
    recordCount: 2,
  })
})

test('transactions are told apart, and how they ended', async () => {
  const { partition, records, readAll } = await open()
  records.append([pair('a', '1')], { producerId: 7, producerEpoch: 0 })
  const marker = { coordinatorEpoch: 0, producerEpoch: 0, transactionVersion: 0 }
  partition.appendMarker({ ...marker, commit: true, producerId: 7 }, 1)
  records.appendMarker({ ...marker, commit: false, producerId: 8 })
  expect(await readAll()).toEqual(['0: a = 1 by 7', '1: commit by 7', '2: abort by 8'])
})

test('more than is read at a time', async () => {
  const { records, readAll } = await open()
  const value = 'x'.repeat(50_000)
  for (let nth = 0; nth < 30; nth += 1) records.append([pair(`k${nth}`, value)])
  const seen = await readAll()
  expect(seen).toHaveLength(30)
  expect(seen[29]!.slice(0, 10)).toBe('29: k29 = ')
})

test('durable is what the partition promises', async () => {
  const { world, records } = await open({ waits: true })
  const end = records.append([pair('a', '1')])
  const waiting = records.durable(end)
  expect(waiting).toBeInstanceOf(Promise)
  await world.until(waiting!)
  expect(records.durable(end)).toBeUndefined()
})
