/**
 * Clients by scenarios: `npm run compat -- [--against odradek|kafka|HOST:PORT] [--clients a,b] [--only x,y] [--profile prod] [--flush group] [--crash]`.
 * Fails when a scenario of a client's tests.allow does not pass. With --crash the broker is killed where it would be stopped.
 */
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { Broker } from '../scripts/judge/broker'
import { kafka, kafkaVersion, whyNoKafka } from '../scripts/judge/kafka'
import { odradek, whyNoOdradek } from '../scripts/judge/odradek'
import { type Client, clients } from './clients'
import { type Outcome, play } from './play'
import { scenarios } from './scenarios'

const { values: options } = parseArgs({
  options: {
    against: { type: 'string', default: 'odradek' },
    clients: { type: 'string' },
    only: { type: 'string' },
    profile: { type: 'string', default: 'prod' },
    flush: { type: 'string' },
    port: { type: 'string', default: '0' },
    crash: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
})

const settings = { 'group.initial.rebalance.delay.ms': '100', 'offsets.topic.num.partitions': '4' }
const generated = 'docs/generated/compat.md'

async function startBroker(): Promise<Broker | null> {
  const port = Number(options.port)
  if (options.against === 'kafka') {
    const missing = whyNoKafka()
    if (missing !== null) throw new Error(missing)
    return Broker.start(kafka(), { port, settings })
  }
  if (options.against !== 'odradek') return null
  const missing = whyNoOdradek()
  if (missing !== null) throw new Error(missing)
  const profile = options.profile as 'prod' | 'strict'
  return Broker.start(
    odradek({ profile, ...(options.flush === undefined ? {} : { flush: options.flush as 'os' | 'group' }) }),
    { port, settings },
  )
}

/** A door by which clients in any language restart the broker; returns the command for it. */
async function restartDoor(broker: Broker | null): Promise<{ command: string; close(): void }> {
  if (broker === null) return { command: 'echo this broker is not ours to restart; exit 1', close: () => {} }
  const server = http.createServer((_request, response) => {
    const again = async () => {
      await (options.crash ? broker.kill() : broker.stop())
      await broker.start()
    }
    again().then(
      () => response.end('restarted\n'),
      error => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const ask = `require('http').get({port:${port}},r=>process.exit(r.statusCode===200?0:1)).on('error',()=>process.exit(1))`
  return { command: `"${process.execPath}" -e "${ask}"`, close: () => server.close() }
}

function allowed(client: Client): Set<string> {
  const file = `compat/${client.name}/tests.allow`
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
  return new Set(
    text
      .split('\n')
      .map(line => line.replace(/#.*/, '').trim())
      .filter(line => line !== ''),
  )
}

const markOf = (outcome: Outcome | undefined): string =>
  outcome === undefined || outcome.ok === null ? '-' : outcome.ok ? 'ok' : 'FAIL'

function table(played: readonly Client[], outcomes: readonly Outcome[]): string[][] {
  const rows = scenarios
    .filter(({ name }) => outcomes.some(({ scenario }) => scenario === name))
    .map(({ name }) => [
      name,
      ...played.map(client =>
        markOf(outcomes.find(outcome => outcome.scenario === name && outcome.client === client.name)),
      ),
    ])
  return [['scenario', ...played.map(({ name }) => name)], ...rows]
}

function printTable(rows: readonly string[][]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  for (const row of rows)
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    )
}

function writeDocument(played: readonly Client[], rows: readonly string[][]): void {
  const markdown = [
    '# Clients against Odradek',
    '',
    'Written by `npm run compat`; do not edit. `ok` passed, `FAIL` did not, `-` is not offered by that client. The same runners pass',
    `against Apache Kafka ${kafkaVersion} with \`npm run compat -- --against kafka\`. What a scenario asks is in \`compat/scenarios.ts\`.`,
    '',
    ...played.map(client => `- ${client.name} ${client.version()}`),
    '',
    ...rows.flatMap((row, index) => [
      `| ${row.join(' | ')} |`,
      ...(index === 0 ? [`|${row.map(() => '---').join('|')}|`] : []),
    ]),
    '',
  ]
  fs.mkdirSync('docs/generated', { recursive: true })
  fs.writeFileSync(generated, markdown.join('\n'))
}

/** Compares with the allow-lists and says what differs; returns how many allowed scenarios failed. */
function judge(played: readonly Client[], outcomes: readonly Outcome[], only: readonly string[] | null): number {
  let bad = 0
  for (const client of played) {
    const list = allowed(client)
    const own = outcomes.filter(outcome => outcome.client === client.name)
    for (const name of list) {
      if (only !== null && !only.includes(name)) continue
      const outcome = own.find(({ scenario }) => scenario === name)
      if (outcome?.ok === true) continue
      bad++
      process.stdout.write(
        `FAILED ${client.name} ${name}: ${outcome === undefined ? 'it did not run' : outcome.detail}\n`,
      )
    }
    for (const { scenario, ok, detail } of own) {
      if (list.has(scenario)) continue
      if (ok === true)
        process.stdout.write(`passes, and may be added to compat/${client.name}/tests.allow: ${scenario}\n`)
      if (ok === false) process.stdout.write(`known to fail: ${client.name} ${scenario}: ${detail}\n`)
    }
  }
  return bad
}

async function main(): Promise<void> {
  const only = options.only?.split(',') ?? null
  const wanted = clients.filter(
    ({ name }) => options.clients === undefined || options.clients.split(',').includes(name),
  )
  const played = wanted.filter(client => {
    const missing = client.whyNot()
    if (missing !== null) process.stdout.write(`skipped ${client.name}: ${missing}\n`)
    return missing === null
  })
  if (played.length === 0) throw new Error('no client can run here')
  const broker = await startBroker()
  const door = await restartDoor(broker)
  const outcomes: Outcome[] = []
  const report = (outcome: Outcome): void => {
    if (options.verbose || outcome.ok === false) {
      process.stdout.write(
        `${markOf(outcome).padEnd(4)} ${outcome.client} ${outcome.scenario} ${outcome.ms} ms ${outcome.detail}\n`,
      )
    }
  }
  const after = async (): Promise<string | null> => {
    if (broker === null || broker.running) return null
    const trouble = `the broker died: ${broker.logTail(3)}`
    await broker.start()
    return trouble
  }
  for (const client of played) {
    await client.prepare?.()
    const bootstrap = broker?.address ?? options.against
    outcomes.push(...(await play(client, { bootstrap, restart: door.command, after }, only, report)))
  }
  door.close()
  await broker?.dispose()
  const rows = table(played, outcomes)
  printTable(rows)
  const bad = judge(played, outcomes, only)
  const passed = outcomes.filter(({ ok }) => ok === true).length
  const failed = outcomes.filter(({ ok }) => ok === false).length
  if (options.against === 'odradek' && only === null && played.length === clients.length) writeDocument(played, rows)
  process.stdout.write(`${bad} of the failures against an allow-list\n${passed} passed, ${failed} failed\n`)
  process.exit(bad === 0 ? 0 : 1)
}

main().catch((error: unknown) => {
  process.stderr.write(`compat: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
