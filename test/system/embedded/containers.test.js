// A suite of Testcontainers with another import.
const { KafkaContainer, RedpandaContainer } = require('odradek/testcontainers')
const { Kafka, logLevel } = require('kafkajs')

test('a container that is none', async () => {
  const environment = { KAFKA_NUM_PARTITIONS: '3', KAFKA_LISTENERS: 'PLAINTEXT://0.0.0.0:1', KAFKA_NOBODY_KNOWS: 'x' }
  const container = await new KafkaContainer('confluentinc/cp-kafka:7.9.0').withKraft().withEnvironment(environment).start()
  const brokers = [`${container.getHost()}:${container.getMappedPort(9093)}`]
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 'orders' }] })
  const { topics } = await admin.fetchTopicMetadata({ topics: ['orders'] })
  expect(topics[0].partitions).toHaveLength(3)
  await admin.disconnect()
  await container.stop()
})

const told = stream => {
  const lines = []
  stream.on('data', line => lines.push(String(line)))
  return lines
}

test('it is started again with what it had, tells what its log says, and is stopped', async () => {
  let consumed
  const container = await new KafkaContainer('apache/kafka:4.1.0')
    .withExposedPorts(9093)
    .withReuse()
    .withStartupTimeout(120_000)
    .withNetworkAliases('kafka')
    .withEnvironment({ KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false' })
    .withLogConsumer(stream => (consumed = told(stream)))
    .start()
  const { broker } = container
  await broker.createTopics('orders')
  await broker.produce('orders', { key: '1', value: 'kept' })
  const port = container.getFirstMappedPort()
  await container.restart()
  expect([container.getMappedPort(9093), container.getMappedPort('9093/tcp')]).toEqual([port, port])
  const kafka = new Kafka({ brokers: [container.getBootstrapServers()], logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: 'shipping' })
  await consumer.connect()
  await consumer.subscribe({ topic: 'orders', fromBeginning: true })
  const value = await new Promise(resolve => {
    void consumer.run({ eachMessage: async ({ message }) => resolve(String(message.value)) })
  })
  expect(value).toBe('kept')
  await consumer.disconnect()
  const logs = told(await container.logs())
  const admin = kafka.admin()
  await admin.connect()
  const stopped = await container.stop()
  expect(stopped.getId()).toBe(container.getId())
  await admin.disconnect()
  expect(consumed).toEqual([expect.stringContaining('still connected')])
  expect(logs).toEqual(consumed)
})

test('what only a container can do is refused', async () => {
  const made = new KafkaContainer()
  const refused = why => expect.objectContaining({ name: 'BrokerError', message: expect.stringContaining(why) })
  expect(() => made.withBindMounts([])).toThrow(refused('startBroker({ storage: { dir } })'))
  expect(() => made.withCommand(['x'])).toThrow(refused('withCommand of odradek/testcontainers: there is no container'))
  expect(() => made.withSaslSslListener({})).toThrow(refused('no TLS'))
  const container = await made.start()
  await expect(container.exec(['kafka-topics', '--list'])).rejects.toEqual(refused("no 'kafka-topics' to run in it"))
  await expect(container.copyContentToContainer([])).rejects.toEqual(refused('no files to read'))
  expect(() => container.getIpAddress('bridge')).toThrow(refused('getHost()'))
  expect(container.getNetworkNames()).toEqual([])
  await container.stop()

  const redpanda = await new RedpandaContainer().start()
  expect(redpanda.getMappedPort(9092)).toBe(redpanda.broker.port)
  expect(() => redpanda.getMappedPort(8081)).toThrow(refused('no schema registry'))
  expect(() => redpanda.getSchemaRegistryAddress()).toThrow(refused('no schema registry'))
  expect(() => redpanda.getAdminAddress()).toThrow(refused('no admin API'))
  await redpanda.stop()
})
