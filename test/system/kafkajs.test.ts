/** A client of other people, unchanged, against the command: records in and out, a group, and what a crash leaves. */
import { CompressionTypes, type EachMessagePayload, Kafka, type Producer, logLevel } from 'kafkajs'
import { Odradek, freePort, scratch } from './odradek'

jest.setTimeout(120_000)

const started: { disconnect(): Promise<void> }[] = []

afterEach(async () => {
  for (const client of started.splice(0)) await client.disconnect().catch(() => {})
})

const clientOf = (port: number) =>
  new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING, retry: { retries: 20, maxRetryTime: 500 } })

async function producerOf(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer()
  started.push(producer)
  await producer.connect()
  return producer
}

/** Joins the group and resolves with the first `count` messages; they are committed when it does. */
async function consume(kafka: Kafka, groupId: string, topic: string, count: number): Promise<EachMessagePayload[]> {
  const consumer = kafka.consumer({ groupId })
  started.push(consumer)
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const payloads = await new Promise<EachMessagePayload[]>((resolve, reject) => {
    const got: EachMessagePayload[] = []
    const eachMessage = async (payload: EachMessagePayload) => {
      if (got.length < count && got.push(payload) === count) resolve(got)
    }
    consumer.run({ eachMessage, autoCommitThreshold: 1 }).catch(reject)
  })
  await consumer.disconnect()
  return payloads
}

test('keys, headers, tombstones and gzip arrive as they left', async () => {
  const broker = new Odradek(['--port', '0', '--json'])
  const kafka = clientOf((await broker.ready()).port)
  const producer = await producerOf(kafka)
  const messages = [
    { key: 'a', value: 'first', headers: { trace: 'abc' } },
    { key: 'b', value: null },
    { key: null, value: 'x'.repeat(100_000) },
  ]
  await producer.send({ topic: 't', messages, compression: CompressionTypes.GZIP })
  const got = (await consume(kafka, 'g', 't', 3)).map(({ message }) => message)
  expect(got.map(({ key, value }) => [key?.toString() ?? null, value?.toString() ?? null])).toEqual(
    messages.map(({ key, value }) => [key, value]),
  )
  expect(got[0]!.headers!['trace']!.toString()).toBe('abc')
  expect((await broker.stop()).code).toBe(0)
})

test('after kill -9 all that was acknowledged is there, and a group goes on where it was', async () => {
  const directory = scratch()
  const port = await freePort()
  const args = ['start', '--port', String(port), '--json', '--data-dir', directory]
  const first = new Odradek(args)
  await first.ready()
  const kafka = clientOf(port)
  const producer = await producerOf(kafka)
  const send = (from: number, to: number) =>
    producer.send({
      topic: 'orders',
      acks: -1,
      messages: Array.from({ length: to - from }, (_, index) => ({ value: String(from + index) })),
    })
  await send(0, 50)
  const before = await consume(kafka, 'g', 'orders', 50)
  await send(50, 100)
  first.signal('SIGKILL')
  await first.ended

  const second = new Odradek(args)
  await second.ready()
  await send(100, 110)
  const after = await consume(kafka, 'g', 'orders', 60)
  const values = [...before, ...after].map(({ message }) => Number(message.value))
  expect(values).toEqual(Array.from({ length: 110 }, (_, index) => index))
  expect(after.map(({ message }) => Number(message.offset))).toEqual(
    Array.from({ length: 60 }, (_, index) => 50 + index),
  )
  await producer.disconnect()
  expect((await second.stop()).code).toBe(0)
})
