/**
 * Clients that go on while nodes of a cluster go down and come back: each writes and reads as a group all the time, and at the
 * end nothing that was acknowledged may be missing.
 *
 *     npm run nodes -- [kafkajs] [confluent-kafka] [java]
 *
 * A client's program takes `--bootstrap` and `--topic`, and tells on a line of its own from time to time how far it is,
 * `{"acked":1200,"consumed":1180}`. When its input ends it writes no more, reads the rest and tells the end:
 * `{"ok":true,"acked":...,"consumed":...,"missing":0}`. It wants to have read what it wrote, in the order of each partition.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import { createInterface } from 'node:readline'
import { besideTools, fetchKafka, toolsClassPath } from '../../scripts/judge/kafka'
import { mustRun, until } from '../../scripts/judge/process'
import { type Broker, startBroker } from '../../src/index'
import { clients } from '../clients'

const classes = 'compat/nodes/target'
const venv = 'compat/.venv/bin/python'
/** So many records more before the next thing happens to the cluster. */
const stepRecords = 200
const patienceMs = 60_000

interface Told {
  readonly acked: number
  readonly consumed: number
  readonly ok?: boolean
  readonly detail?: string
}

interface Program {
  readonly command: readonly [string, ...string[]]
  prepare?(): Promise<void>
}

const programs: { readonly [name: string]: Program } = {
  kafkajs: { command: [process.execPath, 'scripts/run.js', 'compat/nodes/kafkajs.ts'] },
  'confluent-kafka': { command: [fs.existsSync(venv) ? venv : 'python3', 'compat/nodes/confluent_kafka_nodes.py'] },
  java: {
    command: ['java', ...besideTools(classes, 'Nodes')],
    async prepare() {
      await fetchKafka()
      await mustRun('javac', ['-d', classes, '-cp', toolsClassPath, 'compat/nodes/Nodes.java'], { timeoutMs: 120_000 })
    },
  },
}

async function play(name: string, program: Program): Promise<Told> {
  await program.prepare?.()
  const topics = [{ name: 'orders', partitions: 6, config: { 'min.insync.replicas': 2 } }]
  const kafka = await startBroker({ brokers: 3, isolation: 'inline', topics, log: 'error' })
  const [command, ...args] = program.command
  const child = spawn(command, [...args, '--bootstrap', kafka.bootstrapServers, '--topic', 'orders'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  try {
    return await throughDowntimes(name, kafka, child)
  } finally {
    child.kill('SIGKILL')
    await kafka.stop()
  }
}

async function throughDowntimes(name: string, kafka: Broker, child: ChildProcess): Promise<Told> {
  let told: Told = { acked: 0, consumed: 0 }
  let hasExited = false
  child.once('exit', () => (hasExited = true))
  createInterface({ input: child.stdout! }).on('line', line => {
    if (line.startsWith('{')) told = JSON.parse(line) as Told
  })
  const progress = async (when: string): Promise<void> => {
    const { consumed } = told
    await until(`${name} ${when}`, patienceMs, () => hasExited || told.consumed >= consumed + stepRecords)
    if (hasExited) throw new Error(`${name} ended ${when}: ${JSON.stringify(told)}`)
  }
  await progress('at the start')
  for (const node of kafka.nodes) {
    await node.stop()
    await progress(`without node ${node.id}`)
    await node.start()
    await progress(`with node ${node.id} again`)
    await kafka.moveLeader('orders', 0, node)
  }
  await progress('after leaders moved')
  child.stdin!.end()
  await until(`${name} to read the rest`, patienceMs, () => told.ok !== undefined || hasExited).catch(
    (error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(told)}`)
    },
  )
  return told
}

async function main(): Promise<void> {
  const asked = process.argv.slice(2)
  let [passed, failed] = [0, 0]
  for (const [name, program] of Object.entries(programs)) {
    if (asked.length > 0 && !asked.includes(name)) continue
    const why = clients.find(client => client.name === name)?.whyNot() ?? null
    if (why !== null) {
      process.stdout.write(`skip ${name}: ${why}\n`)
      continue
    }
    const began = performance.now()
    const told = await play(name, program).catch((error: unknown) => ({ ok: false, detail: String(error) }))
    if (told.ok === true) passed += 1
    else failed += 1
    process.stdout.write(`${JSON.stringify({ client: name, ...told, ms: Math.round(performance.now() - began) })}\n`)
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exit(failed === 0 ? 0 : 1)
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
})
