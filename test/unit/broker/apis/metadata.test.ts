/** Replies as an Apache Kafka 4.4 gave them to the same requests. */
import { metadata as handler } from '../../../../src/broker/apis/metadata'
import type { Broker } from '../../../../src/broker/broker'
import { ask, brokerWith } from '../../../support/handler-bench'
import { openMetadata, topicSpec } from '../../../support/metadata'

const zero = '0'.repeat(32)
const notTold = -2147483648

async function brokerOf(statics: { [name: string]: string } = {}): Promise<Broker> {
  const metadata = await openMetadata(statics)
  await metadata.createTopics([topicSpec('md', 2), topicSpec('other')])
  return brokerWith(metadata)
}

describe('Metadata', () => {
  let broker: Broker
  let id: string

  beforeEach(async () => {
    broker = await brokerOf()
    id = broker.image().topic('md')!.id
  })

  const tell = (version: number, topics: object[] | null, more: object = {}) =>
    ask(handler, broker, version, { topics, ...(version >= 4 ? { allowAutoTopicCreation: false } : {}), ...more })
  const named = (...names: string[]) => names.map(name => ({ name }))
  const codes = (reply: { topics: { name: string; errorCode: number }[] }) =>
    reply.topics.map(topic => [topic.name, topic.errorCode])
  const settled = async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  }

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])('answers version %i', async version => {
    const reply = await tell(version, named('md'))
    expect(reply.brokers).toEqual([{ nodeId: 1, host: 'broker', port: 9001, rack: null }])
    expect(reply.topics).toHaveLength(1)
    expect(reply.topics[0]).toMatchObject({ name: 'md', errorCode: 0, topicAuthorizedOperations: notTold })
    expect(reply.topics[0].partitions[1]).toMatchObject({
      errorCode: 0,
      partitionIndex: 1,
      leaderId: 1,
      replicaNodes: [1],
      isrNodes: [1],
    })
    expect(reply.clusterId).toBe(version >= 2 ? broker.image().clusterId : null)
    expect(reply.controllerId).toBe(version >= 1 ? 1 : -1)
  })

  it('shows a partition whose log cannot be used without a leader', async () => {
    broker = {
      ...broker,
      partitions: { isOffline: (topic: string, index: number) => topic === 'md' && index === 1 } as never,
    }
    const reply = await tell(12, named('md'))
    expect(reply.topics[0].partitions).toMatchObject([
      { partitionIndex: 0, errorCode: 0, leaderId: 1, offlineReplicas: [] },
      { partitionIndex: 1, errorCode: 5, leaderId: -1, isrNodes: [1], offlineReplicas: [1] },
    ])
  })

  it('tells of all topics for null, and in version 0 for an empty list', async () => {
    expect(codes(await tell(12, null))).toEqual([
      ['md', 0],
      ['other', 0],
    ])
    expect(codes(await tell(0, []))).toEqual([
      ['md', 0],
      ['other', 0],
    ])
    expect(codes(await tell(1, []))).toEqual([])
  })

  it('finds topics by id, and then looks at ids alone', async () => {
    expect(codes(await tell(12, [{ topicId: id, name: 'other' }, { name: 'other' }]))).toEqual([['md', 0]])
    expect((await tell(12, [{ topicId: '7'.repeat(32), name: null }])).topics).toEqual([
      {
        name: null,
        topicId: '7'.repeat(32),
        errorCode: 100,
        isInternal: false,
        partitions: [],
        topicAuthorizedOperations: notTold,
      },
    ])
  })

  it.each([10, 11])('refuses all of a request of version %i that names topics by id', async version => {
    expect(await tell(version, [{ topicId: id, name: null }])).toMatchObject({
      brokers: [],
      clusterId: null,
      controllerId: -1,
      topics: [{ name: '', topicId: id, errorCode: 42, partitions: [] }],
    })
  })

  it('refuses all of a request with a topic that has neither name nor id', async () => {
    expect(await tell(12, [{ topicId: zero, name: null }])).toMatchObject({
      brokers: [],
      topics: [{ name: '', errorCode: -1 }],
    })
  })

  it('answers a topic once however often it is named, unknown and invalid names with their errors', async () => {
    expect(codes(await tell(12, named('md', 'md', 'nope', 'a b', '')))).toEqual([
      ['md', 0],
      ['nope', 3],
      ['a b', 17],
      ['', 17],
    ])
  })

  it('tells what may be done when asked', async () => {
    const asks = { includeTopicAuthorizedOperations: true }
    const operations = async (topics: object[]) =>
      (await tell(12, topics, asks)).topics.map(
        (topic: { topicAuthorizedOperations: number }) => topic.topicAuthorizedOperations,
      )
    expect(await operations(named('md', 'nope', 'a b'))).toEqual([3576, 3576, 3576])
    expect(await operations([{ topicId: '7'.repeat(32), name: null }])).toEqual([notTold])
    expect((await tell(8, [], { includeClusterAuthorizedOperations: true })).clusterAuthorizedOperations).toBe(8096)
  })

  it('creates missing topics meanwhile, as Kafka does', async () => {
    const wants = { allowAutoTopicCreation: true }
    expect(codes(await tell(12, named('auto', 'a b', 'm_d'), wants))).toEqual([
      ['auto', 3],
      ['a b', 17],
      ['m_d', 3],
    ])
    await settled()
    expect(codes(await tell(12, named('auto', 'm_d', 'a b')))).toEqual([
      ['auto', 0],
      ['m_d', 0],
      ['a b', 17],
    ])
    expect(codes(await tell(3, named('old')))).toEqual([['old', 3]])
    await settled()
    expect(codes(await tell(3, named('old')))).toEqual([['old', 0]])
  })

  it('creates topics within the reply where that is wanted, and says why it could not', async () => {
    broker = await brokerOf({ 'odradek.auto.create.ready.in.reply': 'true', 'num.partitions': '3' })
    await broker.metadata.createTopics([topicSpec('ex.ist')])
    const reply = await tell(12, named('auto', 'ex_ist', '__consumer_offsets'), { allowAutoTopicCreation: true })
    expect(codes(reply)).toEqual([
      ['auto', 0],
      ['ex_ist', 17],
      ['__consumer_offsets', 0],
    ])
    expect(reply.topics[0].partitions).toHaveLength(3)
    expect(reply.topics[2]).toMatchObject({ isInternal: true, partitions: { length: 50 } })
  })

  it.each([
    ['the client', {}, false],
    ['the broker', { 'auto.create.topics.enable': 'false' }, true],
  ])('does not create topics that %s does not want', async (_, statics, allowAutoTopicCreation) => {
    broker = await brokerOf(statics)
    expect(codes(await tell(12, named('nope'), { allowAutoTopicCreation }))).toEqual([['nope', 3]])
    await settled()
    expect(broker.image().topic('nope')).toBeNull()
  })

  it('waits until everybody is ready for what it tells', async () => {
    let ready!: () => void
    broker.metadata.onChange(() => new Promise<void>(resolve => (ready = resolve)))
    const creation = broker.metadata.createTopics([topicSpec('slow')])
    await settled()
    let told = false
    const reply = tell(12, named('slow')).finally(() => (told = true))
    await settled()
    expect(told).toBe(false)
    ready()
    await creation
    expect(codes(await reply)).toEqual([['slow', 0]])
  })
})
