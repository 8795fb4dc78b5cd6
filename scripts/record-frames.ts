/**
 * Records golden frames: stands between clients and a real Apache Kafka, keeps one exchange of each API and version by each
 * client, and holds what our codecs make of it to the broker's own account in its request log.
 *
 *     record-frames --listen PORT --broker PORT --name NAME --out FOLDER --log FILE --clients NAME=PREFIX,...
 *
 * The broker has to log requests as JSON (logger `kafka.request.logger` at level trace into FILE) and to advertise the port
 * listened on. Clients are told apart by prefixes of their client ids. What is in the folder stays, and only versions that
 * are not there are added: 4.4 first, then 3.9 for the versions that 4.4 dropped. Stops at SIGINT, and writes then.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Frames } from '../src/protocol/frame'
import { readRequestHeader } from '../src/protocol/header'
import { Reader } from '../src/protocol/wire/reader'
import { agreesWithLog, exchangeOf, type Exchange, isRewrittenAlike } from './golden'

interface Captured {
  /** The broker's name for the connection, as far as the proxy knows it. */
  readonly port: number
  readonly correlationId: number
  readonly clientId: string | null
  readonly request: Buffer
  response: Buffer | null
}

const maxFrameBytes = 100 * 1024 * 1024
/** Of exchanges up to this the largest is kept, since it says most; above it the smallest. */
const enoughBytes = 1600

const { values: options } = parseArgs({
  options: {
    listen: { type: 'string', default: '29112' },
    broker: { type: 'string', default: '29110' },
    out: { type: 'string', default: 'test/golden/frames' },
    log: { type: 'string', default: '' },
    clients: { type: 'string', default: '' },
    name: { type: 'string', default: 'Apache Kafka' },
  },
})

const nobody = { client: '', broker: '' }
const captured: Captured[] = []

function relay(client: Socket): void {
  const broker = connect(Number(options.broker), '127.0.0.1')
  const waiting: Captured[] = []
  const early: Buffer[] = []
  const asked = new Frames(maxFrameBytes, frame => {
    const { apiKey, correlationId, clientId } = readRequestHeader(new Reader(frame))
    const entry = { port: broker.localPort ?? 0, correlationId, clientId, request: Buffer.from(frame), response: null }
    const isUnanswered = apiKey === 0 && /"acks":0/.test(JSON.stringify(exchangeOf(frame, null, nobody)?.request.value))
    if (!isUnanswered) waiting.push(entry)
    captured.push(entry)
  })
  const told = new Frames(maxFrameBytes, frame => {
    const entry = waiting.shift()
    if (entry !== undefined) entry.response = Buffer.from(frame)
  })
  const ask = (bytes: Buffer): void => {
    asked.push(bytes)
    broker.write(bytes)
  }
  client.on('data', bytes => (broker.connecting ? early.push(bytes) : ask(bytes)))
  broker.on('connect', () => early.forEach(ask))
  broker.on('data', bytes => {
    told.push(bytes)
    client.write(bytes)
  })
  for (const [one, other] of [
    [client, broker],
    [broker, client],
  ] as const) {
    one.on('close', () => other.destroy())
    one.on('error', () => other.destroy())
  }
}

/** The broker's account of each exchange, by port of the connection, API and correlation id. */
function readLog(file: string): Map<string, unknown> {
  const entries = new Map<string, unknown>()
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const from = line.indexOf('Completed request:')
    if (from < 0) continue
    const text = line.slice(from + 'Completed request:'.length)
    const entry = JSON.parse(text.slice(0, text.lastIndexOf('}') + 1))
    const port = /-127\.0\.0\.1:(\d+)-/.exec(entry.connection)?.[1]
    const { requestApiKey, correlationId } = entry.requestHeader
    entries.set(`${port} ${requestApiKey} ${correlationId}`, entry)
  }
  return entries
}

function clientOf(clientId: string | null): string {
  for (const pair of options.clients.split(',')) {
    const [name, prefix] = pair.split('=')
    if (name !== undefined && prefix !== undefined && (clientId ?? '').startsWith(prefix)) return name
  }
  return 'other'
}

function save(): void {
  const log = readLog(options.log)
  const kept = new Map<string, Exchange>()
  let [checked, fields] = [0, 0]
  for (const { port, correlationId, clientId, request, response } of captured) {
    const exchange = exchangeOf(request, response, { client: clientOf(clientId), broker: options.name })
    const account = log.get(`${port} ${request.readInt16BE(0)} ${correlationId}`)
    if (exchange === null || account === undefined) continue
    try {
      fields += agreesWithLog(exchange, account)
      if (!isRewrittenAlike(exchange))
        throw new Error(`${exchange.api} v${exchange.version} of ${exchange.client} is spelled otherwise by us`)
    } catch (error) {
      process.stdout.write(`not kept: ${(error as Error).message}\n`)
      continue
    }
    checked++
    const key = `${exchange.api} ${exchange.version} ${exchange.client}`
    const known = kept.get(key)
    if (known === undefined || isBetter(exchange, known)) kept.set(key, exchange)
  }
  write(kept)
  process.stdout.write(`${captured.length} exchanges, ${checked} with ${fields} fields checked, ${kept.size} kept\n`)
}

function isBetter(exchange: Exchange, known: Exchange): boolean {
  const [sizeBytes, knownBytes] = [sizeOf(exchange), sizeOf(known)]
  if (sizeBytes > enoughBytes) return sizeBytes < knownBytes
  return knownBytes > enoughBytes || sizeBytes > knownBytes
}

function sizeOf(exchange: Exchange): number {
  return (exchange.request.hex.length + (exchange.response?.hex.length ?? 0)) / 2
}

function write(kept: ReadonlyMap<string, Exchange>): void {
  mkdirSync(options.out, { recursive: true })
  for (const api of new Set([...kept.values()].map(exchange => exchange.api))) {
    const file = join(options.out, `${api}.json`)
    const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Exchange[]) : []
    const isNew = ({ version }: Exchange): boolean => !known.some(other => other.version === version)
    const exchanges = [...known, ...[...kept.values()].filter(exchange => exchange.api === api && isNew(exchange))]
    exchanges.sort((a, b) => a.version - b.version || a.client.localeCompare(b.client))
    const lines = exchanges.map(exchange => JSON.stringify(exchange))
    writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`)
  }
}

const server = createServer(relay).listen(Number(options.listen), '127.0.0.1')
process.once('SIGINT', () => {
  server.close()
  save()
  process.exit(0)
})
