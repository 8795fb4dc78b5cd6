/** kafkajs, unchanged, does what `compat/embedded/run.ts` tells it line by line. */
import { createInterface } from 'node:readline'
import { Kafka, logLevel } from 'kafkajs'
import { argument } from '../runner'

interface Asked {
  readonly do: 'send' | 'poll'
  readonly value?: string
}

const bootstrap = argument('bootstrap') ?? ''
const retry = { initialRetryTime: 50, retries: 20 }
const kafka = new Kafka({ brokers: bootstrap.split(','), clientId: 'kafkajs', logLevel: logLevel.NOTHING, retry })
const producer = kafka.producer()
const consumer = kafka.consumer({ groupId: 'g', heartbeatInterval: 200 })

const arrived: string[] = []
let wake = (): void => {}

async function poll(): Promise<string> {
  while (arrived.length === 0) await new Promise<void>(resolve => (wake = resolve))
  return arrived.shift()!
}

async function carryOut(asked: Asked): Promise<string> {
  if (asked.do === 'poll') return poll()
  await producer.send({ topic: 'orders', messages: [{ value: asked.value! }] })
  return asked.value!
}

async function main(): Promise<void> {
  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({ topic: 'orders', fromBeginning: true })
  await consumer.run({
    autoCommitThreshold: 1,
    eachMessage: async ({ message }) => {
      arrived.push(String(message.value))
      wake()
    },
  })
  for await (const line of createInterface({ input: process.stdin })) {
    const done = await carryOut(JSON.parse(line) as Asked)
    process.stdout.write(`${JSON.stringify({ done })}\n`)
  }
  await consumer.disconnect()
  await producer.disconnect()
}

main().catch((error: unknown) => {
  process.stdout.write(`${JSON.stringify({ failed: String(error) })}\n`)
  process.exit(1)
})
