// What a function of `faults.on` throws is nobody's to handle, so that a test run says so.
const { startBroker } = require('odradek')
const { Kafka, logLevel } = require('kafkajs')

async function main(isolation) {
  const kafka = await startBroker({ isolation, log: 'silent' })
  const admin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin()
  await admin.connect()
  process.on('unhandledRejection', error => console.log(error.message))
  await kafka.faults.on('ListGroups', () => Promise.reject(new Error('oops')), { times: 1 })
  await admin.listGroups().catch(error => console.log(error.type))
  await kafka.faults.on('ListGroups', () => ({ group: [] }), { times: 1 })
  await admin.listGroups().catch(error => console.log(error.type))
  await admin.disconnect()
  await kafka.stop()
}
void main(process.argv[2])
