/**
 * What a round of compaction costs: bytes a second, what is left, and for how long it keeps the event loop from others.
 *
 *     node scripts/run.js bench/compaction.ts [MiB per measurement, default 128]
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../src/platform/logger'
import { nodePlatform } from '../src/platform/node/platform'
import { codecsOf } from '../src/protocol/records/compression'
import { buildBatch } from '../src/protocol/records/records'
import { defaultLogConfig, type Log } from '../src/storage/log'
import { openFileStore } from '../src/storage/segments/store'

const totalBytes = Number(process.argv[2] ?? 128) * 1024 * 1024
const platform = nodePlatform({ logger: silentLogger })
const noise = randomBytes(4000)
const segmentBytes = 16 * 1024 * 1024

interface Shape {
  readonly valueBytes: number
  readonly keys: number
  readonly batchBytes: number
}

/** The processor's time of this thread in milliseconds, where the system tells it; otherwise that of all threads. */
function processorMs(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6
  } catch {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
}

/** How long turns of the event loop take, by the processor's time, which other work on the machine disturbs least. */
class Turns {
  readonly #took: number[] = []
  #beganMs = processorMs()
  #isOver = false

  constructor() {
    setImmediate(() => this.#next())
  }

  #next(): void {
    const nowMs = processorMs()
    this.#took.push(nowMs - this.#beganMs)
    this.#beganMs = processorMs()
    if (!this.#isOver) setImmediate(() => this.#next())
  }

  /** The shortest first, of those that did anything. */
  end(): readonly number[] {
    this.#isOver = true
    return this.#took.filter(ms => ms >= 0.1).sort((a, b) => a - b)
  }
}

async function fill(log: Log, { valueBytes, keys, batchBytes }: Shape): Promise<void> {
  const recordsPerBatch = Math.ceil(batchBytes / (valueBytes + 20))
  let state = 1
  for (let bytes = 0; bytes < totalBytes; bytes += recordsPerBatch * (valueBytes + 20)) {
    const records = Array.from({ length: recordsPerBatch }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return {
        timestampMs: 1,
        key: Buffer.from(`key-${state % keys}`),
        value: noise.subarray(state % 1000, (state % 1000) + valueBytes),
      }
    })
    log.append(buildBatch({ records }), { leaderEpoch: 0 })
    if (bytes % (1024 * 1024) < batchBytes) await log.flush(log.end)
  }
}

async function measured(shape: Shape): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-compaction-'))
  const store = await openFileStore(platform, { directory: join(directory, 'data'), flush: 'os', nodeId: 1 })
  const config = { ...defaultLogConfig, segmentBytes, cleanupPolicy: ['compact'] }
  const log = await store.open({ topic: 'table', partition: 0, topicId: '0'.repeat(32) }, () => config)
  await fill(log, shape)
  const turns = new Turns()
  const began = performance.now()
  const cpu = process.cpuUsage()
  const { readBytes, beforeBytes, afterBytes } = await log.compact({
    policy: { upTo: log.end, minLagMs: 0, maxLagMs: Infinity },
    nowMs: Date.now(),
    deleteRetentionMs: 1000,
    mapBytes: 128 * 1024 * 1024,
    mapLoadFactor: 0.9,
    keepsHeader: () => false,
    codecs: codecsOf(platform),
    pace: () => new Promise(resolve => setImmediate(resolve)),
  })
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const took = turns.end()
  const ms = (share: number) => (took[Math.floor((took.length - 1) * share)] ?? 0).toFixed(1)
  const mib = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(0)} MiB`
  process.stdout.write(
    `${shape.valueBytes} B values in batches of ${shape.batchBytes} B, ${shape.keys} keys: ` +
      `${mib(beforeBytes)} to ${mib(afterBytes)}, ${(beforeBytes / seconds / 1e6).toFixed(0)} MB/s of log, ` +
      `${((user + system) / 1e6 / (readBytes / 1e9)).toFixed(1)} CPU s per GB read; turns of ${ms(0.5)} ms, ` +
      `p99 ${ms(0.99)}, at most ${ms(1)}\n`,
  )
  await store.close()
  rmSync(directory, { recursive: true, force: true })
}

async function main(): Promise<void> {
  for (const batchBytes of [16_384, 1_000_000]) {
    for (const valueBytes of [100, 1000]) await measured({ valueBytes, keys: 100_000, batchBytes })
  }
}

void main()
