/** A data directory goes from us to an Apache Kafka and back: what that one did to topics is done here, or told. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node } from '../../../src/node/node'
import { silentLogger } from '../../../src/platform/logger'
import { append, leaveKafkaMetadata, named, withNode } from '../../support/data-directory'

/** Records as an Apache Kafka 4.4 writes them. */
const topicRecord = (name: string, id: string) =>
  `010200${(name.length + 1).toString(16).padStart(2, '0')}${Buffer.from(name).toString('hex')}${id}00`
const partitionRecord = (id: string, index: number) =>
  `010302${index.toString(16).padStart(8, '0')}${id}020000000102000000010101000000010000000000000000024e64dbbecc0e925dcf98e77d2d7c548e00`
const removeTopicRecord = (id: string) => `010900${id}00`
const [first, second] = ['a1'.repeat(16), 'b2'.repeat(16)]

interface Told {
  readonly event: string
  readonly [field: string]: unknown
}

/** A directory that a Kafka had first, in which `orders` has two partitions. */
class Exchange {
  readonly root = mkdtempSync(join(tmpdir(), 'odradek-exchange-'))
  readonly data = join(this.root, 'data')
  told: Told[] = []
  #next = 0

  constructor() {
    this.kafka(topicRecord('orders', first), partitionRecord(first, 0), partitionRecord(first, 1))
    writeFileSync(join(this.data, 'meta.properties'), 'version=1\ncluster.id=K123456789012345678901\nnode.id=1\n')
    for (const index of [0, 1]) this.log('orders', index, first)
  }

  /** A Kafka's metadata log goes on. */
  kafka(...records: string[]): void {
    leaveKafkaMetadata(this.data, this.#next, records)
    this.#next += records.length
  }

  /** Its metadata log begins anew. */
  forgetKafka(): void {
    rmSync(this.path('__cluster_metadata-0'), { recursive: true })
    this.#next = 0
  }

  /** A log as a Kafka makes it. */
  log(topic: string, partition: number, topicId: string): void {
    const id = Buffer.from(topicId, 'hex').toString('base64url')
    mkdirSync(join(this.data, `${topic}-${partition}`))
    writeFileSync(join(this.data, `${topic}-${partition}`, 'partition.metadata'), `version: 0\ntopic_id: ${id}`)
  }

  path(name: string): string {
    return join(this.data, name)
  }

  /** What a Kafka writes of logs that it does not have: nothing. */
  forgetMarks(): void {
    for (const name of readdirSync(this.data)) if (name.endsWith('-checkpoint')) rmSync(this.path(name))
  }

  ours<T>(use: (node: Node) => Promise<T> = async () => undefined as T): Promise<T> {
    const tell = (event: string, fields: object = {}) => void this.told.push({ event, ...fields })
    this.told = []
    return withNode(this.data, use, { ...silentLogger, info: tell, warn: tell, error: tell })
  }

  heard(...events: string[]): Told[] {
    return this.told.filter(({ event }) => events.includes(event))
  }
}

let exchange: Exchange
beforeEach(() => {
  exchange = new Exchange()
})
afterEach(() => rmSync(exchange.root, { recursive: true }))

const ends = ({ broker }: Node, topic: string) =>
  broker
    .image()
    .topic(topic)
    ?.partitions.map(({ index }) => broker.partitions.find(topic, index)?.end ?? 'offline')

const fill = () =>
  exchange.ours(async node => {
    for (const index of [0, 1]) append(node, 'orders', index)
  })

test('partitions that a Kafka added to a topic are served, with an epoch after those in their logs', async () => {
  await fill()
  for (const index of [2, 3]) cpSync(exchange.path('orders-0'), exchange.path(`orders-${index}`), { recursive: true })
  writeFileSync(join(exchange.path('orders-3'), 'leader-epoch-checkpoint'), '0\n1\n4 0\n')
  exchange.kafka(partitionRecord(first, 2), partitionRecord(first, 3))
  const found = await exchange.ours(async node => ({
    ends: ends(node, 'orders'),
    epochs: node.broker
      .image()
      .topic('orders')!
      .partitions.map(({ leaderEpoch }) => leaderEpoch),
  }))
  expect(found.ends).toEqual([1, 1, 1, 1])
  expect(found.epochs[3]).toBeGreaterThanOrEqual(found.epochs[0]!)
  expect(exchange.heard('partitions-adopted', 'logs-not-served')).toEqual([
    { event: 'partitions-adopted', topic: 'orders', partitions: 4 },
  ])
  // They are ours from now on.
  expect(await exchange.ours(async node => ends(node, 'orders'))).toEqual([1, 1, 1, 1])
  expect(exchange.heard('partitions-adopted')).toEqual([])
})

test('of partitions that a Kafka added those after a gap are not served, nor those that it does not know, and that is told', async () => {
  await fill()
  for (const index of [2, 4, 5]) exchange.log('orders', index, first)
  exchange.kafka(partitionRecord(first, 2), partitionRecord(first, 3), partitionRecord(first, 4))
  expect(await exchange.ours(async node => ends(node, 'orders'))).toEqual([1, 1, 0])
  expect(exchange.heard('logs-not-served')).toMatchObject([{ topic: 'orders', partitions: '4,5' }])
})

test('a topic that a Kafka deleted is deleted, and what it put aside of it does not come back', async () => {
  await fill()
  renameSync(exchange.path('orders-0'), exchange.path(`orders-0.${'c'.repeat(32)}-stray`))
  rmSync(exchange.path('orders-1'), { recursive: true })
  exchange.kafka(removeTopicRecord(first))
  expect(await exchange.ours(async node => ends(node, 'orders'))).toBeUndefined()
  expect(exchange.heard('kafka-topic-deleted')).toMatchObject([{ topic: 'orders', topicId: first }])
  expect(readdirSync(exchange.data).filter(name => name.startsWith('orders'))).toHaveLength(1)
  // What its checkpoints say of it is not said of one that is made anew.
  const anew = await exchange.ours(async node => {
    await node.broker.metadata.createTopics([named('orders')])
    return ends(node, 'orders')
  })
  expect(anew).toEqual([0])
  expect(exchange.heard('kafka-topic-deleted')).toEqual([])
})

test('one whose deletion a Kafka remembers no more is deleted, and one that it never had is not', async () => {
  await fill()
  await exchange.ours(({ broker }) => broker.metadata.createTopics([named('mine')]))
  for (const name of ['orders-0', 'orders-1', 'mine-0']) rmSync(exchange.path(name), { recursive: true })
  // A snapshot took the place of the log.
  exchange.forgetKafka()
  exchange.kafka(topicRecord('others', second))
  expect(await exchange.ours(async node => [ends(node, 'orders'), ends(node, 'mine')])).toEqual([undefined, [0]])
})

test('nothing is deleted where a part of the metadata log of a Kafka cannot be read', async () => {
  await fill()
  for (const name of ['orders-0', 'orders-1']) rmSync(exchange.path(name), { recursive: true })
  const log = join(exchange.path('__cluster_metadata-0'), `${'0'.repeat(20)}.log`)
  const bytes = readFileSync(log)
  bytes.writeUInt8(bytes.at(-1)! ^ 1, bytes.length - 1)
  writeFileSync(log, bytes)
  expect(await exchange.ours(async node => ends(node, 'orders'))).toEqual(['offline', 'offline'])
  // Nor where a newer one may have written of it what is not understood.
  exchange.forgetKafka()
  exchange.kafka('01020100')
  expect(await exchange.ours(async node => ends(node, 'orders'))).toEqual(['offline', 'offline'])
})

test('a topic that a Kafka deleted and made anew is that one, with all of its partitions', async () => {
  await fill()
  for (const index of [0, 1]) rmSync(exchange.path(`orders-${index}`), { recursive: true })
  for (const index of [0, 1, 2]) exchange.log('orders', index, second)
  exchange.forgetMarks()
  const anew = [0, 1, 2].map(index => partitionRecord(second, index))
  const compacts = '01040002076f72646572730f636c65616e75702e706f6c69637908636f6d7061637400'
  exchange.kafka(removeTopicRecord(first), topicRecord('orders', second), ...anew, compacts)
  const found = await exchange.ours(async node => ({
    ends: ends(node, 'orders'),
    id: node.broker.image().topic('orders')!.id,
    policy: node.broker.image().overrides('topic', 'orders').get('cleanup.policy'),
  }))
  expect(found).toEqual({ ends: [0, 0, 0], id: second, policy: 'compact' })
  expect(exchange.heard('kafka-topic-deleted', 'topic-adopted', 'partition-offline')).toMatchObject([
    { event: 'kafka-topic-deleted', topicId: first },
    { event: 'topic-adopted', topic: 'orders', partitions: 3 },
  ])
})

test('where logs of both ids are there nothing is deleted, and all that is not served is told', async () => {
  await fill()
  rmSync(exchange.path('orders-1'), { recursive: true })
  for (const index of [1, 2]) exchange.log('orders', index, second)
  exchange.kafka(removeTopicRecord(first), topicRecord('orders', second), partitionRecord(second, 2))
  expect(await exchange.ours(async node => ends(node, 'orders'))).toEqual([1, 'offline'])
  expect(exchange.heard('kafka-topic-kept', 'logs-not-served')).toMatchObject([
    { event: 'kafka-topic-kept', topic: 'orders' },
    { event: 'logs-not-served', topic: 'orders', partitions: '1,2', why: expect.stringContaining(second) },
  ])
})

test('a partition that a Kafka had and whose directory is gone is offline, whatever the checkpoints say', async () => {
  await fill()
  rmSync(exchange.path('orders-1'), { recursive: true })
  exchange.forgetMarks()
  expect(await exchange.ours(async node => ends(node, 'orders'))).toEqual([1, 'offline'])
  const why = expect.stringContaining('orders-1: is not there, though an Apache Kafka had it')
  expect(exchange.heard('partition-offline')).toMatchObject([{ topic: 'orders', partition: 1, why }])
  mkdirSync(exchange.path('orders-1'))
  expect(await exchange.ours(async node => ends(node, 'orders'))).toEqual([1, 0])
})

/** As an Apache Kafka 4.4 does: it renames what its metadata do not know, and keeps it. */
test('a topic that was made here and that a Kafka has put aside comes back with its records', async () => {
  const long = 'l'.repeat(249)
  await exchange.ours(async node => {
    await node.broker.metadata.createTopics([named('mine'), named(long), named('twice')])
    for (const topic of ['mine', long, 'twice']) append(node, topic, 0)
  })
  const aside = (name: string, unique: string) =>
    exchange.path(`${name.slice(0, 255 - 41)}-0.${unique.repeat(32)}-stray`)
  for (const name of ['mine', long, 'twice']) renameSync(exchange.path(`${name}-0`), aside(name, 'c'))
  cpSync(aside('twice', 'c'), aside('twice', 'd'), { recursive: true })
  exchange.forgetMarks()
  const found = await exchange.ours(async node => ['mine', long, 'twice'].map(topic => ends(node, topic)))
  expect(found).toEqual([[1], [1], ['offline']])
  expect(exchange.heard('log-put-back')).toHaveLength(2)
  expect(exchange.heard('partition-offline')).toMatchObject([
    { topic: 'twice', why: expect.stringContaining(`${aside('twice', 'c')}, ${aside('twice', 'd')}`) },
  ])
})

test('a topic that was made here and by a Kafka too gives way to the one that has the directories', async () => {
  await exchange.ours(async node => {
    await node.broker.metadata.createTopics([named('both')])
    append(node, 'both', 0)
  })
  renameSync(exchange.path('both-0'), exchange.path(`both-0.${'c'.repeat(32)}-stray`))
  exchange.log('both', 0, second)
  exchange.forgetMarks()
  exchange.kafka(topicRecord('both', second), partitionRecord(second, 0))
  expect(await exchange.ours(async node => ends(node, 'both'))).toEqual([0])
  expect(exchange.heard('kafka-topic-deleted')).toMatchObject([{ topic: 'both' }])
  expect(readdirSync(exchange.data)).toContain(`both-0.${'c'.repeat(32)}-stray`)
})

describe('a topic of a coordinator that a Kafka gave more partitions', () => {
  const topic = '__consumer_offsets'
  const spread = () =>
    exchange.ours(async node => {
      const { partitions, keyedPartitions } = node.broker.image().topic(topic)!
      return { partitions: partitions.length, keyedPartitions }
    })
  const add = (...indexes: number[]): void => {
    for (const index of indexes) exchange.log(topic, index, second)
    exchange.kafka(...indexes.map(index => partitionRecord(second, index)))
  }
  /** As of a Kafka that has been started again, and keeps keys in it. */
  const keep = (index: number): void => {
    const name = `${'0'.repeat(20)}.log`
    cpSync(join(exchange.path('orders-0'), name), join(exchange.path(`${topic}-${index}`), name))
  }

  beforeEach(async () => {
    exchange.kafka(topicRecord(topic, second), partitionRecord(second, 0), partitionRecord(second, 1))
    for (const index of [0, 1]) exchange.log(topic, index, second)
    await fill()
    expect(await spread()).toEqual({ partitions: 2, keyedPartitions: undefined })
  })

  test('has its keys spread as before, while that one has kept nothing in them', async () => {
    add(2, 3)
    expect(await spread()).toEqual({ partitions: 4, keyedPartitions: 2 })
    expect(exchange.heard('partitions-adopted', 'kafka-spread-keys')).toEqual([
      { event: 'partitions-adopted', topic, partitions: 4 },
    ])
    add(4)
    expect(await spread()).toEqual({ partitions: 5, keyedPartitions: 2 })
  })

  test('has them spread over all, once that one has done so, and that is told', async () => {
    add(2, 3)
    keep(3)
    expect(await spread()).toEqual({ partitions: 4, keyedPartitions: undefined })
    expect(exchange.heard('kafka-spread-keys')).toMatchObject([{ topic, before: 2, partitions: 4 }])
    expect(await spread()).toEqual({ partitions: 4, keyedPartitions: undefined })
    expect(exchange.heard('kafka-spread-keys')).toEqual([])
  })

  test('has them spread over all also where that one does so at a later visit', async () => {
    add(2, 3)
    await spread()
    keep(2)
    expect(await spread()).toEqual({ partitions: 4, keyedPartitions: undefined })
  })

  test('keeps the number that it began with where it grew here too', async () => {
    await exchange.ours(async ({ broker }) => {
      const asked = { name: topic, count: 3, assignments: null }
      const [outcome] = await broker.metadata.createPartitions([asked])
      expect(outcome).toMatchObject({ errorCode: 0 })
    })
    expect(await spread()).toEqual({ partitions: 3, keyedPartitions: 2 })
    // The directory of the third is there already: the one that was made here.
    exchange.kafka(partitionRecord(second, 2), partitionRecord(second, 3))
    exchange.log(topic, 3, second)
    expect(await spread()).toEqual({ partitions: 4, keyedPartitions: 2 })
  })
})
