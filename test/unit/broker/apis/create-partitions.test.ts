/** Replies as an Apache Kafka 4.4 with one broker gave them to the same requests. */
import { createPartitions } from '../../../../src/broker/apis/create-partitions'
import type { Broker } from '../../../../src/broker/broker'
import { keyedPartitions, partitionOfKey } from '../../../../src/metadata/topics/internal-topics'
import type { Metadata } from '../../../../src/metadata/metadata'
import { ask, brokerWith } from '../../../support/handler-bench'
import { openMetadata, topicSpec } from '../../../support/metadata'

const attempted = (added: number, given: number) =>
  `Attempted to add ${added} additional partition(s), but only ${given} assignment(s) were specified.`
const manual = 'The manual partition assignment includes'

describe('CreatePartitions', () => {
  let broker: Broker
  let metadata: Metadata

  beforeEach(async () => {
    metadata = await openMetadata()
    await metadata.createTopics([topicSpec('cp', 3), topicSpec('cp2')])
    broker = brokerWith(metadata)
  })

  const grow = async (topics: object[], more: object = {}, version = 3) =>
    (await ask(createPartitions, broker, version, { topics, timeoutMs: 5000, validateOnly: true, ...more })).results
  const to = (count: number, replicas: number[][] | null = null, name = 'cp') => ({
    name,
    count,
    assignments: replicas && replicas.map(brokerIds => ({ brokerIds })),
  })

  it.each([
    ['the same number', to(3), 37, 'Topic already has 3 partition(s).'],
    ['fewer', to(2), 37, 'The topic cp currently has 3 partition(s); 2 would not be an increase.'],
    ['a negative number', to(-1), 37, 'The topic cp currently has 3 partition(s); -1 would not be an increase.'],
    ['10,001 more', to(10_004), 44, 'Excessively large number of additional partitions per request.'],
    ['an unknown topic', to(3, null, 'nope'), 3, null],
    ['too few assignments', to(5, [[1]]), 39, attempted(2, 1)],
    ['too many assignments', to(4, [[1], [1]]), 39, attempted(1, 2)],
    ['an empty list of assignments', to(4, []), 39, attempted(1, 0)],
    ['an unknown broker', to(4, [[2]]), 39, `${manual} broker 2, but no such broker is registered.`],
    ['a broker twice', to(4, [[1, 1]]), 39, `${manual} the broker 1 more than once.`],
    ['no replicas', to(4, [[]]), 39, `${manual} an empty replica list.`],
  ])('refuses %s', async (_, topic, errorCode, errorMessage) => {
    expect(await grow([topic])).toEqual([{ name: topic.name, errorCode, errorMessage }])
  })

  it('adds partitions behind those that are there, which stay as they are', async () => {
    const before = broker.image().topic('cp')!
    expect(await grow([to(5, [[1], [1]]), to(2, null, 'cp2')], { validateOnly: false })).toEqual([
      { name: 'cp', errorCode: 0, errorMessage: null },
      { name: 'cp2', errorCode: 0, errorMessage: null },
    ])
    const after = broker.image().topic('cp')!
    expect(after.id).toBe(before.id)
    expect(after.partitions.slice(0, 3)).toEqual(before.partitions)
    expect(after.partitions[4]).toEqual({
      index: 4,
      leader: 1,
      leaderEpoch: 0,
      partitionEpoch: 0,
      replicas: [1],
      isr: [1],
    })
  })

  it('does nothing when it validates only, nor for topics given twice, nor without time', async () => {
    expect(await grow([to(4)])).toMatchObject([{ errorCode: 0 }])
    expect(await grow([to(4), to(5), to(2, null, 'cp2')])).toEqual([
      { name: 'cp', errorCode: 42, errorMessage: 'Duplicate topic name.' },
      { name: 'cp2', errorCode: 0, errorMessage: null },
    ])
    expect(await grow([to(4)], { timeoutMs: 0, validateOnly: false })).toMatchObject([
      { errorCode: 7, errorMessage: null },
    ])
    expect(broker.image().topic('cp')!.partitions).toHaveLength(3)
  })

  it("spreads the keys of a coordinator's topic over as many as it began with, however often it grows", async () => {
    const topic = '__consumer_offsets'
    await metadata.ensureInternalTopic(topic)
    const began = broker.image().topic(topic)!.partitions.length
    const known = partitionOfKey(broker.image().topic(topic), 'a group')!
    for (const more of [1, 5, 9]) {
      await grow([to(began + more, null, topic)], { validateOnly: false })
      const grown = broker.image().topic(topic)!
      expect(grown.partitions).toHaveLength(began + more)
      expect(keyedPartitions(grown)).toBe(began)
      expect(partitionOfKey(grown, 'a group')).toEqual(known)
    }
    await grow([to(9)], { validateOnly: false })
    expect(broker.image().topic('cp')).not.toHaveProperty('keyedPartitions')
  })

  it.each([0, 1, 2])('answers version %i', async version => {
    expect(await grow([to(4)], {}, version)).toMatchObject([{ errorCode: 0 }])
  })
})
