/** Replies as an Apache Kafka 4.4 with one broker gave them to the same requests. */
import { createTopics } from '../../../../src/broker/apis/create-topics'
import type { Broker } from '../../../../src/broker/broker'
import { ask, brokerWith } from '../../../support/handler-bench'
import { openMetadata, topicSpec } from '../../../support/metadata'

const zero = '0'.repeat(32)
const assigned = (...rows: [number, ...number[]][]) => ({
  numPartitions: -1,
  replicationFactor: -1,
  assignments: rows.map(([partitionIndex, ...brokerIds]) => ({ partitionIndex, brokerIds })),
})
const manual = 'The manual partition assignment includes'
const tooFew = (factor: number) =>
  `Unable to replicate the partition ${factor} time(s): The target replication factor of ${factor} cannot be reached ` +
  'because only 1 broker(s) are registered or some brokers have all their log directories cordoned.'
const letters = "contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"

describe('CreateTopics', () => {
  let broker: Broker

  beforeEach(async () => {
    broker = brokerWith(await openMetadata())
    await create([topicSpec('ex.ist')])
  })

  const create = async (topics: object[], more: object = {}, version = 7) =>
    (await ask(createTopics, broker, version, { topics, timeoutMs: 5000, ...more })).topics
  const outcome = async (topic: object) => {
    const [reply] = await create([{ ...topicSpec('new'), ...topic }], { validateOnly: true })
    return [reply.errorCode, reply.errorMessage]
  }

  it.each([
    ['a name with a space', { name: 'a b' }, 17, `Topic name is invalid: 'a b' ${letters}`],
    ['no name', { name: '' }, 17, 'Topic name is invalid: the empty string is not allowed'],
    ['two dots', { name: '..' }, 17, "Topic name is invalid: '..' is not allowed"],
    [
      'a long name',
      { name: 'x'.repeat(250) },
      17,
      `Topic name is invalid: the length of '${'x'.repeat(250)}' is longer than the max allowed length 249`,
    ],
    ['a name that is taken', { name: 'ex.ist' }, 36, "Topic 'ex.ist' already exists."],
    ['a taken name with bad configs', topicSpec('ex.ist', 1, { foo: '1' }), 36, "Topic 'ex.ist' already exists."],
    ['a name that collides', { name: 'ex_ist' }, 17, "Topic 'ex_ist' collides with existing topic: ex.ist"],
    [
      'the metadata log',
      { name: '__cluster_metadata' },
      42,
      'Creation of internal topic __cluster_metadata is prohibited.',
    ],
    ['no partitions', { numPartitions: 0 }, 37, 'Number of partitions was set to an invalid non-positive value.'],
    [
      'no replicas',
      { replicationFactor: 0 },
      38,
      'Replication factor must be larger than 0, or -1 to use the default value.',
    ],
    [
      'neither',
      { numPartitions: 0, replicationFactor: -2 },
      38,
      'Replication factor must be larger than 0, or -1 to use the default value.',
    ],
    ['three replicas', { replicationFactor: 3 }, 38, tooFew(3)],
    ['10,001 partitions', { numPartitions: 10_001 }, 44, 'Excessively large number of partitions per request.'],
    [
      'assignments and partitions',
      { ...assigned([0, 1]), numPartitions: 1 },
      42,
      'A manual partition assignment was specified, but numPartitions was not set to -1.',
    ],
    [
      'assignments and replicas',
      { ...assigned([0, 1]), replicationFactor: 1 },
      42,
      'A manual partition assignment was specified, but replication factor was not set to -1.',
    ],
    [
      'assignments with a gap',
      assigned([0, 1], [2, 1]),
      39,
      'partitions should be a consecutive 0-based integer sequence',
    ],
    [
      'a partition assigned twice',
      assigned([0, 1], [0, 1]),
      39,
      'Found multiple manual partition assignments for partition 0',
    ],
    ['an unknown broker', assigned([0, 2]), 39, `${manual} broker 2, but no such broker is registered.`],
    ['a broker twice', assigned([0, 1, 1]), 39, `${manual} the broker 1 more than once.`],
    ['no replicas for a partition', assigned([0]), 39, `${manual} an empty replica list.`],
    ['an unknown config', topicSpec('new', 0, { foo: '1' }), 40, 'Unknown topic config name: foo'],
    [
      'an illegal config',
      topicSpec('new', 1, { 'retention.ms': 'x' }),
      40,
      'Invalid value x for configuration retention.ms: Not a number of type LONG',
    ],
    [
      'an unset config',
      topicSpec('new', 1, { 'retention.ms': null, foo: null }),
      40,
      'Null value not supported for topic configs: retention.ms,foo',
    ],
    [
      'remote storage',
      topicSpec('new', 1, { 'remote.storage.enable': 'true' }),
      40,
      'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
    ],
    [
      'compaction lags that contradict',
      topicSpec('new', 1, { 'min.compaction.lag.ms': '10', 'max.compaction.lag.ms': '5' }),
      40,
      'conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)',
    ],
  ])('refuses %s', async (_, topic, errorCode, errorMessage) => {
    expect(await outcome(topic)).toEqual([errorCode, errorMessage])
  })

  it('refuses names given twice, after the others', async () => {
    const replies = await create([topicSpec('d'), topicSpec('e'), topicSpec('d'), topicSpec('__cluster_metadata')])
    expect(
      replies.map((reply: { name: string; errorCode: number; errorMessage: string }) => [
        reply.name,
        reply.errorCode,
        reply.errorMessage,
      ]),
    ).toEqual([
      ['e', 0, null],
      ['d', 42, 'Duplicate topic name.'],
      ['__cluster_metadata', 42, 'Creation of internal topic __cluster_metadata is prohibited.'],
    ])
    expect(broker.image().topic('d')).toBeNull()
  })

  it('lets names collide within one request, as Kafka does', async () => {
    const replies = await create([topicSpec('zz.a'), topicSpec('zz_a')])
    expect(replies.map((reply: { errorCode: number }) => reply.errorCode)).toEqual([0, 0])
    expect(await outcome({ name: 'zz.a' })).toEqual([36, "Topic 'zz.a' already exists."])
  })

  it('says what it made: partitions, replicas, all configs by name and where each comes from', async () => {
    const [reply] = await create([{ ...topicSpec('new', -1, { 'retention.bytes': '+5' }), replicationFactor: -1 }])
    expect(reply).toMatchObject({ errorCode: 0, errorMessage: null, numPartitions: 1, replicationFactor: 1 })
    expect(reply.topicId).toBe(broker.image().topic('new')!.id)
    expect(reply.configs).toHaveLength(37)
    const names = reply.configs.map((config: { name: string }) => config.name)
    expect(names).toEqual([...names].sort())
    const by = (name: string) => reply.configs.find((config: { name: string }) => config.name === name)
    expect(by('retention.bytes')).toEqual({
      name: 'retention.bytes',
      value: '+5',
      readOnly: false,
      configSource: 1,
      isSensitive: false,
    })
    expect(by('min.insync.replicas')).toMatchObject({ value: '1', configSource: 3 })
    expect(by('retention.ms')).toMatchObject({ value: '604800000', configSource: 5 })
  })

  it('tells coarser broker keys in the unit of the topic key', async () => {
    broker = brokerWith(await openMetadata({ 'log.retention.hours': '100' }))
    const [reply] = await create([topicSpec('new')])
    const retention = reply.configs.find((config: { name: string }) => config.name === 'retention.ms')
    expect(retention).toMatchObject({ value: '360000000', configSource: 4 })
  })

  it('validates only when asked to: an id is made up and nothing is made', async () => {
    const [reply] = await create([topicSpec('new')], { validateOnly: true })
    expect(reply.topicId).not.toBe(zero)
    expect(broker.image().topic('new')).toBeNull()
  })

  it('is out of time at once without time', async () => {
    const replies = await create([topicSpec('new'), topicSpec('a b')], { timeoutMs: 0 })
    expect(replies).toEqual(
      ['new', 'a b'].map(name => expect.objectContaining({ name, errorCode: 7, errorMessage: null, topicId: zero })),
    )
  })

  it('takes an assignment by hand', async () => {
    const [reply] = await create([{ ...topicSpec('new'), ...assigned([1, 1], [0, 1]) }])
    expect(reply).toMatchObject({ errorCode: 0, numPartitions: 2, replicationFactor: 1 })
  })

  it.each([0, 1, 2, 3, 4, 5, 6])('answers version %i', async version => {
    const [reply] = await create([topicSpec('old')], {}, version)
    expect(reply).toMatchObject({ name: 'old', errorCode: 0 })
  })
})
