// A stop while others wait: each of them hears of it, and the process comes to what is behind the stop.
const { startBroker } = require('odradek')
const { Kafka, logLevel } = require('kafkajs')

async function main(isolation) {
  const kafka = await startBroker({ isolation, log: 'silent', topics: ['orders'] })
  const client = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING, retry: { retries: 0 } })
  const admin = client.admin()
  await admin.connect()
  await kafka.faults.delay('ListGroups', '1h')
  const waits = {
    record: kafka.waitForRecord('orders', { key: 'never' }, { timeoutMs: 600_000 }),
    records: kafka.waitForRecords('orders', 5, { timeoutMs: 600_000 }),
    group: kafka.waitForGroup('never', { timeoutMs: 600_000 }),
    fork: kafka.fork().then(fork => fork.waitForRecord('orders', { key: 'never' }, { timeoutMs: 600_000 })),
    client: admin.listGroups(),
  }
  const said = Object.entries(waits).map(([name, wait]) =>
    wait.then(
      () => `${name} done`,
      error => `${name} ${error.name}`,
    ),
  )
  await kafka.stop({ drainMs: 0 })
  console.log('stopped')
  for (const line of await Promise.all(said)) console.log(line)
  await admin.disconnect().catch(() => {})
}
void main(process.argv[2])
