/** Pages as an Apache Kafka 4.4 gave them to the same requests. */
import { describeTopicPartitions } from '../../../../src/broker/apis/describe-topic-partitions'
import type { Broker } from '../../../../src/broker/broker'
import { ask, brokerWith } from '../../../support/handler-bench'
import { openMetadata, topicSpec } from '../../../support/metadata'

type Page = {
  topics: { name: string; errorCode: number; partitions: { partitionIndex: number }[] }[]
  nextCursor: object | null
}

describe('DescribeTopicPartitions', () => {
  let broker: Broker

  beforeEach(async () => {
    const metadata = await openMetadata({ 'max.request.partition.size.limit': '6' })
    await metadata.createTopics([topicSpec('cp', 4), topicSpec('cp2'), topicSpec('z', 9)])
    broker = brokerWith(metadata)
  })

  const cursor = (topicName: string, partitionIndex: number) => ({ topicName, partitionIndex })
  const tell = (names: string[], limit = 2000, at: object | null = null): Promise<Page> =>
    ask(describeTopicPartitions, broker, 0, {
      topics: names.map(name => ({ name })),
      responsePartitionLimit: limit,
      cursor: at,
    })
  const shape = ({ topics, nextCursor }: Page) => [
    topics.map(
      topic => `${topic.name}:${topic.errorCode}:${topic.partitions.map(({ partitionIndex }) => partitionIndex)}`,
    ),
    nextCursor,
  ]

  it('tells of topics in the order of names, each once, with their leaders', async () => {
    const page = await tell(['cp2', 'cp', 'cp2'])
    expect(shape(page)).toEqual([['cp:0:0,1,2,3', 'cp2:0:0'], null])
    expect(page.topics[1]).toEqual({
      errorCode: 0,
      name: 'cp2',
      topicId: broker.image().topic('cp2')!.id,
      isInternal: false,
      partitions: [
        {
          errorCode: 0,
          partitionIndex: 0,
          leaderId: 1,
          leaderEpoch: 0,
          replicaNodes: [1],
          isrNodes: [1],
          eligibleLeaderReplicas: [],
          lastKnownElr: [],
          offlineReplicas: [],
        },
      ],
      topicAuthorizedOperations: 3576,
    })
  })

  it.each<[string, string[], number, object | null, unknown]>([
    ['all topics', [], 2000, null, [['cp:0:0,1,2,3', 'cp2:0:0', 'z:0:0'], cursor('z', 1)]],
    ['a limit within a topic', ['cp', 'cp2'], 2, null, [['cp:0:0,1'], cursor('cp', 2)]],
    ['a limit at the end of a topic', ['cp', 'cp2'], 4, null, [['cp:0:0,1,2,3'], cursor('cp2', 0)]],
    ['a limit before an unknown topic', ['cp', 'zzz'], 4, null, [['cp:0:0,1,2,3'], cursor('zzz', 0)]],
    ['a limit below 1', ['cp'], -1, null, [['cp:0:0'], cursor('cp', 1)]],
    ["a limit above the broker's", ['z'], 999_999, null, [['z:0:0,1,2,3,4,5'], cursor('z', 6)]],
    ['a cursor', ['cp', 'cp2'], 2000, cursor('cp', 2), [['cp:0:2,3', 'cp2:0:0'], null]],
    ['a cursor past the end', ['cp', 'cp2'], 2000, cursor('cp', 9), [['cp:0:', 'cp2:0:0'], null]],
    ['a cursor among all topics that is no topic', [], 4, cursor('cp1', 3), [['cp2:0:0', 'z:0:0,1,2'], cursor('z', 3)]],
    [
      'unknown and invalid names, which do not count',
      ['aaa', 'a b', 'cp'],
      1,
      null,
      [['a b:17:', 'aaa:3:', 'cp:0:0'], cursor('cp', 1)],
    ],
    ['an unknown topic at the cursor', ['nope', 'cp2'], 2000, cursor('nope', 0), [['nope:3:'], null]],
  ])('takes %s', async (_, names, limit, at, expected) => {
    expect(shape(await tell(names, limit, at))).toEqual(expected)
  })

  it.each<[string, string[], object | null, number]>([
    ['a negative partition', ['cp'], cursor('cp', -1), 42],
    ['a cursor on nothing that was asked for', ['cp', 'cp2'], cursor('cp1', 0), 42],
    ['a cursor behind everything', ['cp'], cursor('zz', 0), 42],
    ['an empty name', ['', 'cp'], null, -1],
  ])('refuses all of a request with %s', async (_, names, at, errorCode) => {
    const page = await tell(names, 2000, at)
    expect(shape(page)).toEqual([names.map(name => `${name}:${errorCode}:`), null])
    expect(page.topics[0]).toMatchObject({ topicAuthorizedOperations: -2147483648 })
  })
})
