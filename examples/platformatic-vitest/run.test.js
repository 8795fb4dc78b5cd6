import { Producer, stringSerializers } from '@platformatic/kafka'
import { useKafka } from 'odradek/vitest'
import { expect, inject, test } from 'vitest'

const own = useKafka({ topics: ['orders'] })

const producerOf = bootstrapBrokers => {
  return new Producer({ bootstrapBrokers, clientId: 'shop', serializers: stringSerializers })
}

test('a test may do with the broker of the run', async () => {
  expect(inject('kafkaBrokers')).toEqual([process.env.KAFKA_BROKERS])
  const producer = producerOf(inject('kafkaBrokers'))
  const { offsets } = await producer.send({ messages: [{ topic: 'events', partition: 1, key: 'k', value: 'v' }] })
  expect(offsets).toMatchObject([{ topic: 'events', partition: 1, offset: 0n }])
  await producer.close()
})

test('a fork has what was there, and keeps to itself what comes', async () => {
  const fork = await own.fork()
  const producer = producerOf(fork.brokers)
  await producer.send({ messages: [{ topic: 'orders', key: '1', value: 'only there' }] })
  await producer.close()
  await expect(fork).toHaveRecord('orders', { key: '1', value: 'only there' })
  await expect(own).not.toHaveRecord('orders', { key: '1' })
  await fork.stop()
})
