// A service: what comes in as an order goes out as a shipment.
import { Kafka, logLevel } from 'kafkajs'

export async function startShipping({ brokers }) {
  const kafka = new Kafka({ brokers, clientId: 'shipping-svc', logLevel: logLevel.NOTHING })
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: 'shipping' })
  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({ topic: 'orders', fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const { id } = JSON.parse(String(message.value))
      const shipment = { key: message.key, value: JSON.stringify({ shipped: id }) }
      await producer.send({ topic: 'shipments', messages: [shipment] })
    },
  })
  return {
    async stop() {
      await consumer.disconnect()
      await producer.disconnect()
    },
  }
}
