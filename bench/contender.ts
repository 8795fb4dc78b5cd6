/** A broker in the measurement: started, given topics, loaded, its CPU and memory read. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { CreateTopics } from '../src/protocol/messages/create-topics'
import { DescribeLogDirs } from '../src/protocol/messages/describe-log-dirs'
import { DeleteTopics } from '../src/protocol/messages/delete-topics'
import { ListOffsets } from '../src/protocol/messages/list-offsets'
import { Produce } from '../src/protocol/messages/produce'
import { Broker, type Launcher } from '../scripts/judge/broker'
import { cpuSeconds, mustRun, residentBytes, sleep } from '../scripts/judge/process'
import { Wire } from '../scripts/oracle/wire'
import type { LoadJob, LoadResult } from './job'
import { batchOf } from './payload'
import type { Shape } from './workloads'

/** Deleted topics give their disk back soon, so that rounds do not pile up. */
const settings = { 'log.segment.delete.delay.ms': '1000', 'offsets.topic.num.partitions': '4' }

export interface Trial extends LoadResult {
  /** CPU seconds of the broker. */
  readonly brokerCpu: number
}

export class Contender {
  readonly name: string
  private readonly launcher: Launcher
  private broker: Broker | null = null

  constructor(name: string, launcher: Launcher) {
    this.name = name
    this.launcher = launcher
  }

  async start(more: Readonly<Record<string, string>> = {}): Promise<void> {
    this.broker = await Broker.start(this.launcher, { settings: { ...settings, ...more } })
  }

  async stop(): Promise<void> {
    await this.broker?.dispose()
    this.broker = null
  }

  private get running(): Broker {
    if (this.broker === null) throw new Error(`${this.name} is not running`)
    return this.broker
  }

  residentBytes(): number {
    return residentBytes(this.running.pid)
  }

  private async ask<T>(use: (wire: Wire) => Promise<T>): Promise<T> {
    const wire = await Wire.open(this.running.port)
    try {
      return await use(wire)
    } finally {
      wire.close()
    }
  }

  async createTopic(name: string, partitions: number, more: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.ask(async wire => {
      const wanted = { 'max.message.bytes': '2000000', ...more }
      const configs = Object.entries(wanted).map(([config, value]) => ({ name: config, value }))
      const topics = [{ name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs }]
      const created = await wire.ask(CreateTopics, 5, { topics, timeoutMs: 10_000, validateOnly: false })
      if (created.topics[0]?.errorCode !== 0)
        throw new Error(`${this.name}: topic ${name}: ${created.topics[0]?.errorMessage}`)
      const asked = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }))
      for (;;) {
        const offsets = await wire.ask(ListOffsets, 5, {
          replicaId: -1,
          isolationLevel: 0,
          topics: [{ name, partitions: asked }],
        })
        if (offsets.topics[0]?.partitions.every(({ errorCode }) => errorCode === 0)) return
        await sleep(20)
      }
    })
  }

  async deleteTopic(name: string): Promise<void> {
    await this.ask(wire => wire.ask(DeleteTopics, 5, { topicNames: [name], timeoutMs: 10_000 }))
  }

  /** Bytes of a topic's logs on disk. */
  async sizeBytes(topic: string): Promise<number> {
    return this.ask(async wire => {
      const { results } = await wire.ask(DescribeLogDirs, 1, { topics: [{ topic, partitions: [0] }] })
      const logs = results.flatMap(({ topics }) => topics.flatMap(({ partitions }) => partitions))
      return logs.reduce((sum, { partitionSize }) => sum + partitionSize, 0)
    })
  }

  /** Fills every partition with `bytes` of batches like those of `shape`; returns records in each partition. */
  async fill(topic: string, shape: Shape, bytes: number): Promise<number> {
    const batch = batchOf(shape.batchBytes, shape.recordBytes)
    const batches = Math.ceil(bytes / shape.partitions / batch.length)
    const job = {
      ...shape,
      kind: 'produce' as const,
      acks: 1,
      connections: shape.partitions,
      depth: 2,
      requests: batches * shape.partitions,
    }
    await this.load(topic, job)
    return this.ask(async wire => {
      const asked = Array.from({ length: shape.partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }))
      const offsets = await wire.ask(ListOffsets, 5, {
        replicaId: -1,
        isolationLevel: 0,
        topics: [{ name: topic, partitions: asked }],
      })
      return Math.min(...(offsets.topics[0]?.partitions.map(({ offset }) => offset) ?? [0]))
    })
  }

  /** Runs the load generator once against this broker. */
  async load(topic: string, shape: Shape): Promise<Trial> {
    const job: LoadJob = { ...shape, port: this.running.port, topic }
    const before = cpuSeconds(this.running.pid)
    const out = await mustRun(process.execPath, ['scripts/run.js', 'bench/load.ts', JSON.stringify(job)], {
      timeoutMs: 300_000,
    })
    const brokerCpu = cpuSeconds(this.running.pid) - before
    return { ...(JSON.parse(out) as LoadResult), brokerCpu }
  }

  /**
   * Milliseconds from the start of a process on an empty directory until it accepts connections, and until one record was
   * acknowledged. Resident bytes after some seconds of rest.
   */
  async startUp(restMs: number): Promise<{ listeningMs: number; acknowledgedMs: number; idleBytes: number }> {
    const broker = await Broker.start(this.launcher, { settings })
    await broker.stop()
    fs.rmSync(broker.dataDir, { recursive: true, force: true })
    await this.launcher.prepare?.({ port: broker.port, dataDir: broker.dataDir, settings })
    const began = performance.now()
    const listeningMs = await broker.start()
    await firstRecord(broker.port)
    const acknowledgedMs = performance.now() - began
    await sleep(restMs)
    const idleBytes = residentBytes(broker.pid)
    await broker.dispose()
    return { listeningMs, acknowledgedMs, idleBytes }
  }
}

/** What throws everything away, in the place of a broker: see `sink.ts`. */
export const sink: Launcher = {
  kind: 'sink',
  startTimeoutMs: 15_000,
  command: ({ port }) => ({ file: process.execPath, args: ['scripts/run.js', 'bench/sink.ts', String(port)] }),
}

/** The same with what no broker can leave out, the checksum and the write, all in one thread. */
export const thread: Launcher = {
  kind: 'thread',
  startTimeoutMs: 15_000,
  command: ({ port, dataDir }) => ({
    file: process.execPath,
    args: ['scripts/run.js', 'bench/sink.ts', String(port), `${dataDir}.records`],
  }),
}

/** Creates a topic and produces one record, asking again until it is acknowledged. */
async function firstRecord(port: number): Promise<void> {
  const wire = await Wire.open(port)
  const topics = [{ name: 'first', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }]
  await wire.ask(CreateTopics, 5, { topics, timeoutMs: 10_000, validateOnly: false })
  for (;;) {
    const topicData = [{ name: 'first', partitionData: [{ index: 0, records: batchOf(0, 100) }] }]
    const reply = await wire.ask(Produce, 7, { acks: 1, timeoutMs: 10_000, topicData })
    if (reply.responses[0]?.partitionResponses[0]?.errorCode === 0) break
    await sleep(2)
  }
  wire.close()
}

/** Memory that was idle may have gone back to the host and costs milliseconds a megabyte to touch again; this touches it first. */
export function touchMemory(bytes: number): void {
  const file = path.join(os.tmpdir(), `bench-touch-${process.pid}`)
  const chunk = Buffer.alloc(8 << 20, 1)
  const descriptor = fs.openSync(file, 'w')
  for (let written = 0; written < bytes; written += chunk.length) fs.writeSync(descriptor, chunk)
  fs.closeSync(descriptor)
  fs.unlinkSync(file)
}
