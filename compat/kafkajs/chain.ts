/** A link of a chain with kafkajs: `chain.ts --bootstrap A --from T --to T --group G --id I`; see `scripts/chains`. */
import { type EachBatchPayload, Kafka, logLevel } from 'kafkajs'
import { argument } from '../runner'

const [bootstrap, from, to, groupId, transactionalId] = ['bootstrap', 'from', 'to', 'group', 'id'].map(
  name => argument(name) ?? '',
) as [string, string, string, string, string]
const batchRecords = 20

const kafka = new Kafka({ clientId: transactionalId, brokers: [bootstrap], logLevel: logLevel.NOTHING })
const producer = kafka.producer({ transactionalId, maxInFlightRequests: 1, idempotent: true })
const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, sessionTimeout: 6_000, heartbeatInterval: 500 })
let copied = 0

async function eachBatch({ batch, heartbeat, isRunning, isStale, resolveOffset }: EachBatchPayload): Promise<void> {
  for (let at = 0; at < batch.messages.length; at += batchRecords) {
    if (!isRunning() || isStale()) return
    const some = batch.messages.slice(at, at + batchRecords)
    const last = some.at(-1)!.offset
    const transaction = await producer.transaction()
    await transaction.send({ topic: to, messages: some.map(({ value }) => ({ value })) })
    const partitions = [{ partition: batch.partition, offset: String(Number(last) + 1) }]
    await transaction.sendOffsets({ consumerGroupId: groupId, topics: [{ topic: from, partitions }] })
    await transaction.commit()
    resolveOffset(last)
    copied += some.length
    process.stdout.write(`copied ${copied}\n`)
    await heartbeat()
  }
}

async function main(): Promise<void> {
  // Connecting ends what a predecessor with this id has left open, before its offsets are asked for.
  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({ topics: [from], fromBeginning: true })
  await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch })
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
