// Run by jest.
const { useKafka } = require('odradek/jest')
const { Kafka, logLevel } = require('kafkajs')

const kafka = useKafka({ topics: ['orders'] })

test.each(['a', 'b'])('a test of its own: %s', async value => {
  const producer = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  await producer.send({ topic: 'orders', messages: [{ value }] })
  await producer.disconnect()
  expect((await kafka.records('orders')).map(record => record.value)).toEqual([value])
})
