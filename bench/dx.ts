/**
 * `npm run bench:dx`: the waits of somebody who writes tests, with kafkajs as it is, from the built package. Each line is a
 * median in milliseconds, beside its goal. Exits with 1 when a goal is missed; a busy machine misses goals.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { Kafka, type Consumer, logLevel } from 'kafkajs'
import type { Broker, Isolation } from '../src/index'

const root = process.cwd()
const { startBroker } = require(join(root, 'dist/index.js')) as typeof import('../src/index')

const clientOf = (brokers: string[]) => new Kafka({ brokers, clientId: 'dx', logLevel: logLevel.NOTHING })

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now()
  await work()
  return performance.now() - before
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

async function rounds(count: number, round: () => Promise<number>): Promise<number> {
  const taken: number[] = []
  for (let i = 0; i < count; i += 1) taken.push(await round())
  return median(taken)
}

async function starting(isolation: Isolation): Promise<number> {
  return rounds(9, async () => {
    let broker: Broker
    const ms = await timed(async () => (broker = await startBroker({ isolation, log: 'silent' })))
    await broker!.stop()
    return ms
  })
}

async function firstSend(kafka: Broker): Promise<number> {
  return rounds(9, async () => {
    const own = await kafka.fork({ from: 'empty' })
    const producer = clientOf(own.brokers).producer()
    await producer.connect()
    const ms = await timed(() => producer.send({ topic: 'new', messages: [{ value: 'x' }] }))
    await producer.disconnect()
    await own.stop()
    return ms
  })
}

/** From `run()` to the first message; the consumer is left waiting in a fetch. */
async function consuming(own: Broker): Promise<{ consumer: Consumer; ms: number }> {
  const consumer = clientOf(own.brokers).consumer({ groupId: 'g' })
  await consumer.connect()
  await consumer.subscribe({ topic: 'orders', fromBeginning: true })
  const ms = await timed(() => new Promise<void>(resolve => void consumer.run({ eachMessage: async () => resolve() })))
  return { consumer, ms }
}

async function groups(kafka: Broker): Promise<{ first: number; disconnect: number }> {
  const first: number[] = []
  const disconnect: number[] = []
  for (let i = 0; i < 9; i += 1) {
    const own = await kafka.fork()
    await own.produce('orders', { value: 'x' })
    const { consumer, ms } = await consuming(own)
    first.push(ms)
    await new Promise(resolve => setTimeout(resolve, 30))
    disconnect.push(await timed(() => consumer.disconnect()))
    await own.stop()
  }
  return { first: median(first), disconnect: median(disconnect) }
}

const victim = `
const { Kafka, logLevel } = require('kafkajs')
const consumer = new Kafka({ brokers: [process.argv[1]], logLevel: logLevel.NOTHING }).consumer({ groupId: 'g' })
consumer.connect()
  .then(() => consumer.subscribe({ topic: 'orders', fromBeginning: true }))
  .then(() => consumer.run({ eachMessage: async () => process.stdout.write('x') }))`

/** A consumer is killed, and another takes its place: until that one has a message. */
async function rejoin(kafka: Broker): Promise<number> {
  const own = await kafka.fork()
  await own.produce('orders', { value: 'x' })
  const child: ChildProcess = spawn(process.execPath, ['-e', victim, own.bootstrapServers], { cwd: root })
  await new Promise(resolve => child.stdout!.once('data', resolve))
  child.kill('SIGKILL')
  const ms = await timed(async () => {
    await own.produce('orders', { value: 'y' })
    const { consumer } = await consuming(own)
    await consumer.disconnect()
  })
  await own.stop()
  return ms
}

/** A hundred tests, one after the other: a cluster, a producer, a consumer in a group. */
async function isolated(kafka: Broker): Promise<number> {
  return timed(async () => {
    for (let i = 0; i < 100; i += 1) {
      const own = await kafka.fork()
      const producer = clientOf(own.brokers).producer()
      await producer.connect()
      await producer.send({ topic: 'orders', messages: [{ value: 'x' }] })
      const { consumer } = await consuming(own)
      await consumer.disconnect()
      await producer.disconnect()
      await own.stop()
    }
  })
}

async function thousand(): Promise<number> {
  const kafka = await startBroker({ isolation: 'inline', topics: ['orders'], log: 'silent' })
  for (let i = 0; i < 1_000; i += 1) await (await kafka.fork()).produce('orders', { value: 'x' })
  const mebibytes = process.memoryUsage.rss() / 1024 / 1024
  await kafka.stop()
  return mebibytes
}

async function main(): Promise<void> {
  let missed = 0
  const tell = (what: string, measured: number, goal: number, unit = 'ms'): void => {
    if (measured > goal) missed += 1
    process.stdout.write(`${what.padEnd(52)} ${measured.toFixed(1).padStart(8)} ${unit}   goal ${goal} ${unit}\n`)
  }
  // Before all else, so that nothing else is in the memory that is told.
  tell('a thousand clusters alive, with a record each', await thousand(), 256, 'MiB')
  tell('startBroker, inline', await starting('inline'), 20)
  tell('startBroker, worker', await starting('worker'), 60)
  const kafka = await startBroker({ topics: ['orders'], log: 'silent' })
  tell('fork, stop not counted', await rounds(50, async () => timed(() => kafka.fork())), 2)
  tell('first send to a new topic', await firstSend(kafka), 10)
  const { first, disconnect } = await groups(kafka)
  tell('run() to first message', first, 20)
  tell('consumer.disconnect() while a fetch waits', disconnect, 20)
  tell('kill -9 of a consumer to a message for the next', await rejoin(kafka), 1_000)
  tell('100 isolated tests', await isolated(kafka), 2_000)
  await kafka.stop()
  process.exitCode = missed > 0 ? 1 : 0
}

void main()
