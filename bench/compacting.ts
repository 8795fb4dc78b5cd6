/**
 * What a broker that compacts all the while costs others: how long a request of one record waits while batches of 16 KB are produced
 * to another topic, first one that keeps everything, then one that is compacted as soon as a segment of 8 MiB is full.
 *
 *     node scripts/run.js bench/compacting.ts [--rounds 3] [--without kafka]
 */
import { parseArgs } from 'node:util'
import { measuredKafka, whyNoKafka } from '../scripts/judge/kafka'
import { odradek } from '../scripts/judge/odradek'
import { Contender, touchMemory } from './contender'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, without: { type: 'string', default: '' } },
})

const kib = 1024
const mib = 1024 * kib
const backgroundBytes = 256 * mib
const kept = { 'cleanup.policy': 'delete', 'segment.bytes': String(8 * mib) }
const compacted = { ...kept, 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.01' }
const base = { kind: 'produce', acks: 1, fetchBytes: 0, recordsPerPartition: 0, partitions: 1, connections: 1 } as const
const background = {
  ...base,
  depth: 2,
  batchBytes: 16 * kib,
  recordBytes: kib,
  isKeyed: true,
  requests: backgroundBytes / (16 * kib),
}
const one = { ...base, depth: 1, batchBytes: 0, recordBytes: 100, requests: 4_000 }

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

let topics = 0

interface Seen {
  readonly p50Ms: number
  readonly p99Ms: number
  /** Bytes of the background's topic that are left. */
  readonly leftBytes: number
}

async function trial(contender: Contender, configs: Readonly<Record<string, string>>): Promise<Seen> {
  const [own, others] = [`one-${++topics}`, `many-${topics}`]
  await contender.createTopic(own, 1)
  await contender.createTopic(others, 1, configs)
  touchMemory(2 * backgroundBytes)
  let isOver = false
  const noise = contender.load(others, background).finally(() => (isOver = true))
  const waits: { readonly p50Ms: number; readonly p99Ms: number }[] = []
  while (!isOver) waits.push(await contender.load(own, one))
  await noise
  const leftBytes = await contender.sizeBytes(others)
  for (const topic of [own, others]) await contender.deleteTopic(topic)
  return { p50Ms: median(waits.map(({ p50Ms }) => p50Ms)), p99Ms: median(waits.map(({ p99Ms }) => p99Ms)), leftBytes }
}

async function main(): Promise<void> {
  const contenders = [
    ...(whyNoKafka() === null && options.without !== 'kafka' ? [new Contender('kafka', measuredKafka())] : []),
    new Contender('odradek os', odradek({ profile: 'prod', flush: 'os' })),
  ]
  for (const contender of contenders) await contender.start({ 'log.cleaner.backoff.ms': '100' })
  for (const contender of contenders) {
    await trial(contender, kept)
    for (const [name, configs] of [
      ['kept', kept],
      ['compacted', compacted],
    ] as const) {
      const rounds: Seen[] = []
      for (let nth = 0; nth < Number(options.rounds); nth += 1) rounds.push(await trial(contender, configs))
      const [p50, p99, left] = [
        median(rounds.map(({ p50Ms }) => p50Ms)),
        median(rounds.map(({ p99Ms }) => p99Ms)),
        median(rounds.map(({ leftBytes }) => leftBytes)),
      ]
      process.stdout.write(
        `${contender.name.padEnd(12)} ${name.padEnd(10)} p50 ${p50.toFixed(3)} ms, p99 ${p99.toFixed(3)} ms, ` +
          `${(left / mib).toFixed(0)} MiB of ${backgroundBytes / mib} left\n`,
      )
    }
    await contender.stop()
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`compacting: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
