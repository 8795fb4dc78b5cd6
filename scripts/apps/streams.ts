/** A Kafka Streams application with exactly_once_v2 that is killed in the middle of its work: nothing lost, nothing twice. */
import type { ChildProcess } from 'node:child_process'
import type { Broker } from '../judge/broker'
import { besideTools, toolCommand, toolsClassPath } from '../judge/kafka'
import { endGroup, launch, mustRun, temporaryDir } from '../judge/process'
import { eventually } from './eventually'

const recordCount = 3000
const keyCount = 10
const partitions = 4
const killCount = 3

/** Says what was proven; rejects with what is not as it should be. */
export async function streamsExactlyOnce(broker: Broker): Promise<string> {
  const classes = temporaryDir('apps-streams-')
  await mustRun('javac', ['-d', classes, '-cp', toolsClassPath, 'scripts/apps/Copy.java'])
  for (const topic of ['in', 'copied', 'counts']) await createTopic(broker, topic)
  await produce(broker)
  for (let kill = 0; kill < killCount; kill++) {
    const app = startApp(broker, classes, kill)
    await app.hasSeen(300)
    // A new state directory for the next one: it has to restore its counts from the changelog.
    endGroup(app.process, 'SIGKILL')
  }
  const app = startApp(broker, classes, killCount)
  const copied = await readAll(broker, 'copied', recordCount)
  await eventually('all counts', async () => (await latest(broker)).every(count => count === recordCount / keyCount))
  endGroup(app.process, 'SIGTERM')
  // Were there a record twice, it would be behind those that were read.
  const again = await readAll(broker, 'copied', recordCount + 1, 5_000)
  const values = new Set(again.map(line => line.split('\t')[1]))
  if (copied.length !== recordCount || again.length !== recordCount || values.size !== recordCount)
    throw new Error(`${again.length} records copied, ${values.size} different ones, of ${recordCount}`)
  return `streams: ${recordCount} records through exactly_once_v2 with ${killCount} kills, each copied once and counted once`
}

const createTopic = (broker: Broker, topic: string) =>
  tool(broker, 'kafka-topics', ['--create', '--topic', topic, '--partitions', String(partitions)])

function tool(broker: Broker, name: string, args: readonly string[], input?: string): Promise<string> {
  const command = toolCommand(name, ['--bootstrap-server', broker.address, ...args])
  return mustRun('java', command, { timeoutMs: 120_000, ...(input === undefined ? {} : { input }) })
}

async function produce(broker: Broker): Promise<void> {
  const lines = Array.from({ length: recordCount }, (_, at) => `k${at % keyCount}\tv${at}\n`)
  const args = ['--topic', 'in', '--reader-property', 'parse.key=true']
  await tool(broker, 'kafka-console-producer', args, lines.join(''))
}

interface App {
  readonly process: ChildProcess
  /** Resolves when it has processed so many records. */
  hasSeen(count: number): Promise<void>
}

function startApp(broker: Broker, classes: string, run: number): App {
  const stateDir = temporaryDir(`apps-state-${run}-`)
  const process = launch('java', besideTools(classes, 'Copy', broker.address, stateDir))
  let said = ''
  process.stdout?.on('data', chunk => (said += chunk))
  process.stderr?.resume()
  return {
    process,
    hasSeen: count =>
      eventually(`${count} records seen`, () => {
        const last = said.lastIndexOf('seen ')
        return last >= 0 && Number.parseInt(said.slice(last + 5), 10) >= count
      }),
  }
}

/** Lines of key, tab and value of what is committed: `count` of them, or fewer if no more come for a while. */
async function readAll(broker: Broker, topic: string, count: number, timeoutMs = 60_000): Promise<string[]> {
  const args = ['--topic', topic, '--from-beginning', '--isolation-level', 'read_committed']
  const bounds = ['--max-messages', String(count), '--timeout-ms', String(timeoutMs)]
  const out = await tool(broker, 'kafka-console-consumer', [
    ...args,
    ...bounds,
    '--formatter-property',
    'print.key=true',
  ])
  return out.split('\n').filter(line => line !== '')
}

/** The last count of every key. */
async function latest(broker: Broker): Promise<number[]> {
  const counts = new Map<string, number>()
  for (const line of await readAll(broker, 'counts', 1_000_000, 5_000)) {
    const [key, count] = line.split('\t')
    counts.set(key!, Number(count))
  }
  return counts.size === keyCount ? [...counts.values()] : [-1]
}
