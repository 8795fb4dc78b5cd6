/** Lists of somebody who is allowed nothing, as an Apache Kafka 4.4 answers them: `npm run oracle -- --secured` asks for more of them. */
import { alterConfigs } from '../../../src/broker/apis/alter-configs'
import { createPartitions } from '../../../src/broker/apis/create-partitions'
import { deleteGroups } from '../../../src/broker/apis/delete-groups'
import { deleteRecords } from '../../../src/broker/apis/delete-records'
import { incrementalAlterConfigs } from '../../../src/broker/apis/incremental-alter-configs'
import type { Broker } from '../../../src/broker/broker'
import type { Body, Handler } from '../../../src/call/handler'
import { AccessControl } from '../../../src/security/access-control'
import { ask as askOf, brokerWith } from '../../support/handler-bench'
import { openMetadata, topicSpec } from '../../support/metadata'

let broker: Broker

const ann = { principal: 'User:ann', connection: { remoteHost: '127.0.0.1' } }
const ask = (handler: Handler<Broker>, version: number, request: Body): Promise<Body> =>
  askOf(handler, broker, version, request, ann)

beforeEach(async () => {
  const metadata = await openMetadata()
  await metadata.createTopics([topicSpec('t')])
  const options = { superUsers: new Set<string>(), allowsWithoutAcl: false }
  const access = new AccessControl(() => metadata.image.table('acl'), options)
  broker = { ...brokerWith(metadata), access }
})

test('a topic that is to grow twice is refused for that, and answered once', async () => {
  const grow = async (timeoutMs: number, ...names: string[]) => {
    const topics = names.map(name => ({ name, count: 3, assignments: null }))
    const { results } = await ask(createPartitions, 3, { topics, timeoutMs, validateOnly: true })
    return results.map(({ name, errorCode }: Body) => [name, errorCode])
  }
  for (const timeoutMs of [5000, 0]) {
    expect(await grow(timeoutMs, 't', 't')).toEqual([['t', 42]])
    expect(await grow(timeoutMs, 't', 'u', 'u')).toEqual([
      ['u', 42],
      ['t', 29],
    ])
  }
})

test('a group that is to be deleted twice is answered once', async () => {
  const { results } = await ask(deleteGroups, 2, { groupsNames: ['g', 'h', 'g'] })
  expect(results.map(({ groupId, errorCode }: Body) => [groupId, errorCode])).toEqual([
    ['g', 30],
    ['h', 30],
  ])
})

test('a partition whose records are to be deleted twice is answered once, a topic without any not at all', async () => {
  const of = (name: string, ...indexes: number[]) => ({
    name,
    partitions: indexes.map(partitionIndex => ({ partitionIndex, offset: 0 })),
  })
  const topics = [of('t', 0, 0), of('u'), of('t', 1)]
  const reply = await ask(deleteRecords, 2, { topics, timeoutMs: 5000 })
  const denied = { lowWatermark: -1, errorCode: 29 }
  expect(reply.topics).toEqual([
    {
      name: 't',
      partitions: [
        { partitionIndex: 0, ...denied },
        { partitionIndex: 1, ...denied },
      ],
    },
  ])
})

test.each(['x', '2', '1', ''])('who may not change the broker "%s" is told that first', async resourceName => {
  const configs = [{ name: 'log.retention.ms', value: '5', configOperation: 0 }]
  const asked = { resources: [{ resourceType: 4, resourceName, configs }], validateOnly: true }
  for (const [handler, version] of [
    [alterConfigs, 2],
    [incrementalAlterConfigs, 1],
  ] as const) {
    const { responses } = await ask(handler, version, asked)
    expect(responses).toEqual([{ resourceType: 4, resourceName, errorCode: 31, errorMessage: null }])
  }
})
