// A suite of Testcontainers with another import.
const { KafkaContainer } = require('odradek/testcontainers')
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
