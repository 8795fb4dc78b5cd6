/** Where a test finds a Kafka: ours in its own process, a real Apache Kafka, the mock cluster of librdkafka in Python. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { python } from '../../compat/clients'
import { Broker as Judged } from '../../scripts/judge/broker'
import { kafkaVersion, measuredKafka, whyNoKafka } from '../../scripts/judge/kafka'
import { mustRun, residentBytes } from '../../scripts/judge/process'

const { startBroker } = require(join(process.cwd(), 'dist/index.js')) as typeof import('../../src/index')

/** What a test has to itself: a topic and a group that no other test sees. */
export interface Ground {
  readonly brokers: string[]
  readonly topic: string
  readonly group: string
  end(): Promise<void>
}

export interface Place {
  readonly brokers: string[]
  ground(): Promise<Ground>
  /** What the broker adds to a machine, just started. */
  memoryBytes(): Promise<number>
  stop(): Promise<void>
}

export interface Contestant {
  readonly name: string
  /** Whether a wait of some seconds is the rule, so that it is measured fewer times. */
  readonly isSlow: boolean
  whyNot(): Promise<string | null>
  start(): Promise<Place>
}

export const clientOf = (brokers: string[]): Kafka => new Kafka({ brokers, clientId: 'dx', logLevel: logLevel.NOTHING })

export const odradek: Contestant = {
  name: 'Odradek',
  isSlow: false,
  whyNot: async () => null,
  start: async () => {
    const broker = await startBroker({ topics: ['orders'], log: 'silent' })
    return {
      brokers: broker.brokers,
      ground: async () => {
        const fork = await broker.fork()
        return { brokers: fork.brokers, topic: 'orders', group: 'g', end: () => fork.stop() }
      },
      memoryBytes: async () => Number(await mustRun(process.execPath, ['-e', ownMemory])),
      stop: () => broker.stop(),
    }
  },
}

/** What a process grows by when it starts a broker. */
const ownMemory = `
const before = process.memoryUsage.rss()
const { startBroker } = require('./dist/index.js')
startBroker({ topics: ['orders'], log: 'silent' }).then(broker => {
  console.log(process.memoryUsage.rss() - before)
  return broker.stop()
})`

/** `settings` are those of the broker, by Kafka's names; `as` says how it is set. */
export function apacheKafka(as: string, settings: Readonly<Record<string, string>>): Contestant {
  return {
    name: `Apache Kafka ${kafkaVersion}${as}`,
    isSlow: true,
    whyNot: async () => whyNoKafka(),
    start: async () => {
      const broker = await Judged.start(measuredKafka(), { settings })
      const brokers = [broker.address]
      return {
        brokers,
        ground: shared(brokers, async topic => {
          const admin = clientOf(brokers).admin()
          await admin.connect()
          await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
          await admin.disconnect()
        }),
        memoryBytes: async () => residentBytes(broker.pid),
        stop: () => broker.dispose(),
      }
    },
  }
}

/** The mock of librdkafka makes topics as they are asked for, and cannot be told to. */
export const mockCluster: Contestant = {
  name: 'librdkafka mock',
  isSlow: true,
  whyNot: () =>
    mustRun(python(), ['-c', 'import confluent_kafka']).then(
      () => null,
      () => 'confluent-kafka is not installed in compat/.venv',
    ),
  start: async () => {
    const child = spawn(python(), ['-c', mock], { stdio: ['pipe', 'pipe', 'ignore'] })
    const [address, bytes] = (await firstLine(child)).split(' ') as [string, string]
    const brokers = [address]
    return {
      brokers,
      ground: shared(brokers, async () => {}),
      memoryBytes: async () => Number(bytes),
      stop: async () => {
        const over = new Promise(resolve => child.once('exit', resolve))
        child.kill('SIGKILL')
        await over
      },
    }
  },
}

const mock = `
import os, sys
def resident():
    return int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGE_SIZE')
before = resident()
from confluent_kafka import Producer
producer = Producer({'test.mock.num.brokers': 1, 'log_level': 0})
broker = producer.list_topics(timeout=10).brokers[1]
print(f'{broker.host}:{broker.port} {resident() - before}', flush=True)
sys.stdin.read()`

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', code => reject(new Error(`ended with code ${code} before it said anything`)))
    child.stdout!.once('data', data => resolve(String(data).trim()))
  })
}

let grounds = 0

/** One cluster for all: names of their own are what keeps tests apart. */
function shared(brokers: string[], make: (topic: string) => Promise<void>): Place['ground'] {
  return async () => {
    grounds += 1
    const topic = `orders-${grounds}`
    await make(topic)
    return { brokers, topic, group: `g-${grounds}`, end: async () => {} }
  }
}

/** Figures that only ours has. */
export async function startMs(isolation: 'inline' | 'worker'): Promise<number> {
  const before = performance.now()
  const broker = await startBroker({ isolation, log: 'silent' })
  const ms = performance.now() - before
  await broker.stop()
  return ms
}

export async function forkMs(count: number): Promise<number[]> {
  const broker = await startBroker({ topics: ['orders'], log: 'silent' })
  const taken: number[] = []
  for (let i = 0; i < count; i += 1) {
    const before = performance.now()
    await broker.fork()
    taken.push(performance.now() - before)
  }
  await broker.stop()
  return taken
}

/** Resident mebibytes of a process with a thousand clusters that are alive, each with a record. */
export async function thousandClusters(): Promise<number> {
  return Number(await mustRun(process.execPath, ['-e', thousand], { timeoutMs: 120_000 })) / 1024 / 1024
}

const thousand = `
const { startBroker } = require('./dist/index.js')
;(async () => {
  const kafka = await startBroker({ isolation: 'inline', topics: ['orders'], log: 'silent' })
  for (let i = 0; i < 1000; i += 1) await (await kafka.fork()).produce('orders', { value: 'x' })
  console.log(process.memoryUsage.rss())
  await kafka.stop()
})()`
