/** Runs a broker until somebody asks it to stop. */
import { resolve } from 'node:path'
import { ConfigRefused, type ConfigAnswer, type NodeConfig, readConfig } from '../node/config/config'
import type { Address } from '../platform/network'
import { silentLogger } from '../platform/logger'
import type { Platform } from '../platform/platform'
import { exitCodeOf, type Process, type Signal } from '../platform/process'
import { type ReadyFacts, banner, readyJson } from './banner'
import type { CommandLine } from './flags'
import { runBeside } from './run'
import { type Refusal, missingDataDir, refusedConfig, refusedStart } from './refusals'

/** What `startNode` gives. */
export interface ServedNode {
  /** Of the first listener. */
  readonly address: Address
  /** In the order of the listeners. */
  readonly addresses: readonly Address[]
  /** Of each node of several, the first among them, in the order of the listeners. */
  readonly nodes?: readonly (readonly Address[])[]
  readonly clusterId: string
  readonly nodeId: number
  /** Where it is controlled, if that was asked for. */
  readonly controlUrl?: string
  /** Answers what is in flight, flushes, and marks the shutdown as clean. */
  stop(): Promise<void>
}

/** `nodes` is how many there are to be. */
export type StartNode = (platform: Platform, config: NodeConfig, nodes: number) => Promise<ServedNode>

/** Two signals in so short a time are one wish: npm and the terminal both pass Ctrl-C on. */
const sameWishMs = 100
/** A start that is nearly done gets ready first and stops in good order; one of many or large logs can take minutes. */
const startGraceMs = 2_000

export async function serve(line: CommandLine, process: Process, platform: Platform, start: StartNode): Promise<void> {
  const answer = configOf(line, process, platform)
  if (answer instanceof Refused) return refuse(answer.refusal, line, process)
  const { config, warnings, nodes } = answer
  for (const warning of warnings) process.complain(`odradek: warning: ${warning}`)
  process.stay()
  platform.logger.level = config.logLevel
  if (line.command === 'failures') return failuresOf(line, process, platform, answer)
  sayWhatIsMade(line, config, process, platform)
  // A command that runs beside the broker decides when both end.
  const stopping = line.command === 'run' ? null : new Stopping(process, platform, line)
  let node: ServedNode
  try {
    if (line.readyFile !== undefined) await platform.files.remove(line.readyFile)
    node = await start(platform, config, nodes)
  } catch (error) {
    const refusal = refusedStart(error, { process, files: platform.files, config })
    if (refusal) return refuse(refusal, line, process)
    process.complain(`odradek: ${(error as Error).stack ?? String(error)}`)
    return process.exit(1)
  }
  if (stopping === null) return runBeside(node, line.program, process, line.env)
  stopping.runs(node)
  await announce(factsOf(node, config, process, platform), line, process, platform)
}

/** A broker beside a command is in memory, unless some setting says otherwise, which one may not have meant. */
function sayWhatIsMade(
  { command, flags }: CommandLine,
  { dataDir }: NodeConfig,
  process: Process,
  { files }: Platform,
): void {
  if (command !== 'run' || dataDir === null || flags.dataDir !== undefined || files.stat(dataDir) !== null) return
  process.complain(
    `odradek: log.dirs: the directory ${dataDir} is made for the data, and stays when the command has ended`,
  )
}

/** Loaded for who wants it. */
function failuresOf(line: CommandLine, process: Process, platform: Platform, answer: Answer): Promise<void> {
  const { playFailures } = require('./failures') as typeof import('./failures')
  // What a broker complains of is what was brought about, and no result.
  const quiet = line.flags.logLevel === undefined ? { ...platform, logger: silentLogger } : platform
  return playFailures(line, process, quiet, answer.config, answer.nodes)
}

const defaultProfiles = { dev: 'dev', start: 'prod', run: 'test', failures: 'test' } as const

class Refused {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    this.refusal = refusal
  }
}

interface Answer extends ConfigAnswer {
  /** How many nodes there are to be. */
  readonly nodes: number
}

function configOf(line: CommandLine, process: Process, platform: Platform): Answer | Refused {
  try {
    const nodes = nodesOf(line)
    checkVariables(line)
    checkTopics(line)
    const read = readConfig({
      flags: line.flags,
      environment: process.env,
      readFile: path => platform.files.readFile(path),
      defaultProfile: defaultProfiles[line.command],
      brokers: nodes,
    })
    const answer = { ...read, nodes }
    const { dataDir } = answer.config
    if (dataDir === null) return line.command === 'start' ? new Refused(missingDataDir(process)) : answer
    return { ...answer, config: { ...answer.config, dataDir: resolve(process.workingDir, dataDir) } }
  } catch (error) {
    if (error instanceof ConfigRefused) return new Refused(refusedConfig(error))
    throw error
  }
}

/** Throws ConfigRefused. */
function nodesOf({ brokers }: CommandLine): number {
  if (brokers === undefined) return 1
  const { checkOptions } = require('../embedded/contract/options') as typeof import('../embedded/contract/options')
  // What is no number is told as it was written.
  const count = /^\d+$/.test(brokers) ? Number(brokers) : (brokers as unknown as number)
  try {
    checkOptions({ brokers: count })
  } catch (error) {
    // The same sentence, where it is not an option of a function.
    throw new ConfigRefused([(error as Error).message.replace('brokers of startBroker', '--brokers')])
  }
  return count
}

/** Throws ConfigRefused. */
function checkTopics({ topics }: CommandLine): void {
  if (topics.length === 0) return
  const { topicsFrom } = require('./topics') as typeof import('./topics')
  topicsFrom(topics)
}

/** Throws ConfigRefused. */
function checkVariables({ env, command, control }: CommandLine): void {
  if (env.length === 0) return
  const { problemsOf } = require('./variables') as typeof import('./variables')
  const problems = problemsOf(env, control || command === 'failures')
  if (problems.length > 0) throw new ConfigRefused(problems)
}

function refuse({ lines, exitCode }: Refusal, { json }: CommandLine, process: Process): void {
  for (const said of lines) process.complain(`odradek: ${said}`)
  if (json) process.print(JSON.stringify({ event: 'refused', exitCode, problems: lines }))
  process.exit(exitCode)
}

function factsOf(node: ServedNode, config: NodeConfig, { pid }: Process, { clock }: Platform): ReadyFacts {
  const { host, port } = node.address
  const { clusterId, nodeId, controlUrl, addresses, nodes = [addresses] } = node
  return {
    config,
    controlUrl,
    addresses,
    nodes,
    host,
    port,
    clusterId,
    nodeId,
    readyMs: clock.monotonic(),
    pid,
    dataDir: config.dataDir,
  }
}

async function announce(facts: ReadyFacts, line: CommandLine, process: Process, { files }: Platform): Promise<void> {
  process.print(line.json ? readyJson(facts) : banner(facts))
  if (line.readyFile === undefined) return
  try {
    await files.replaceFile(line.readyFile, `${readyJson(facts)}\n`)
  } catch (error) {
    process.complain(`odradek: warning: the ready file cannot be written: ${(error as Error).message}`)
  }
}

/** The first signal stops in good order, the second at once. */
class Stopping {
  readonly #process: Process
  readonly #platform: Platform
  readonly #line: CommandLine
  #node: ServedNode | null = null
  #askedMs: number | null = null

  constructor(process: Process, platform: Platform, line: CommandLine) {
    this.#process = process
    this.#platform = platform
    this.#line = line
    process.onSignal(signal => this.#asked(signal))
  }

  runs(node: ServedNode): void {
    this.#node = node
    if (this.#askedMs !== null) void this.#stop(node)
  }

  #asked(signal: Signal): void {
    const nowMs = this.#platform.clock.monotonic()
    if (this.#askedMs !== null) {
      if (nowMs - this.#askedMs > sameWishMs) this.#process.exit(exitCodeOf[signal])
      return
    }
    this.#askedMs = nowMs
    if (this.#node !== null) void this.#stop(this.#node)
    else this.#platform.timers.after(startGraceMs, () => this.#giveUpStart())
  }

  /** Ends as a crash would: nobody was answered yet, and the next start goes on from what is in the files. */
  #giveUpStart(): void {
    if (this.#node !== null) return
    this.#process.complain('odradek: stopped before it was ready; nothing is lost, and the next start begins again.')
    if (this.#line.json) this.#process.print(JSON.stringify({ event: 'stopped' }))
    this.#process.exit(0)
  }

  async #stop(node: ServedNode): Promise<void> {
    try {
      await node.stop()
      if (this.#line.readyFile !== undefined) await this.#platform.files.remove(this.#line.readyFile)
    } catch (error) {
      this.#process.complain(`odradek: it did not stop cleanly: ${(error as Error).message}`)
      return this.#process.exit(1)
    }
    if (this.#line.json) this.#process.print(JSON.stringify({ event: 'stopped' }))
    this.#process.exit(0)
  }
}
