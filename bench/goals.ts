/** What the figures should reach, beside Apache Kafka with the same durability (flush os). */
import type { Figure, StartUp } from './figures'

export interface Goal {
  readonly what: string
  readonly wanted: string
  readonly got: string
  readonly met: boolean
}

function goal(what: string, got: number, wanted: number, atLeast: boolean, note = ''): Goal {
  return {
    what,
    wanted: `at ${atLeast ? 'least' : 'most'} ${wanted}x${note}`,
    got: `${got.toFixed(2)}x`,
    met: atLeast ? got >= wanted : got <= wanted,
  }
}

export function goals(figures: readonly Figure[], starts: readonly StartUp[]): Goal[] {
  const list: Goal[] = []
  for (const own of figures.filter(({ broker }) => broker === 'odradek os')) {
    const judge = figures.find(({ broker, workload }) => broker === 'kafka' && workload === own.workload)
    if (judge === undefined) continue
    const speed = own.megabytesPerSecond / judge.megabytesPerSecond
    if (own.workload.startsWith('produce')) {
      const sink = figures.find(({ broker, workload }) => broker === 'sink' && workload === own.workload)
      const most = sink && sink.megabytesPerSecond / judge.megabytesPerSecond
      const note = most === undefined ? '' : `; what throws everything away reaches ${most.toFixed(2)}x`
      list.push(goal(`${own.workload}, throughput`, speed, 2, true, note))
      list.push(
        goal(`${own.workload}, CPU a gigabyte`, own.cpuSecondsPerGigabyte / judge.cpuSecondsPerGigabyte, 0.5, false),
      )
    }
    if (own.workload.startsWith('fetch')) list.push(goal(`${own.workload}, throughput`, speed, 1, true))
  }
  const [own, judge] = ['odradek os', 'kafka'].map(name => starts.find(({ broker }) => broker === name))
  if (own !== undefined && judge !== undefined) {
    list.push(goal('start to first acknowledged record, faster', judge.acknowledgedMs / own.acknowledgedMs, 15, true))
    list.push(goal('idle memory', own.idleBytes / judge.idleBytes, 0.2, false))
  }
  return list
}
