/** Clients may commit any int64, and have it back to the last bit: over the wire, from the log, from what Kafka stored. */
import { decodeGroupRecord, encodeGroupRecord } from '../../../../../src/coordinator/group/records'
import { OffsetCommit } from '../../../../../src/protocol/messages/offset-commit'
import { OffsetFetch } from '../../../../../src/protocol/messages/offset-fetch'
import { TxnOffsetCommit } from '../../../../../src/protocol/messages/txn-offset-commit'
import { codecOf, decode, encode } from '../../../../../src/protocol/codec'
import { GroupBench } from '../../../../support/group-bench'
import { committed, Deciding } from '../../../../support/group-turn'

const offsets = [9223372036854775806n, -1n, 2n ** 53n + 1n, -(2n ** 63n)]

class Client {
  readonly bench = new GroupBench()
  readonly topicId = this.bench.createTopic('t', offsets.length)
  readonly topic = { name: 't', topicId: this.topicId }

  async commit(version: number): Promise<number[]> {
    const partitions = offsets.map((committedOffset, partitionIndex) => ({
      partitionIndex,
      committedOffset,
      committedMetadata: null,
    }))
    const asked = { groupId: 'g', topics: [version < 10 ? { name: 't', partitions } : { ...this.topic, partitions }] }
    const reply = await this.bench.world.until(this.bench.ask(this.bench.connect(), OffsetCommit, version, asked))
    return reply.topics.flatMap(topic => topic.partitions.map(({ errorCode }) => errorCode))
  }

  /** What is committed, by partition. */
  async fetch(version: number): Promise<bigint[]> {
    const topics = [{ ...(version < 10 ? { name: 't' } : this.topic), partitionIndexes: [...offsets.keys()] }]
    const asked = version < 8 ? { groupId: 'g', topics } : { groups: [{ groupId: 'g', topics }] }
    const reply = await this.bench.world.until(
      this.bench.ask(this.bench.connect(), OffsetFetch, version, asked as never),
    )
    const told = version < 8 ? reply.topics : reply.groups[0]!.topics
    return told.flatMap(topic => topic.partitions.map(({ committedOffset }) => committedOffset))
  }
}

const versions = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

test.each(versions)('what OffsetCommit v%d takes is what every OffsetFetch gives', async version => {
  const client = new Client()
  expect(await client.commit(version)).toEqual(offsets.map(() => 0))
  for (const fetched of versions) expect(await client.fetch(fetched)).toEqual(offsets)
  expect(client.bench.bugs).toEqual([])
})

test('so it is when the coordinator comes back with nothing but its log', async () => {
  const client = new Client()
  await client.commit(9)
  client.bench.groups.stop()
  client.bench.restart()
  void client.bench.groups.loadAll()
  await client.bench.world.runFor(0)
  expect(await client.fetch(9)).toEqual(offsets)
  expect(client.bench.bugs).toEqual([])
})

test.each(offsets)('a record with %d is read as it was written, in both versions of its value', offset => {
  for (const expireTimestamp of [-1, 77]) {
    const { key, value } = encodeGroupRecord(committed('g', 't', 0, offset, { expireTimestamp }))
    expect(value!.readBigInt64BE(2)).toBe(offset)
    expect(decodeGroupRecord(key, value)).toMatchObject({ value: { offset } })
  }
})

test('a record under the oldest key is read to the last bit', () => {
  const key = Buffer.from('00000001670001740000000a', 'hex')
  const value = Buffer.from('00007ffffffffffffffe00016d0000000000000007', 'hex')
  expect(decodeGroupRecord(key, value)).toMatchObject({ value: { offset: 9223372036854775806n } })
})

test('an open transaction keeps it until it commits', () => {
  const { machine } = new Deciding()
  const origin = { producerId: 7, producerEpoch: 0 }
  machine.replay(committed('g', 't', 0, 9223372036854775806n), { offset: 1, origin, live: false })
  machine.replayMarker(true, origin)
  expect(machine.offsets.get('g', 't', 0)?.offset).toBe(9223372036854775806n)
})

test.each([0, 1, 2, 3, 4, 5])('TxnOffsetCommit v%d says it exactly', version => {
  const codec = codecOf(TxnOffsetCommit, 'request', version)
  const partitions = offsets.map((committedOffset, partitionIndex) => ({
    partitionIndex,
    committedOffset,
    committedMetadata: null,
  }))
  const ids = { transactionalId: 'x', groupId: 'g', producerId: 1, producerEpoch: 0 }
  const { topics } = decode(codec, encode(codec, { ...ids, topics: [{ name: 't', partitions }] }))
  expect(topics[0]?.partitions.map(({ committedOffset }) => committedOffset)).toEqual(offsets)
})
