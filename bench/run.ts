/**
 * The benchmark: us beside Apache Kafka in one run, trial by trial in turn.
 *
 *     npm run bench -- [--quick] [--rounds 3] [--only REGEX] [--without kafka,group,sink,thread] [--json FILE] [--goals]
 *
 * Each workload first warms every broker up, then runs `rounds` times on each in turn; medians are shown. CPU is that of the broker
 * process with all its threads. Ratios are to Apache Kafka: throughput higher is better, CPU and times lower is better.
 */
import fs from 'node:fs'
import os from 'node:os'
import { parseArgs } from 'node:util'
import { kafkaVersion, measuredKafka, whyNoKafka } from '../scripts/judge/kafka'
import { odradek, whyNoOdradek } from '../scripts/judge/odradek'
import { Contender, sink, thread, type Trial, touchMemory } from './contender'
import type { Figure, StartUp } from './figures'
import { type Goal, goals } from './goals'
import { type Workload, workloads } from './workloads'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string' },
    without: { type: 'string', default: '' },
    json: { type: 'string' },
    goals: { type: 'boolean', default: false },
  },
})

const rounds = Number(options.rounds ?? (options.quick ? 1 : 3))
const scale = options.quick ? 0.25 : 1

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function figureOf(workload: string, broker: string, trials: readonly Trial[]): Figure {
  const of = (pick: (trial: Trial) => number): number => median(trials.map(pick))
  return {
    workload,
    broker,
    megabytesPerSecond: of(({ bytes, seconds }) => bytes / 1e6 / seconds),
    requestsPerSecond: of(({ requests, seconds }) => requests / seconds),
    cpuSecondsPerGigabyte: of(({ bytes, brokerCpu }) => brokerCpu / (bytes / 1e9)),
    cpuMicrosPerRequest: of(({ requests, brokerCpu }) => (brokerCpu * 1e6) / requests),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    generatorLoad: of(({ cpuSeconds, seconds }) => cpuSeconds / seconds),
  }
}

let topics = 0

/** One workload on all contenders, in turn. */
async function measure(contenders: readonly Contender[], { name, shape }: Workload): Promise<Figure[]> {
  const isFetch = shape.kind === 'fetch'
  const trials = new Map<Contender, Trial[]>(contenders.map(contender => [contender, []]))
  const filled = new Map<Contender, { topic: string; records: number }>()
  const bytes = isFetch
    ? Math.min(512 << 20, shape.requests * shape.fetchBytes)
    : shape.requests * Math.max(shape.batchBytes, 200)
  for (const contender of contenders) {
    const topic = `bench-${++topics}`
    await contender.createTopic(topic, shape.partitions)
    if (isFetch) filled.set(contender, { topic, records: await contender.fill(topic, shape, bytes) })
    const warm = {
      ...shape,
      requests: Math.ceil(shape.requests / 4),
      recordsPerPartition: filled.get(contender)?.records ?? 0,
    }
    await contender.load(topic, warm)
    if (!isFetch) await contender.deleteTopic(topic)
  }
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const known = filled.get(contender)
      const topic = known?.topic ?? `bench-${++topics}`
      if (known === undefined) await contender.createTopic(topic, shape.partitions)
      touchMemory(Math.min(1 << 30, bytes + (64 << 20)))
      trials.get(contender)?.push(await contender.load(topic, { ...shape, recordsPerPartition: known?.records ?? 0 }))
      if (known === undefined) await contender.deleteTopic(topic)
    }
  }
  for (const [contender, { topic }] of filled) await contender.deleteTopic(topic)
  return contenders.map(contender => figureOf(name, contender.name, trials.get(contender) ?? []))
}

const fixed = (value: number): string =>
  value >= 1000 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(value >= 1 ? 2 : 3)

function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0)))
  for (const row of all) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    )
    process.stdout.write(`${cells.join('  ')}\n`)
  }
}

function printFigures(workload: Workload, figures: readonly Figure[]): void {
  process.stdout.write(`\n${workload.name} (${workload.about})\n`)
  const judge = figures.find(({ broker }) => broker === 'kafka')
  const ratio = (own: number, theirs: number | undefined): string => (theirs ? `${(own / theirs).toFixed(2)}x` : '')
  printTable(
    ['', 'MB/s', '', 'requests/s', 'CPU s/GB', '', 'CPU us/request', 'p50 ms', 'p99 ms', 'generator'],
    figures.map(one => [
      one.broker,
      fixed(one.megabytesPerSecond),
      ratio(one.megabytesPerSecond, judge?.megabytesPerSecond),
      fixed(one.requestsPerSecond),
      fixed(one.cpuSecondsPerGigabyte),
      ratio(one.cpuSecondsPerGigabyte, judge?.cpuSecondsPerGigabyte),
      fixed(one.cpuMicrosPerRequest),
      fixed(one.p50Ms),
      fixed(one.p99Ms),
      one.generatorLoad.toFixed(2),
    ]),
  )
}

async function measureStart(contenders: readonly Contender[]): Promise<StartUp[]> {
  const found = new Map(contenders.map(contender => [contender, [] as Awaited<ReturnType<Contender['startUp']>>[]]))
  for (let round = 0; round < Math.max(rounds, 3); round++) {
    for (const contender of contenders) found.get(contender)?.push(await contender.startUp(round === 0 ? 5000 : 0))
  }
  return contenders.map(contender => {
    const rows = found.get(contender) ?? []
    return {
      broker: contender.name,
      listeningMs: median(rows.map(({ listeningMs }) => listeningMs)),
      acknowledgedMs: median(rows.map(({ acknowledgedMs }) => acknowledgedMs)),
      idleBytes: rows[0]?.idleBytes ?? 0,
      loadedBytes: 0,
    }
  })
}

function printStarts(starts: readonly StartUp[]): void {
  process.stdout.write('\nstart and memory\n')
  const judge = starts.find(({ broker }) => broker === 'kafka')
  const ratio = (theirs: number | undefined, own: number): string => (theirs ? `${(theirs / own).toFixed(1)}x` : '')
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(0)
  printTable(
    ['', 'listening ms', 'first record ms', 'faster', 'idle MB', 'smaller', 'after load MB'],
    starts.map(one => [
      one.broker,
      fixed(one.listeningMs),
      fixed(one.acknowledgedMs),
      ratio(judge?.acknowledgedMs, one.acknowledgedMs),
      mb(one.idleBytes),
      ratio(judge?.idleBytes, one.idleBytes),
      mb(one.loadedBytes),
    ]),
  )
}

function printGoals(list: readonly Goal[]): number {
  process.stdout.write('\ngoals (flush os beside Apache Kafka)\n')
  for (const { what, wanted, got, met } of list)
    process.stdout.write(`${met ? 'met   ' : 'MISSED'} ${what}: ${got}, wanted ${wanted}\n`)
  return list.filter(({ met }) => !met).length
}

async function main(): Promise<void> {
  const without = options.without.split(',')
  const missing = whyNoOdradek()
  if (missing !== null) throw new Error(missing)
  const noKafka = whyNoKafka()
  if (noKafka !== null) process.stdout.write(`without Apache Kafka: ${noKafka}\n`)
  const contenders = [
    ...(noKafka === null && !without.includes('kafka') ? [new Contender('kafka', measuredKafka())] : []),
    new Contender('odradek os', odradek({ profile: 'prod', flush: 'os' })),
    ...(without.includes('group')
      ? []
      : [new Contender('odradek group', odradek({ profile: 'prod', flush: 'group' }))]),
  ]
  process.stdout.write(
    `Apache Kafka ${kafkaVersion}, Node ${process.version}, ${os.cpus().length} x ${os.cpus()[0]?.model}, ${rounds} rounds\n`,
  )
  const only = options.only === undefined ? null : new RegExp(options.only)
  const starts = only === null || only.test('start') ? await measureStart(contenders) : []
  for (const contender of contenders) await contender.start()
  const figures: Figure[] = []
  // What throws all away can only be sent something, and knows no transactions.
  const limits = [sink, thread]
    .filter(({ kind }) => !without.includes(kind))
    .map(each => new Contender(each.kind, each))
  for (const limit of limits) await limit.start()
  for (const workload of workloads(scale)) {
    if (only !== null && !only.test(workload.name)) continue
    const isProduce = workload.name.startsWith('produce')
    const found = await measure([...contenders, ...(isProduce ? limits : [])], workload)
    printFigures(workload, found)
    figures.push(...found)
  }
  for (const start of starts)
    start.loadedBytes = contenders.find(({ name }) => name === start.broker)?.residentBytes() ?? 0
  for (const contender of contenders) await contender.stop()
  for (const limit of limits) await limit.stop()
  if (starts.length > 0) printStarts(starts)
  const missed = only === null && noKafka === null ? printGoals(goals(figures, starts)) : 0
  if (options.json !== undefined) fs.writeFileSync(options.json, `${JSON.stringify({ figures, starts }, null, 1)}\n`)
  process.exit(options.goals && missed > 0 ? 1 : 0)
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
