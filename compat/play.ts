/** Plays the scenarios of one client: reads its lines, ends what takes too long, and goes on with the rest. */
import readline from 'node:readline'
import { endGroup, launch } from '../scripts/judge/process'
import type { Client } from './clients'
import { scenarioNamed, scenarios } from './scenarios'

export interface Outcome {
  readonly client: string
  readonly scenario: string
  /** Null: this client has no means for it. */
  readonly ok: boolean | null
  readonly ms: number
  readonly detail: string
}

export interface Stage {
  readonly bootstrap: string
  readonly restart: string
  /** Called after each scenario, so that a broker that died is noticed with its cause. */
  after(outcome: Outcome): Promise<string | null>
}

interface Line {
  readonly scenario: string
  readonly begins?: boolean
  readonly ok?: boolean | null
  readonly ms?: number
  readonly detail?: string
}

/** Grace between a scenario's limit and the end of its runner. */
const graceMs = 3000

/** Runs a client once; resolves with what it finished, and the scenario it hung in, if any. */
function playOnce(
  client: Client,
  stage: Stage,
  only: readonly string[],
  take: (outcome: Outcome) => void,
): Promise<string | null> {
  const [file, ...args] = client.command()
  const child = launch(
    file,
    [...args, '--bootstrap', stage.bootstrap, '--restart', stage.restart, '--only', only.join()],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let errors = ''
  child.stderr?.on('data', chunk => {
    errors = `${errors}${chunk}`.slice(-2000)
  })
  return new Promise(resolve => {
    let current: string | null = null
    let timer: NodeJS.Timeout | undefined
    const lines = child.stdout === null ? null : readline.createInterface({ input: child.stdout })
    lines?.on('line', text => {
      if (!text.startsWith('{')) return
      const line = JSON.parse(text) as Line
      clearTimeout(timer)
      if (line.begins === true) {
        const limitMs = (scenarioNamed(line.scenario)?.limitS ?? 30) * 1000 + graceMs
        current = line.scenario
        timer = setTimeout(() => {
          take({
            client: client.name,
            scenario: line.scenario,
            ok: false,
            ms: limitMs,
            detail: `no end within ${limitMs} ms; the client was killed`,
          })
          endGroup(child, 'SIGKILL')
        }, limitMs)
        return
      }
      current = null
      take({
        client: client.name,
        scenario: line.scenario,
        ok: line.ok ?? null,
        ms: line.ms ?? 0,
        detail: line.detail ?? '',
      })
    })
    let over = false
    const end = (code: number | null): void => {
      if (over) return
      over = true
      clearTimeout(timer)
      if (current !== null && code !== null) {
        const detail = `the client ended with ${code}: ${errors.trim().split('\n').slice(-3).join(' ')}`
        take({ client: client.name, scenario: current, ok: false, ms: 0, detail })
      } else if (code !== null && code !== 0) {
        process.stderr.write(`${client.name} ended with ${code}: ${errors.trim()}\n`)
      }
      resolve(current)
    }
    child.once('error', error => {
      errors += String(error)
      end(-1)
    })
    child.once('close', code => end(code))
  })
}

/** Plays all wanted scenarios that the client has, in as many runs as it needs. */
export async function play(
  client: Client,
  stage: Stage,
  only: readonly string[] | null,
  report: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  let left = (only ?? scenarios.map(({ name }) => name)).slice()
  for (;;) {
    const checks: Promise<void>[] = []
    const take = (outcome: Outcome): void => {
      checks.push(
        stage.after(outcome).then(trouble => {
          const final = trouble === null ? outcome : { ...outcome, ok: false, detail: `${trouble}; ${outcome.detail}` }
          outcomes.push(final)
          report(final)
        }),
      )
    }
    const hung = await playOnce(client, stage, left, take)
    await Promise.all(checks)
    if (hung === null) return outcomes
    left = left.filter(name => !outcomes.some(({ scenario }) => scenario === name))
    if (left.length === 0) return outcomes
  }
}
