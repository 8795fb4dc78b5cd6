/**
 * `npm run sim -- --seed 7 --seeds 100`: stories of a whole node in a simulated world, one for each seed.
 * Options: `--jobs 2` threads; `--log` prints the node's log of a single seed; `--keep` leaves seeds that fail in
 * test/sim/seeds, from where the tests tell them again.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Report, runSeed } from '../test/sim/run'
import { print } from './steps'

interface Task {
  readonly first: number
  readonly end: number
  readonly step: number
}

async function work({ first, end, step }: Task, tell: (report: Report) => void): Promise<void> {
  for (let seed = first; seed < end; seed += step) tell(await runSeed(seed))
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
      seeds: { type: 'string', default: '100' },
      jobs: { type: 'string', default: '2' },
      log: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  })
  const first = Number(values.seed)
  const end = first + (values.log ? 1 : Number(values.seeds))
  print(`seeds ${first} to ${end - 1}`)
  const begun = performance.now()
  const reports: Report[] = []
  const take = (report: Report): void => {
    reports.push(report)
    if (report.anomalies.length > 0) tellFailure(report, values.keep)
  }
  if (values.log) take(await runSeed(first, print))
  else await inThreads(first, end, Number(values.jobs), take)
  summary(reports, end - first, (performance.now() - begun) / 1000)
}

function inThreads(first: number, end: number, jobs: number, take: (report: Report) => void): Promise<unknown> {
  return Promise.all(
    Array.from({ length: jobs }, (_, nth) => {
      const task: Task = { first: first + nth, end, step: jobs }
      return new Promise<void>((resolve, reject) => {
        const worker = new Worker(__filename, { workerData: task })
        worker.on('message', take)
        worker.on('error', reject)
        worker.on('exit', () => resolve())
      })
    }),
  )
}

function tellFailure({ seed, anomalies, mix }: Report, keep: boolean): void {
  print(`\nseed ${seed} FAILED; again: npm run sim -- --seed ${seed} --log`)
  for (const anomaly of anomalies.slice(0, 20)) print(`  ${anomaly}`)
  print(`  ${JSON.stringify(mix)}`)
  if (!keep) return
  const directory = join(process.cwd(), 'test/sim/seeds')
  mkdirSync(directory, { recursive: true })
  const why = anomalies[0]!.split('\n')[0]
  writeFileSync(join(directory, `${seed}.json`), `${JSON.stringify({ seed, why })}\n`)
}

function summary(reports: readonly Report[], wanted: number, seconds: number): void {
  const sum = (of: keyof Report['counts']) => reports.reduce((total, { counts }) => total + counts[of], 0)
  const failed = reports.filter(({ anomalies }) => anomalies.length > 0).length
  print(
    `${sum('lives')} lives, ${sum('acked')} records acknowledged, ${sum('read')} read, ${sum('commits')} commits, ` +
      `${sum('rebalances')} joins, ${reports.reduce((total, { transactions }) => total + transactions, 0)} transactions, ${sum('audits')} audits, ${sum('events')} events in ${seconds.toFixed(1)} s`,
  )
  // A story that was not told has not passed.
  print(`${reports.length - failed} passed, ${wanted - reports.length + failed} failed`)
  if (failed > 0 || reports.length < wanted) process.exitCode = 1
}

if (isMainThread) void main()
else void work(workerData as Task, report => parentPort!.postMessage(report))
