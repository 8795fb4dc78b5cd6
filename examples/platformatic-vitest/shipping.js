// A service: what comes in as an order goes out as a shipment.
import { Consumer, MessagesStreamModes, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka'

export async function startShipping({ brokers }) {
  const options = { bootstrapBrokers: brokers, clientId: 'shipping-svc', retryDelay: 50 }
  const producer = new Producer({ ...options, serializers: stringSerializers })
  const consumer = new Consumer({
    ...options,
    groupId: 'shipping',
    heartbeatInterval: 100,
    deserializers: stringDeserializers,
  })
  const stream = await consumer.consume({
    topics: ['orders'],
    mode: MessagesStreamModes.COMMITTED,
    fallbackMode: 'earliest',
    autocommit: true,
    maxWaitTime: 100,
  })
  stream.on('data', ({ key, value }) => {
    const shipment = { topic: 'shipments', key, value: JSON.stringify({ shipped: JSON.parse(value).id }) }
    producer.send({ messages: [shipment] }).catch(error => stream.destroy(error))
  })
  return {
    async stop() {
      await stream.close()
      await consumer.close(true)
      await producer.close()
    },
  }
}
