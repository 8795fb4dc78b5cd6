/** The command as an older release of Kafka: what it advertises and refuses, and that a client of today gets along with it. */
import { Kafka, logLevel } from 'kafkajs'
import { Disconnected } from '../../src/client/connection'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { Fetch } from '../../src/protocol/messages/fetch'
import { ApiVersions } from '../../src/protocol/messages/api-versions'
import { Metadata } from '../../src/protocol/messages/metadata'
import { releaseFacts } from '../../src/protocol/releases'
import { Odradek, ran } from './odradek'

jest.setTimeout(120_000)

test('its versions are advertised, and none above them is served', async () => {
  const broker = new Odradek(['--port', '0', '--json', '--as-version', '2.3.1'])
  const { apiKeys } = await (await broker.connect()).request(ApiVersions, 2, {})
  const { apis } = releaseFacts('2.3')!
  for (const { apiKey, minVersion, maxVersion } of apiKeys) {
    expect({ min: minVersion, max: maxVersion }).toEqual(apis.get(apiKey))
  }
  expect(apiKeys.map(({ apiKey }) => apiKey)).toEqual(expect.arrayContaining([0, 1, 2, 3, 8, 9, 18, 44]))

  const { topics } = await (await broker.connect()).request(Metadata, 8, { topics: null })
  expect(topics).toEqual([])
  await expect((await broker.connect()).request(Metadata, 9, { topics: null })).rejects.toBeInstanceOf(Disconnected)
})

test('as 3.9 it gives records of a topic in zstd to consumers that know zstd, and by itself to those of batches', async () => {
  const codes = async (...more: string[]) => {
    const broker = new Odradek(['--port', '0', '--json', ...more])
    const client = await broker.connect()
    const topic = { name: 't', numPartitions: 1, replicationFactor: 1, assignments: [] }
    const configs = [{ name: 'compression.type', value: 'zstd' }]
    await client.request(CreateTopics, 4, { topics: [{ ...topic, configs }], timeoutMs: 5000 })
    const asked = { maxWaitMs: 0, minBytes: 0, replicaId: -1, maxBytes: 1_000_000 }
    const topics = [{ topic: 't', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }]
    const found: (number | undefined)[] = []
    for (const version of [3, 4, 9, 10]) {
      const { responses } = await client.request(Fetch, version, { ...asked, topics })
      found.push(responses[0]?.partitions[0]?.errorCode)
    }
    return found
  }
  expect(await codes('--as-version', '3.9')).toEqual([76, 76, 76, 0])
  expect(await codes()).toEqual([76, 0, 0, 0])
})

test('by the environment: a client of today produces and consumes', async () => {
  const broker = new Odradek(['--port', '0', '--json'], { ODRADEK_AS_VERSION: '2.0' })
  const { port } = await broker.ready()
  const kafka = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING })
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic: 't', messages: [{ value: 'one' }] })
  await producer.disconnect()
  const consumer = kafka.consumer({ groupId: 'g' })
  await consumer.connect()
  await consumer.subscribe({ topic: 't', fromBeginning: true })
  const got = await new Promise<string | undefined>((resolve, reject) => {
    consumer.run({ eachMessage: async ({ message }) => resolve(message.value?.toString()) }).catch(reject)
  })
  await consumer.disconnect()
  expect(got).toBe('one')
})

test('a release that nobody knows is refused, with those that are known', async () => {
  const { code, stderr } = await ran(['--port', '0', '--as-version', '1.1'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/odradek\.as\.version.*2\.0, 2\.1, .*4\.4.*\(--as-version\)/)
})
