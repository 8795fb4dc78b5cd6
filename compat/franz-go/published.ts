/**
 * The published tests of franz-go's client against a broker: `node scripts/run.js compat/franz-go/published.ts [--against kafka]`.
 * What they need and is not served yet (the consumer protocol of KIP-848, share groups, SASL, telemetry) is left out.
 */
import fs from 'node:fs'
import path from 'node:path'
import { Broker } from '../../scripts/judge/broker'
import { kafka } from '../../scripts/judge/kafka'
import { odradek, whyNoOdradek } from '../../scripts/judge/odradek'
import { mustRun, present, run, temporaryDir } from '../../scripts/judge/process'

const notServed = '848|Share|Scram|SCRAM|OAuth|714|Metrics'

/** A copy of the module that may be written to, since a module cache may not. */
async function copyOfModule(): Promise<string> {
  const told = await mustRun('go', ['list', '-m', '-json', 'github.com/twmb/franz-go'], {
    cwd: 'compat/franz-go',
    timeoutMs: 120_000,
  })
  const { Dir: dir } = JSON.parse(told) as { Dir: string }
  const copy = path.join(temporaryDir('franz-go-'), 'module')
  fs.cpSync(dir, copy, { recursive: true })
  await mustRun('chmod', ['-R', 'u+w', copy])
  return copy
}

async function main(): Promise<void> {
  if (!present('go')) {
    process.stdout.write('skipped: go is not on the PATH\n0 passed, 0 failed\n')
    return
  }
  const againstKafka = process.argv.includes('kafka')
  const missing = againstKafka ? null : whyNoOdradek()
  if (missing !== null) throw new Error(missing)
  const module = await copyOfModule()
  const settings = { 'group.initial.rebalance.delay.ms': '100' }
  const broker = await Broker.start(againstKafka ? kafka() : odradek({ profile: 'prod' }), { settings })
  const env = { ...process.env, KGO_SEEDS: broker.address, KGO_TEST_RF: '1', KGO_TEST_RECORDS: '20000' }
  const args = ['test', './pkg/kgo', '-skip', notServed, '-count=1', '-v']
  const { code, stdout, stderr } = await run('go', args, { cwd: module, env, timeoutMs: 900_000 })
  await broker.dispose()
  const count = (word: string): number => stdout.split('\n').filter(line => line.startsWith(`--- ${word}`)).length
  if (code !== 0)
    process.stdout.write(
      `${stdout
        .split('\n')
        .filter(line => /FAIL|_test\.go/.test(line))
        .slice(-60)
        .join('\n')}\n${stderr.slice(-2000)}\n`,
    )
  const failed = code === 0 ? 0 : Math.max(1, count('FAIL'))
  process.stdout.write(`${count('PASS')} passed, ${failed} failed\n`)
  process.exit(failed === 0 ? 0 : 1)
}

main().catch((error: unknown) => {
  process.stderr.write(`published: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
