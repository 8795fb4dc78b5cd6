/**
 * What runners written in TypeScript share: arguments, one JSON line when a scenario begins and one when it ends.
 *
 *     run --bootstrap HOST:PORT [--restart COMMAND] [--only a,b]
 *
 * The restart command stops the broker and returns when it serves again. Runners in other languages follow the same contract.
 */
import { mustRun } from '../scripts/judge/process'

export interface Job {
  readonly bootstrap: string
  /** A name nobody used before. */
  fresh(stem: string): string
  /** Restarts the broker; throws when the harness gave no way to. */
  restart(): Promise<void>
}

/** Thrown by a scenario that this client has no means for. */
export class NotOffered extends Error {}

export type Scene = (job: Job) => Promise<string | undefined>

export function argument(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : process.argv[at + 1]
}

const line = (client: string, scenario: string, rest: object): void => {
  process.stdout.write(`${JSON.stringify({ client, scenario, ...rest })}\n`)
}

/** Runs scenarios one after the other and ends the process. */
export async function runScenes(client: string, scenes: Readonly<Record<string, Scene>>): Promise<never> {
  const bootstrap = argument('bootstrap') ?? '127.0.0.1:9092'
  const restart = argument('restart')
  const only = argument('only')?.split(',')
  let count = 0
  const stamp = `${Date.now().toString(36)}${process.pid}`
  const job: Job = {
    bootstrap,
    fresh: stem => `${client}-${stem}-${stamp}-${++count}`,
    restart: async () => {
      if (restart === undefined) throw new Error('no --restart command was given')
      await mustRun('sh', ['-c', restart], { timeoutMs: 90_000 })
    },
  }
  for (const [scenario, scene] of Object.entries(scenes)) {
    if (only !== undefined && !only.includes(scenario)) continue
    line(client, scenario, { begins: true })
    const began = performance.now()
    const ms = () => Math.round(performance.now() - began)
    try {
      const detail = await scene(job)
      line(client, scenario, { ok: true, ms: ms(), detail: detail ?? '' })
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      line(
        client,
        scenario,
        error instanceof NotOffered ? { ok: null, ms: ms(), detail } : { ok: false, ms: ms(), detail },
      )
    }
  }
  process.exit(0)
}

/** Throws `says` with both values when they are not deeply equal. */
export function same(says: string, got: unknown, wanted: unknown): void {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)]
  if (a !== b) throw new Error(`${says}: got ${a?.slice(0, 300)}, wanted ${b?.slice(0, 300)}`)
}

export function holds(says: string, value: boolean): void {
  if (!value) throw new Error(says)
}

/** Runs what must fail, and returns its error. */
export async function refused(says: string, attempt: () => Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await attempt()
  } catch (error) {
    return error as Error & Record<string, unknown>
  }
  throw new Error(`${says}: it was not refused`)
}
