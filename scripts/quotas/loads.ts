/** What puts a broker under load, and what comes of it: how much passed, and how long clients were told to wait. */
import { AlterClientQuotas } from '../../src/protocol/messages/alter-client-quotas'
import { ApiVersions } from '../../src/protocol/messages/api-versions'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { DescribeClientQuotas } from '../../src/protocol/messages/describe-client-quotas'
import { Fetch } from '../../src/protocol/messages/fetch'
import { ListOffsets } from '../../src/protocol/messages/list-offsets'
import { Produce } from '../../src/protocol/messages/produce'
import { toolCommand } from '../judge/kafka'
import { mustRun, sleep, until } from '../judge/process'
import { batch } from '../oracle/batches'
import { Wire } from '../oracle/wire'

export interface Achieved {
  /** Of what the quota counts, in a second. */
  readonly rate: number
  /** How often a reply said so; of a Java client whether one did. */
  readonly waits: number
  readonly longestWaitMs: number
  /** From a request to its reply. */
  readonly longestSilenceMs: number
}

export interface Load {
  readonly name: string
  readonly quota: string
  readonly value: number
  /** How much passes depends on how fast the broker works, so that it says nothing. */
  readonly isOfMachine?: boolean
  prepare?(port: number, topic: string): Promise<void>
  run(port: number, topic: string): Promise<Achieved>
}

interface Quota {
  readonly entity: readonly { readonly entityType: string; readonly entityName: string }[]
  readonly key: string
  readonly value: number
}

async function onWire<T>(port: number, work: (wire: Wire) => Promise<T>): Promise<T> {
  const wire = await Wire.open(port)
  try {
    return await work(wire)
  } finally {
    wire.close()
  }
}

/** Sets a quota or takes it away, and waits until the broker knows. */
export function setQuota(port: number, { entity, key, value }: Quota, remove: boolean): Promise<void> {
  return onWire(port, async wire => {
    const entries = [{ entity: [...entity], ops: [{ key, value, remove }] }]
    const asked = await wire.ask(AlterClientQuotas, 1, { entries, validateOnly: false })
    if (asked.entries[0]?.errorCode !== 0) throw new Error(`the quota is refused: ${asked.entries[0]?.errorMessage}`)
    await until('the quota', 10_000, async () => {
      const told = await wire.ask(DescribeClientQuotas, 1, { components: [], strict: false })
      return ((told.entries ?? []).length === 0) === remove
    })
  })
}

export function createTopic(port: number, name: string): Promise<void> {
  return onWire(port, async wire => {
    const topics = [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }]
    await wire.ask(CreateTopics, 5, { topics, timeoutMs: 10_000 })
    const asked = { name, partitions: [{ partitionIndex: 0, timestamp: -1 }] }
    await until('the topic', 10_000, async () => {
      const reply = await wire.ask(ListOffsets, 5, { replicaId: -1, isolationLevel: 0, topics: [asked] })
      return reply.topics[0]?.partitions[0]?.errorCode === 0
    })
  })
}

const loadMs = 15_000
const valueBytes = 20_000
const produced = batch(['x'.repeat(valueBytes)])

interface Passed {
  readonly amount: number
  readonly throttleTimeMs: number
}

/** Asks again as soon as it is answered, or after the time it is told when it listens. */
function again(port: number, ask: (wire: Wire, nth: number) => Promise<Passed>, listens = false): Promise<Achieved> {
  return onWire(port, async wire => {
    const began = performance.now()
    const sum = { amount: 0, waits: 0, longestWaitMs: 0, longestSilenceMs: 0 }
    for (let nth = 0; performance.now() - began < loadMs; nth++) {
      const asked = performance.now()
      const { amount, throttleTimeMs } = await ask(wire, nth)
      sum.longestSilenceMs = Math.max(sum.longestSilenceMs, performance.now() - asked)
      sum.amount += amount
      if (throttleTimeMs > 0) sum.waits++
      sum.longestWaitMs = Math.max(sum.longestWaitMs, throttleTimeMs)
      if (listens) await sleep(throttleTimeMs)
    }
    const { amount, ...rest } = sum
    return { rate: (amount * 1000) / (performance.now() - began), ...rest }
  })
}

async function produceOnce(wire: Wire, topic: string): Promise<Passed> {
  const topicData = [{ name: topic, partitionData: [{ index: 0, records: produced }] }]
  const reply = await wire.ask(Produce, 12, { acks: -1, timeoutMs: 5000, topicData })
  return { amount: produced.length, throttleTimeMs: reply.throttleTimeMs }
}

async function fetchOnce(wire: Wire, topic: string): Promise<Passed> {
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: valueBytes }]
  const asked = { maxWaitMs: 500, minBytes: 1, maxBytes: 1_000_000, topics: [{ topic, partitions }] }
  const reply = await wire.ask(Fetch, 11, asked)
  return {
    amount: reply.responses[0]?.partitions[0]?.records?.length ?? 0,
    throttleTimeMs: reply.throttleTimeMs,
  }
}

async function createOnce(wire: Wire, topic: string, nth: number, version: number): Promise<Passed> {
  const partitions = 4
  const name = `${topic}-${nth}`
  const topics = [{ name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: [] }]
  const reply = await wire.ask(CreateTopics, version, { topics, timeoutMs: 10_000 })
  const isMade = reply.topics[0]?.errorCode === 0
  return { amount: isMade ? partitions : 0, throttleTimeMs: reply.throttleTimeMs }
}

async function fill(port: number, topic: string): Promise<void> {
  await onWire(port, async wire => {
    for (let nth = 0; nth < javaRecords / 20; nth++) await produceOnce(wire, topic)
  })
}

const javaRecords = 3000
const recordBytes = 1000

/** What a Java client says of itself at its end. */
function ofJava(text: string, kind: string): Achieved {
  const metric = (name: string) =>
    Number(new RegExp(`:${name}:\\{client-id=[^}]*\\}\\s*:\\s*([\\d.]+)`).exec(text)?.[1])
  const longestWaitMs = metric(`${kind}-throttle-time-max`)
  if (Number.isNaN(longestWaitMs)) throw new Error(`no ${kind}-throttle-time-max in\n${text.slice(-2000)}`)
  return { rate: 0, waits: longestWaitMs > 0 ? 1 : 0, longestWaitMs, longestSilenceMs: 0 }
}

async function javaProduces(port: number, topic: string): Promise<Achieved> {
  const shape = ['--num-records', String(javaRecords), '--record-size', String(recordBytes), '--throughput', '-1']
  const to = ['--producer-props', `bootstrap.servers=127.0.0.1:${port}`, 'client.id=oracle', 'request.timeout.ms=60000']
  const command = toolCommand('kafka-producer-perf-test', ['--topic', topic, ...shape, '--print-metrics', ...to])
  const text = await mustRun('java', command, { timeoutMs: 120_000 })
  const perSecond = [...text.matchAll(/records sent, ([\d.]+) records\/sec/g)].at(-1)?.[1]
  return { ...ofJava(text, 'produce'), rate: Number(perSecond) * recordBytes }
}

async function javaConsumes(port: number, topic: string): Promise<Achieved> {
  const shape = ['--num-records', String(javaRecords / 20), '--timeout', '30000', '--print-metrics']
  const from = ['--bootstrap-server', `127.0.0.1:${port}`, '--topic', topic, '--fetch-size', String(valueBytes)]
  const limits = ['client.id=oracle', `max.partition.fetch.bytes=${valueBytes}`]
  const properties = limits.flatMap(limit => ['--command-property', limit])
  const command = toolCommand('kafka-consumer-perf-test', [...from, ...shape, ...properties])
  const text = await mustRun('java', command, { timeoutMs: 120_000 })
  // start, end, MB, MB/s, records, records/s, rebalance, fetch time, MB/s of it
  const row = text.split('\n').find(line => /^\d{4}-\d\d-\d\d /.test(line))
  return { ...ofJava(text, 'fetch'), rate: Number(row?.split(', ')[8]) * 1024 * 1024 }
}

const [deaf, java] = ['a deaf client', 'a Java client']
const bytesIn = { quota: 'producer_byte_rate', value: 200_000 }
const bytesOut = { quota: 'consumer_byte_rate', value: 200_000, prepare: fill }
const mutations = { quota: 'controller_mutation_rate', value: 2 }

export const loads: readonly Load[] = [
  { ...bytesIn, name: deaf, run: (port, topic) => again(port, wire => produceOnce(wire, topic)) },
  { ...bytesIn, name: java, run: javaProduces },
  { ...bytesOut, name: deaf, run: (port, topic) => again(port, wire => fetchOnce(wire, topic)) },
  { ...bytesOut, name: java, run: javaConsumes },
  {
    name: deaf,
    quota: 'request_percentage',
    value: 1,
    isOfMachine: true,
    run: port =>
      again(port, async wire => {
        const who = { clientSoftwareName: 'q', clientSoftwareVersion: '1' }
        return { amount: 1, throttleTimeMs: (await wire.ask(ApiVersions, 3, who)).throttleTimeMs }
      }),
  },
  { ...mutations, name: deaf, run: (port, topic) => again(port, (wire, nth) => createOnce(wire, topic, nth, 5)) },
  {
    ...mutations,
    name: 'a client that is refused',
    run: (port, topic) => again(port, (wire, nth) => createOnce(wire, topic, nth, 6), true),
  },
]
