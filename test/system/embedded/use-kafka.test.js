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

test('expect has toHaveRecord', async () => {
  await kafka.produce('orders', { key: '1', value: { id: 7 } })
  await expect(kafka).toHaveRecord('orders', { key: '1', value: expect.objectContaining({ id: 7 }) })
  await expect(kafka).not.toHaveRecord('orders', { key: '2' })
})
