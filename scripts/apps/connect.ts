/** Kafka Connect, standalone and distributed: lines of a file through a topic into another file. */
import fs from 'node:fs'
import path from 'node:path'
import type { ChildProcess } from 'node:child_process'
import type { Broker } from '../judge/broker'
import { toolCommand } from '../judge/kafka'
import { endGroup, freePort, launch, temporaryDir } from '../judge/process'
import { eventually } from './eventually'

const lineCount = 500

/** Says what was proven; rejects with what is not as it should be. */
export async function connectStandalone(broker: Broker): Promise<string> {
  const place = new Place('standalone')
  place.write(0, lineCount)
  const port = await freePort()
  const worker = { ...workerSettings(broker, port), 'offset.storage.file.filename': place.path('offsets') }
  const files = [
    place.properties('worker', worker),
    place.properties('source', { name: 'source', ...place.source }),
    place.properties('sink', { name: 'sink', ...place.sink }),
  ]
  const process = start('connect-standalone', files, place)
  await place.arrived(lineCount)
  endGroup(process, 'SIGTERM')
  return `connect standalone: ${lineCount} lines from a file through a topic into a file`
}

/** The worker is killed in between: its connectors, offsets and state are in topics, and it goes on. */
export async function connectDistributed(broker: Broker): Promise<string> {
  const place = new Place('distributed')
  place.write(0, lineCount)
  const port = await freePort()
  const topics = ['config', 'offset', 'status'].flatMap(kind => [
    [`${kind}.storage.topic`, `connect-${kind}`],
    [`${kind}.storage.replication.factor`, '1'],
  ])
  const settings = { ...workerSettings(broker, port), 'group.id': 'connect', ...Object.fromEntries(topics) }
  const file = place.properties('worker', settings)
  let process = start('connect-distributed', [file], place)
  for (const [name, config] of Object.entries({ source: place.source, sink: place.sink })) {
    await eventually(`connector ${name}`, () => ask(port, 'POST', '/connectors', { name, config }))
  }
  await place.arrived(lineCount)
  endGroup(process, 'SIGKILL')
  place.write(lineCount, lineCount)
  process = start('connect-distributed', [file], place)
  await place.arrived(2 * lineCount)
  endGroup(process, 'SIGTERM')
  return `connect distributed: connectors over REST, ${2 * lineCount} lines, the worker killed in between`
}

/** One worker's files. */
class Place {
  readonly source: { readonly [key: string]: string }
  readonly sink: { readonly [key: string]: string }
  readonly #dir: string

  constructor(name: string) {
    this.#dir = temporaryDir(`apps-connect-${name}-`)
    const file = 'org.apache.kafka.connect.file.FileStream'
    const topic = `lines-${name}`
    this.source = { 'connector.class': `${file}SourceConnector`, 'tasks.max': '1', file: this.path('in'), topic }
    this.sink = { 'connector.class': `${file}SinkConnector`, 'tasks.max': '1', file: this.path('out'), topics: topic }
  }

  path(name: string): string {
    return path.join(this.#dir, name)
  }

  write(from: number, count: number): void {
    const lines = Array.from({ length: count }, (_, at) => `line ${from + at}\n`)
    fs.appendFileSync(this.path('in'), lines.join(''))
  }

  properties(name: string, settings: { readonly [key: string]: string }): string {
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`)
    fs.writeFileSync(this.path(`${name}.properties`), lines.join(''))
    return this.path(`${name}.properties`)
  }

  /** Waits until every line is there. A killed worker may bring some twice, which is what it promises. */
  async arrived(count: number): Promise<void> {
    const out = this.path('out')
    await eventually(`${count} lines in the sink's file (${this.path('log')})`, () => {
      if (!fs.existsSync(out)) return false
      const lines = new Set(fs.readFileSync(out, 'utf8').split('\n'))
      return Array.from({ length: count }, (_, at) => `line ${at}`).every(line => lines.has(line))
    })
  }
}

const workerSettings = (broker: Broker, port: number): { readonly [key: string]: string } => ({
  'bootstrap.servers': broker.address,
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'offset.flush.interval.ms': '1000',
  listeners: `HTTP://127.0.0.1:${port}`,
  'plugin.discovery': 'only_scan',
})

function start(tool: string, files: readonly string[], place: Place): ChildProcess {
  const log = fs.openSync(place.path('log'), 'a')
  const process = launch('java', toolCommand(tool, files), { stdio: ['ignore', log, log] })
  fs.closeSync(log)
  return process
}

/** True when the worker took it; it is not there yet, or still busy, while it starts. */
async function ask(port: number, method: string, at: string, body: unknown): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${at}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return answer.ok
  } catch {
    return false
  }
}
