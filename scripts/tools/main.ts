/**
 * Apache Kafka's console tools on a fresh Apache Kafka and on a fresh broker of ours: the same commands, and what they print compared.
 *
 *     npm run tools -- [--only REGEX] [--port P] [--apart] [--verbose]
 *
 * The tools of a broker share one Java, which takes a fifth of the time; with `--apart` each has its own.
 * What comes out is what docs/generated/tools.md says. Ids, times, ports and paths are told apart by nobody, so they are masked. Fails on a difference that `differences.ts` does not explain.
 */
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { Broker } from '../judge/broker'
import { fetchKafka, kafka, kafkaVersion, toolCommand, whyNoKafka } from '../judge/kafka'
import { odradek, whyNoOdradek } from '../judge/odradek'
import { type Finished, run, sleep, temporaryDir } from '../judge/process'
import { authorizerSettings, tokenClient } from '../judge/security'
import {
  type ToolCommand,
  clientFiles,
  commands,
  files,
  saslSettings,
  securedCommands,
  tokenCommands,
} from './commands'
import { type Explained, explained, explanationOf } from './differences'
import { normalised } from './normalised'
import { compiledTools, OneJava } from './one-java'
import { prepareRecords, recordCommands, recordFiles } from './records'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    port: { type: 'string', default: '0' },
    apart: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
})

const settings = { 'offsets.topic.num.partitions': '1', 'transaction.state.log.num.partitions': '1' }

/** What stands for words in braces: the same for both brokers, but for their tokens. */
type Places = Map<string, string>

interface Setting {
  readonly dir: string
  readonly places: Places
  readonly runTool: (tool: string, args: readonly string[]) => Promise<Finished>
}

const runApart = (tool: string, args: readonly string[]): Promise<Finished> =>
  run('java', toolCommand(tool, args), { timeoutMs: 60_000 })

/** These print out of hash tables, in any order. */
const unordered = ['kafka-acls', 'kafka-delegation-tokens']

async function printed(broker: Broker, { tool, args }: ToolCommand, { dir, places, runTool }: Setting) {
  const own = args.map(arg => arg.replace(/^\{(\w+)\}$/, (whole, name: string) => places.get(name) ?? whole))
  // Tools with a subcommand take it last.
  const line = ['--bootstrap-server', `127.0.0.1:${broker.port}`]
  const all = tool === 'kafka-cluster' ? [own[0]!, ...line, ...own.slice(1)] : [...line, ...own]
  const { code, stdout, stderr } = await runTool(tool, all)
  if (tool === 'kafka-delegation-tokens' && code === 0 && args.includes('--create')) keepToken(stdout, dir, places)
  const text = normalised(`exit ${code}\n${stdout}\n${stderr}`, broker)
  return unordered.includes(tool) ? text.split('\n').sort().join('\n') : text
}

/** For the commands that follow, and for clients that have nothing else. */
function keepToken(stdout: string, dir: string, places: Places): void {
  const [, id = '', hmac = ''] = /^([\w-]{22})\s+([\w+/]{86}==)/m.exec(stdout) ?? []
  const file = path.join(dir, `${id}.properties`)
  fs.writeFileSync(file, tokenClient(id, hmac))
  for (const [name, value] of Object.entries({ hmac, token: file })) places.set(name, value)
}

/** The explanations that a command needed. */
const used = new Set<Explained>()

const cut = (text: string) => text.split('\n').slice(0, 12).join('\n      ')

function told(name: string, theirs: string, ours: string): 'same' | 'explained' | 'different' {
  if (theirs === ours) return 'same'
  const [a, b] = [new Set(theirs.split('\n')), new Set(ours.split('\n'))]
  const onlyTheirs = [...a].filter(line => !b.has(line))
  const onlyOurs = [...b].filter(line => !a.has(line))
  const explanation = explanationOf(name)
  if (explanation !== undefined) {
    used.add(explanation)
    return 'explained'
  }
  process.stdout.write(`    kafka ${cut(onlyTheirs.join('\n'))}\n    ours  ${cut(onlyOurs.join('\n'))}\n`)
  return 'different'
}

const nameOf = ({ tool, args }: ToolCommand) => `${tool} ${args.join(' ')}`

interface Story {
  readonly commands: readonly ToolCommand[]
  /** How far its ports are from the first. */
  readonly apart: number
  readonly settings?: Readonly<Record<string, string>>
  readonly protocol?: 'PLAINTEXT' | 'SASL_PLAINTEXT'
  /** Makes what the commands look at. */
  readonly prepare?: (port: number) => Promise<void>
}

const stories: readonly Story[] = [
  { commands, apart: 0 },
  { commands: recordCommands, apart: 30, prepare: prepareRecords },
  { commands: securedCommands, apart: 10, settings: authorizerSettings },
  { commands: tokenCommands, apart: 20, settings: saslSettings, protocol: 'SASL_PLAINTEXT' },
]

const isReading = ({ args }: ToolCommand): boolean => args.some(arg => /^(--)?(list|describe)\b/.test(arg))

/** A broker of Kafka hears of what its controller has decided a moment after who asked for it has. */
const settleMs = 200
const settledMs = 5_000

/** Asks again for as long as they may still hear of something. */
async function untilAlike(ask: () => Promise<string[]>): Promise<string[]> {
  const deadline = performance.now() + settledMs
  for (;;) {
    const said = await ask()
    if (said[0] === said[1] || performance.now() > deadline) return said
    await sleep(settleMs)
  }
}

/** Commands one after the other, on two brokers of their own. */
async function play(
  { apart, protocol = 'PLAINTEXT', ...story }: Story,
  all: readonly ToolCommand[],
  { dir, places, classes }: { dir: string; places: Places; classes: string },
  counts: { asked: number; failed: number },
): Promise<void> {
  if (all.length === 0) return
  const port = options.port === '0' ? 0 : Number(options.port) + apart
  const set = { ...settings, ...story.settings }
  const [theirs, ours] = await Promise.all([
    Broker.start(kafka('1g', kafkaVersion, protocol), { port, settings: set }),
    Broker.start(odradek({ profile: 'strict', protocol }), { port: port === 0 ? 0 : port + 5, settings: set }),
  ])
  const javas = options.apart ? [] : [new OneJava(classes), new OneJava(classes)]
  const runners = [0, 1].map(at => javas[at]?.run.bind(javas[at]) ?? runApart)
  try {
    if (story.prepare) await Promise.all([theirs, ours].map(broker => story.prepare!(broker.port)))
    const [onTheirs, onOurs] = [theirs, ours].map(
      (broker, at) => [broker, { dir, places: new Map(places), runTool: runners[at]! }] as const,
    )
    for (const command of all) {
      const name = nameOf(command)
      counts.asked++
      const ask = () => Promise.all([onTheirs!, onOurs!].map(([broker, setting]) => printed(broker, command, setting)))
      const [a, b] = await (isReading(command) && explanationOf(name) === undefined ? untilAlike(ask) : ask())
      if (!isReading(command)) await sleep(settleMs)
      const verdict = told(name, a!, b!)
      if (verdict === 'different') counts.failed++
      const exit = a!.split('\n').find(line => line.startsWith('exit'))
      process.stdout.write(`${verdict.padEnd(9)} ${exit} ${name}\n`)
      if (options.verbose) process.stdout.write(`      ${cut(a!)}\n`)
    }
  } finally {
    for (const java of javas) java.end()
    await Promise.all([theirs.dispose(), ours.dispose()])
  }
}

async function main(): Promise<void> {
  const missing = whyNoKafka()
  if (missing !== null) {
    process.stdout.write(`tools: skipped, since no Apache Kafka can be started here: ${missing}\n0 passed, 0 failed\n`)
    return
  }
  const unbuilt = whyNoOdradek()
  if (unbuilt !== null) throw new Error(unbuilt)
  await fetchKafka()
  const dir = temporaryDir('tools-')
  const places = new Map(
    Object.entries({ ...files, ...recordFiles, ...clientFiles, empty: '' }).map(([name, text]) => {
      const file = path.join(dir, `${name}.json`)
      fs.writeFileSync(file, text)
      return [name, file]
    }),
  )
  const classes = await compiledTools()
  const only = new RegExp(options.only ?? '')
  const counts = { asked: 0, failed: 0 }
  try {
    for (const story of stories) {
      const asked = story.commands.filter(command => only.test(nameOf(command)))
      await play(story, asked, { dir, places, classes }, counts)
    }
  } finally {
    fs.rmSync(dir, { recursive: true, force: true })
  }
  const { asked, failed } = counts
  const idle = options.only === undefined ? explained.filter(row => !used.has(row)) : []
  for (const { why } of idle) process.stdout.write(`an explanation that nothing needs: ${why}\n`)
  process.stdout.write(`${asked - failed} passed, ${failed} failed\n`)
  process.exit(failed > 0 || idle.length > 0 ? 1 : 0)
}

main().catch((error: unknown) => {
  process.stderr.write(`tools: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
