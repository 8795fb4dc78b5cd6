/** The scenario of transactions: from one topic to another, exactly once. */
import { type Job, type Scene, holds, refused, same } from '../runner'
import { createTopic, kafkaOf, readCount, send, textOf } from './client'

const batches = 6
const batchRecords = 5

async function transactions(job: Job): Promise<string> {
  const kafka = kafkaOf(job.bootstrap)
  const [from, to, groupId, transactionalId] = ['from', 'to', 'group', 'tx'].map(stem => job.fresh(stem)) as [
    string,
    string,
    string,
    string,
  ]
  await createTopic(kafka, from, 1)
  await createTopic(kafka, to, 1)
  const values = Array.from({ length: batches * batchRecords }, (_, i) => `value-${i}`)
  await send(kafka, { topic: from, messages: values.map(value => ({ value })) })
  const producer = kafka.producer({ transactionalId, maxInFlightRequests: 1, idempotent: true })
  await producer.connect()
  for (let nth = 0; nth < batches; nth += 1) {
    const messages = values.slice(nth * batchRecords, (nth + 1) * batchRecords).map(value => ({ value }))
    // Each batch is aborted once before it is committed.
    for (const commits of [false, true]) {
      const transaction = await producer.transaction()
      await transaction.send({ topic: to, messages })
      const offset = String((nth + 1) * batchRecords)
      await transaction.sendOffsets({
        consumerGroupId: groupId,
        topics: [{ topic: from, partitions: [{ partition: 0, offset }] }],
      })
      await (commits ? transaction.commit() : transaction.abort())
    }
  }
  same('what was committed', textOf(await readCount(kafka, to, values.length)), values)
  const admin = kafka.admin()
  await admin.connect()
  const [row] = await admin.fetchOffsets({ groupId, topics: [from] })
  await admin.disconnect()
  same('offset', row?.partitions[0]?.offset, String(values.length))
  const open = await producer.transaction()
  await open.send({ topic: to, messages: [{ value: 'never' }] })
  const twin = kafka.producer({ transactionalId, maxInFlightRequests: 1, idempotent: true })
  await twin.connect()
  const mine = await twin.transaction()
  await mine.send({ topic: to, messages: [{ value: 'last' }] })
  await mine.commit()
  const error = await refused('the fenced producer', () => open.commit())
  const all = textOf(await readCount(kafka, to, values.length + 1))
  holds('the twin is heard, the fenced one is not', all.at(-1) === 'last' && !all.includes('never'))
  await twin.disconnect()
  await producer.disconnect()
  return String((error as { type?: string }).type)
}

export const transactionScenes: Readonly<Record<string, Scene>> = { transactions }
