/** The waits themselves, with kafkajs as it is: the same code for every place. All are milliseconds. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Consumer } from 'kafkajs'
import { sleep } from '../../scripts/judge/process'
import { clientOf, type Contestant, type Ground, type Place } from './places'

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now()
  await work()
  return performance.now() - before
}

async function send(brokers: string[], topic: string): Promise<void> {
  const producer = clientOf(brokers).producer()
  await producer.connect()
  await producer.send({ topic, messages: [{ value: 'x' }] })
  await producer.disconnect()
}

/**
 * From `run()` to the first message. A consumer that gives up for good ends the measurement, not the wait; one that is sent
 * away by a coordinator that is still loading takes another, as its user would, and that takes its time.
 */
async function consuming({ brokers, topic, group }: Ground): Promise<{ consumer: Consumer; ms: number }> {
  for (let lostMs = 0; ; ) {
    const consumer = clientOf(brokers).consumer({ groupId: group })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    const began = performance.now()
    try {
      await new Promise<void>((resolve, reject) => {
        consumer.on('consumer.crash', ({ payload }) => reject(payload.error))
        consumer.run({ eachMessage: async () => resolve() }).catch(reject)
      })
      return { consumer, ms: lostMs + performance.now() - began }
    } catch (error) {
      if ((error as { retriable?: unknown }).retriable !== true) throw error
      lostMs += performance.now() - began
      await consumer.disconnect()
    }
  }
}

/** From nothing to listening, to an acknowledged record, to a message for a group: each with a broker of its own. */
export async function starting(contestant: Contestant): Promise<{ listen: number; produce: number; group: number }> {
  const began = performance.now()
  const place = await contestant.start()
  const listen = performance.now() - began
  await send(place.brokers, 'first')
  const produce = performance.now() - began
  await place.stop()
  const beganAgain = performance.now()
  const other = await contestant.start()
  const ground = { brokers: other.brokers, topic: 'first', group: 'first', end: async () => {} }
  await send(ground.brokers, ground.topic)
  const { consumer } = await consuming(ground)
  const group = performance.now() - beganAgain
  await consumer.disconnect()
  await other.stop()
  return { listen, produce, group }
}

let topics = 0

export async function producing(place: Place): Promise<{ connect: number; send: number; disconnect: number }> {
  const ground = await place.ground()
  const producer = clientOf(ground.brokers).producer()
  const connect = await timed(() => producer.connect())
  topics += 1
  const topic = `new-${topics}`
  const sent = await timed(() => producer.send({ topic, messages: [{ value: 'x' }] }))
  const disconnect = await timed(() => producer.disconnect())
  await ground.end()
  return { connect, send: sent, disconnect }
}

/** What a consumer does between its message and the next fetch is over by then, with any of these brokers. */
const untilFetchWaitsMs = 200

/** The consumer leaves while it handles its message, or when its next fetch waits for one. */
export async function grouping(place: Place, waits: boolean): Promise<{ run: number; disconnect: number }> {
  const ground = await place.ground()
  await send(ground.brokers, ground.topic)
  const { consumer, ms } = await consuming(ground)
  if (waits) await sleep(untilFetchWaitsMs)
  const disconnect = await timed(() => consumer.disconnect())
  await ground.end()
  return { run: ms, disconnect }
}

const victim = `
const { Kafka, logLevel } = require('kafkajs')
const [brokers, topic, groupId] = process.argv.slice(1)
const consumer = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).consumer({ groupId })
consumer.connect()
  .then(() => consumer.subscribe({ topic, fromBeginning: true }))
  .then(() => consumer.run({ eachMessage: async () => process.stdout.write('x') }))`

/** A consumer is killed, and another takes its place: until that one has a message. */
export async function rejoining(place: Place): Promise<number> {
  const ground = await place.ground()
  await send(ground.brokers, ground.topic)
  const args = ['-e', victim, ground.brokers[0]!, ground.topic, ground.group]
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  await new Promise(resolve => child.stdout!.once('data', resolve))
  child.kill('SIGKILL')
  const before = performance.now()
  await send(ground.brokers, ground.topic)
  const { consumer } = await consuming(ground)
  const ms = performance.now() - before
  await consumer.disconnect()
  await ground.end()
  return ms
}

/** Tests one after the other, each with a producer, and a consumer in a group. */
export async function isolated(place: Place, count: number): Promise<number> {
  return timed(async () => {
    for (let i = 0; i < count; i += 1) {
      const ground = await place.ground()
      const producer = clientOf(ground.brokers).producer()
      await producer.connect()
      await producer.send({ topic: ground.topic, messages: [{ value: 'x' }] })
      const { consumer } = await consuming(ground)
      await consumer.disconnect()
      await producer.disconnect()
      await ground.end()
    }
  })
}
