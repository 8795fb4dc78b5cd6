// Used by CommonJS. Ends by itself although a broker was left running.
const { Broker, BrokerError, startBroker } = require('odradek')
const { Kafka, logLevel } = require('kafkajs')

async function main() {
  const kafka = await startBroker({ topics: ['orders'], isolation: process.argv[2] })
  const client = new Kafka({ brokers: kafka.brokers, clientId: 'orders-svc', logLevel: logLevel.NOTHING })
  const heard = []
  const stable = new Promise(resolve => kafka.on('groupStable', ({ group }) => resolve(heard.push(group))))
  const producer = client.producer()
  await producer.connect()
  await producer.send({ topic: 'orders', messages: [{ value: 'first' }] })
  const consumer = client.consumer({ groupId: 'shipping' })
  await consumer.connect()
  await consumer.subscribe({ topic: 'orders', fromBeginning: true })
  const value = await new Promise((resolve, reject) => {
    consumer.run({ eachMessage: async ({ message }) => resolve(String(message.value)) }).catch(reject)
  })
  await stable
  await consumer.disconnect()
  await producer.disconnect()
  if (process.argv[3] !== 'leave') {
    await kafka.stop()
    await kafka.stop()
  }
  const refused = await new Broker({ config: { 'num.partition': 1 } }).start().catch(error => error)
  console.log(JSON.stringify({ value, heard, refused: refused instanceof BrokerError && refused.message }))
}

void main()
