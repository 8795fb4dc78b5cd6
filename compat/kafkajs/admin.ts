/** Scenarios of the admin client. */
import { type Admin, ConfigResourceTypes } from 'kafkajs'
import { until } from '../../scripts/judge/process'
import { type Job, type Scene, holds, refused, same } from '../runner'
import { createTopic, kafkaOf, readCount, readUntil, send } from './client'

const withAdmin =
  (use: (admin: Admin, job: Job) => Promise<string | undefined>): Scene =>
  async job => {
    const admin = kafkaOf(job.bootstrap).admin()
    await admin.connect()
    try {
      return await use(admin, job)
    } finally {
      await admin.disconnect()
    }
  }

async function create(admin: Admin, job: Job): Promise<undefined> {
  const topic = job.fresh('create')
  const configEntries = [{ name: 'retention.ms', value: '3600000' }]
  same('created', await admin.createTopics({ topics: [{ topic, numPartitions: 3, configEntries }] }), true)
  same('created again', await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] }), false)
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  same('partitions', topics[0]?.partitions.map(({ partitionId, leader }) => [partitionId, leader >= 0]).sort(), [
    [0, true],
    [1, true],
    [2, true],
  ])
  holds('listed', (await admin.listTopics()).includes(topic))
  return undefined
}

async function remove(admin: Admin, job: Job): Promise<undefined> {
  const topic = job.fresh('delete')
  await admin.createTopics({ topics: [{ topic }] })
  await admin.deleteTopics({ topics: [topic] })
  await until('not listed any more', 10_000, async () => !(await admin.listTopics()).includes(topic))
  return undefined
}

async function configs(admin: Admin, job: Job): Promise<string> {
  const topic = job.fresh('configs')
  await admin.createTopics({ topics: [{ topic }] })
  const alter = (name: string, value: string) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name, value }] }],
    })
  await alter('retention.ms', '7200000')
  const described = async () => {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    })
    return resources[0]?.configEntries.find(({ configName }) => configName === 'retention.ms')?.configValue
  }
  await until('retention.ms=7200000', 5000, async () => (await described()) === '7200000')
  const error = await refused('an illegal value', () => alter('cleanup.policy', 'nonsense'))
  same('error', error['type'], 'INVALID_CONFIG')
  return error.message
}

async function partitions(admin: Admin, job: Job): Promise<undefined> {
  const topic = job.fresh('partitions')
  await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] })
  await admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] })
  await until(
    '5 partitions',
    10_000,
    async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length === 5,
  )
  const error = await refused('shrinking', () => admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] }))
  same('error', error['type'], 'INVALID_PARTITIONS')
  return undefined
}

async function groups(admin: Admin, job: Job): Promise<undefined> {
  const kafka = kafkaOf(job.bootstrap)
  const [topic, groupId] = [job.fresh('groups'), job.fresh('group')]
  await createTopic(kafka, topic, 1)
  await send(kafka, { topic, messages: [{ value: '1' }, { value: '2' }] })
  await readUntil(kafka, topic, read => read.length >= 2, { groupId })
  await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '1' }] })
  holds(
    'listed',
    (await admin.listGroups()).groups.some(group => group.groupId === groupId),
  )
  const { groups: described } = await admin.describeGroups([groupId])
  same('state', described[0]?.state, 'Empty')
  const [row] = await admin.fetchOffsets({ groupId, topics: [topic] })
  same('offset', row?.partitions[0]?.offset, '1')
  await admin.deleteGroups([groupId])
  holds('still listed', !(await admin.listGroups()).groups.some(group => group.groupId === groupId))
  return undefined
}

async function deleteRecords(admin: Admin, job: Job): Promise<undefined> {
  const kafka = kafkaOf(job.bootstrap)
  const topic = job.fresh('delete-records')
  await createTopic(kafka, topic, 1)
  await send(kafka, { topic, messages: Array.from({ length: 10 }, (_, index) => ({ value: String(index) })) })
  await admin.fetchTopicOffsets(topic)
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '4' }] })
  const [offsets] = await admin.fetchTopicOffsets(topic)
  same('offsets', [offsets?.low, offsets?.high], ['4', '10'])
  same('first', (await readCount(kafka, topic, 6))[0]?.offset, '4')
  return undefined
}

async function listOffsets(admin: Admin, job: Job): Promise<undefined> {
  const kafka = kafkaOf(job.bootstrap)
  const topic = job.fresh('offsets')
  await createTopic(kafka, topic, 3)
  await send(kafka, { topic, messages: [0, 0, 0, 1, 1].map(partition => ({ partition, value: 'v' })) })
  const rows = await admin.fetchTopicOffsets(topic)
  same('offsets', rows.map(({ partition, low, high }) => [partition, low, high]).sort(), [
    [0, '0', '3'],
    [1, '0', '2'],
    [2, '0', '0'],
  ])
  return undefined
}

async function describeCluster(admin: Admin): Promise<string> {
  const { brokers, clusterId, controller } = await admin.describeCluster()
  holds('a controller', controller !== null)
  holds(`cluster id '${clusterId}'`, /^[A-Za-z0-9_-]{22}$/.test(clusterId))
  same('brokers', brokers.length, 1)
  return clusterId
}

export const adminScenes: Readonly<Record<string, Scene>> = {
  create: withAdmin(create),
  delete: withAdmin(remove),
  'list-offsets': withAdmin(listOffsets),
  'admin-configs': withAdmin(configs),
  'admin-partitions': withAdmin(partitions),
  'admin-groups': withAdmin(groups),
  'delete-records': withAdmin(deleteRecords),
  'describe-cluster': withAdmin(describeCluster),
}
