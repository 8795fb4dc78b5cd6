/**
 * The waits of somebody who writes tests: ours beside Apache Kafka and the mock cluster of librdkafka, with kafkajs as it is.
 *
 *     npm run bench:dx -- [--without kafka,mock] [--tests 10] [--docs]
 *
 * Medians in milliseconds, beside our goals; exits with 1 when a goal is missed, and a busy machine misses goals. Where tests
 * take seconds, `--tests` of them are run, and counted as a hundred. `--docs` puts the table into docs/benchmarks.md.
 */
import fs from 'node:fs'
import os from 'node:os'
import { parseArgs } from 'node:util'
import { apacheKafka, type Contestant, forkMs, mockCluster, odradek, startMs, thousandClusters } from './places'
import { grouping, isolated, producing, rejoining, starting } from './waits'

const { values: options } = parseArgs({
  options: {
    without: { type: 'string', default: '' },
    tests: { type: 'string', default: '10' },
    docs: { type: 'boolean', default: false },
  },
})

/** What is measured, its goal for ours, its unit when it is not milliseconds. */
const rows = {
  listen: ['start to listening', 60],
  produce: ['start to first produce', null],
  group: ['start to first message of a group', null],
  connect: ['producer.connect()', null],
  send: ['first send to a new topic', 10],
  idle: ['producer.disconnect()', 20],
  run: ['run() to first message', 20],
  handled: ['consumer.disconnect() after a message', 20],
  waiting: ['consumer.disconnect() while a fetch waits', 20],
  rejoin: ['kill -9 of a consumer to a message for the next', 1_000],
  tests: ['100 isolated tests', 2_000],
  memory: ['memory of a broker, MiB', null],
  inline: ['start to listening, inline', 20],
  fork: ['fork of a cluster', 2],
  thousand: ['a thousand clusters alive, MiB', 256],
} as const satisfies Readonly<Record<string, readonly [string, number | null]>>
type Row = keyof typeof rows
type Figures = Partial<Record<Row, number>>

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

async function rounds<T extends object>(count: number, round: () => Promise<T>): Promise<T> {
  const taken: T[] = []
  for (let i = 0; i < count; i += 1) taken.push(await round())
  const keys = Object.keys(taken[0]!) as (keyof T)[]
  return Object.fromEntries(keys.map(key => [key, median(taken.map(one => Number(one[key])))])) as T
}

async function measure(contestant: Contestant): Promise<Figures> {
  const { isSlow } = contestant
  const starts = await rounds(isSlow ? 3 : 9, () => starting(contestant))
  const place = await contestant.start()
  try {
    const memory = (await place.memoryBytes()) / 1024 / 1024
    // What is only slow the first time, as a client that was never compiled, is in the starts.
    await grouping(place, false)
    const { connect, send, disconnect: idle } = await rounds(9, () => producing(place))
    const { run, disconnect: handled } = await rounds(isSlow ? 3 : 9, () => grouping(place, false))
    const { disconnect: waiting } = await rounds(isSlow ? 3 : 9, () => grouping(place, true))
    const { ms: rejoin } = await rounds(isSlow ? 1 : 5, async () => ({ ms: await rejoining(place) }))
    const count = isSlow ? Number(options.tests) : 100
    const tests = ((await isolated(place, count)) * 100) / count
    return { ...starts, connect, send, idle, run, handled, waiting, rejoin, tests, memory }
  } finally {
    await place.stop()
  }
}

/** What others have no name for. */
async function measureOwn(): Promise<Figures> {
  const { inline } = await rounds(9, async () => ({ inline: await startMs('inline') }))
  return { inline, fork: median(await forkMs(50)), thousand: await thousandClusters() }
}

const shown = (ms: number | undefined): string =>
  ms === undefined ? '' : ms < 100 ? ms.toFixed(1) : Math.round(ms).toLocaleString('en-US')

function table(columns: readonly (readonly [string, Figures])[]): string[] {
  const head = ['', ...columns.map(([name]) => name), 'goal']
  const body = Object.entries(rows).map(([row, [title, goal]]) => [
    title,
    ...columns.map(([, figures]) => shown(figures[row as Row])),
    goal === null ? '' : goal.toLocaleString('en-US'),
  ])
  return [head, ['---', ...head.slice(1).map(() => '--:')], ...body].map(cells => `| ${cells.join(' | ')} |`)
}

/** Between its marks in the page. */
function writeDocs(lines: readonly string[]): void {
  const page = 'docs/benchmarks.md'
  const text = fs.readFileSync(page, 'utf8')
  const marks = /(<!-- bench:dx -->\n)[^]*?(<!-- end -->)/
  if (!marks.test(text)) throw new Error(`${page} has no place for the table`)
  fs.writeFileSync(
    page,
    text.replace(marks, (_all, begin: string, end: string) => `${begin}${lines.join('\n')}\n${end}`),
  )
}

async function main(): Promise<void> {
  const all: Record<string, Contestant> = {
    odradek,
    kafka: apacheKafka('', {}),
    // As Testcontainers sets it.
    'kafka-undelayed': apacheKafka(', `group.initial.rebalance.delay.ms=0`', {
      'group.initial.rebalance.delay.ms': '0',
    }),
    mock: mockCluster,
  }
  const without = options.without.split(',')
  const columns: [string, Figures][] = []
  for (const [key, contestant] of Object.entries(all)) {
    if (without.some(name => name !== '' && key.startsWith(name))) continue
    const why = await contestant.whyNot()
    if (why !== null) {
      process.stderr.write(`without ${contestant.name}: ${why}\n`)
      continue
    }
    const figures = await measure(contestant)
    columns.push([contestant.name, contestant === odradek ? { ...figures, ...(await measureOwn()) } : figures])
    process.stderr.write(`${contestant.name} is measured\n`)
  }
  const lines = table(columns)
  process.stdout.write(`${lines.join('\n')}\n`)
  const cpu = os.cpus()
  const about = `${cpu.length} cores of ${cpu[0]?.model}, Node ${process.version}, load ${os.loadavg()[0]!.toFixed(1)} at the end.`
  process.stdout.write(`\n${about}\n`)
  if (options.docs) writeDocs([...lines, '', about])
  const ours = columns.find(([name]) => name === odradek.name)?.[1] ?? {}
  const missed = Object.entries(rows).filter(([row, [, goal]]) => goal !== null && (ours[row as Row] ?? 0) > goal)
  for (const [row, [title, goal]] of missed)
    process.stdout.write(`missed: ${title}, ${shown(ours[row as Row])} of ${goal}\n`)
  process.exitCode = missed.length > 0 ? 1 : 0
}

void main()
