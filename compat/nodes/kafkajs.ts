/** kafkajs, unchanged, through the downtimes of compat/nodes/run.ts. */
import { Kafka, logLevel } from 'kafkajs'
import { argument } from '../runner'

const topic = argument('topic') ?? ''
const partitions = 6

async function main(): Promise<void> {
  const kafka = new Kafka({
    brokers: (argument('bootstrap') ?? '').split(','),
    clientId: 'nodes-kafkajs',
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 30 },
  })
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  const consumer = kafka.consumer({
    groupId: 'nodes-kafkajs',
    sessionTimeout: 10_000,
    heartbeatInterval: 500,
    maxWaitTimeInMs: 100,
  })
  const acked = new Set<number>()
  const consumed = new Set<number>()
  const latest = new Map<number, number>()
  let disorder = ''
  const tell = (rest: object = {}): void => {
    process.stdout.write(`${JSON.stringify({ acked: acked.size, consumed: consumed.size, ...rest })}\n`)
  }
  let isOver = false
  process.stdin.on('end', () => (isOver = true)).resume()
  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      const value = Number(message.value?.toString())
      // What is read twice comes again from the last commit on, in its order.
      if (!consumed.has(value) && value < (latest.get(partition) ?? -1))
        disorder = `${value} after ${latest.get(partition)}`
      if (!consumed.has(value)) latest.set(partition, value)
      consumed.add(value)
    },
  })
  const telling = setInterval(tell, 50)
  for (let next = 0; !isOver; next += partitions) {
    const values = Array.from({ length: partitions }, (_, index) => next + index)
    const messages = values.map((value, partition) => ({ partition, value: String(value) }))
    // One that moved to a broker which has answered already is not sent again, though the promise resolves (FINDINGS.md).
    const answered = await producer.send({ topic, acks: -1, messages })
    for (const { partition } of answered) acked.add(values[partition]!)
    await new Promise(resolve => setTimeout(resolve, 2))
  }
  while ([...acked].some(value => !consumed.has(value))) await new Promise(resolve => setTimeout(resolve, 20))
  clearInterval(telling)
  tell({ ok: disorder === '', detail: disorder })
  await consumer.disconnect()
  await producer.disconnect()
}

main().catch((error: unknown) => {
  process.stdout.write(`${JSON.stringify({ acked: 0, consumed: 0, ok: false, detail: String(error) })}\n`)
  process.exit(1)
})
