/** What runs the published tests of a client against a new broker, ours or with `--against kafka` a real Apache Kafka. */
import { Broker, type BrokerOptions } from '../../scripts/judge/broker'
import { kafka } from '../../scripts/judge/kafka'
import { odradek, whyNoOdradek } from '../../scripts/judge/odradek'
import { present } from '../../scripts/judge/process'

export interface Suite {
  /** Programs that it takes. */
  readonly programs: readonly string[]
  readonly broker: BrokerOptions
  /** Runs the tests. `report` is shown when something failed. */
  run(broker: Broker): Promise<{ readonly passed: number; readonly failed: number; readonly report: string }>
}

/** Prints `N passed, N failed` at the end, and ends with 1 when a test failed or none ran. */
export async function published({ programs, broker: options, run }: Suite): Promise<void> {
  const missing = programs.filter(program => !present(program))
  if (missing.length > 0) {
    process.stdout.write(`skipped: ${missing.join(' and ')} not on the PATH\n0 passed, 0 failed\n`)
    return
  }
  const againstKafka = process.argv.includes('kafka')
  const why = againstKafka ? null : whyNoOdradek()
  if (why !== null) throw new Error(why)
  const broker = await Broker.start(againstKafka ? kafka() : odradek({ profile: 'prod' }), options)
  const { passed, failed, report } = await run(broker)
  await broker.dispose()
  if (failed > 0) process.stdout.write(`${report}\n`)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exit(failed === 0 && passed > 0 ? 0 : 1)
}

export function ended(error: unknown): void {
  process.stderr.write(`published: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
