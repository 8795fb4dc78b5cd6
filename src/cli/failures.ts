/** `odradek failures -- COMMAND`: runs a command once for each standard failure, each time with a broker of its own. */
import { resolve } from 'node:path'
import type { ClusterFacts } from '../embedded/contract/commands'
import { LocalEngine } from '../embedded/cluster/engine'
import { controlOf } from '../embedded/contract/environment'
import { chosenFailures, type Failure } from '../embedded/failures/failures'
import { faultFrom } from '../embedded/door/fault-spec'
import {
  askedNothing,
  MatrixReport,
  noFailure,
  type Trial,
  tryFailures,
  type Verdict,
  verdictLine,
} from '../embedded/failures/trials'
import type { NodeConfig } from '../node/config/config'
import { nodeHttp } from '../platform/node/http'
import type { Platform } from '../platform/platform'
import { exitCodeOf, type OwnProgram, type Process, type Signal } from '../platform/process'
import type { TopicSpec } from '../embedded/contract/options'
import type { CommandLine } from './flags'
import { topicsFrom } from './topics'
import { variablesOf } from './variables'

const timeoutSecondsDefault = 60
/** How long a command that was told to end, and what it has started, may take to do so. */
const graceMs = 2_000
const againMs = 20
/** What a command said at the end is what tells why it failed. */
const shownLinesMax = 40

/** Ends the process: 0 when everything was survived, 1 when something was not, 2 when nothing could be tried. */
export async function playFailures(
  line: CommandLine,
  process: Process,
  platform: Platform,
  config: NodeConfig,
  nodes = 1,
): Promise<void> {
  const mistake = (why: string): void => {
    process.complain(`odradek: ${why}`)
    process.exit(2)
  }
  const { only, without, timeout = String(timeoutSecondsDefault), report } = line.matrix
  const seconds = Number(timeout)
  if (!(seconds > 0)) return mistake(`--timeout ${timeout}: give seconds, such as --timeout 60`)
  let failures: readonly Failure[]
  let topics: readonly TopicSpec[]
  try {
    topics = topicsFrom(line.topics)
    failures = chosenFailures(only, without)
  } catch (error) {
    return mistake(`${(error as Error).message} (odradek failures --list)`)
  }
  if (line.matrix.list) {
    for (const { name, says } of failures) process.print(`${name.padEnd(40)} ${says}`)
    return process.exit(0)
  }
  const trials = new Trials(line, process, platform, seconds * 1_000)
  await trials.open(config, nodes, topics)
  const said: Verdict[] = []
  const played = await tryFailures(
    failures,
    platform.clock,
    failure => trials.play(failure),
    verdict => {
      said.push(verdict)
      say(verdict, process)
    },
  )
  await trials.close()
  if (report !== undefined) {
    // Where nothing can be learnt, what was tried with nothing wrong is the one that failed.
    const { files } = platform
    await files.replaceFile(resolve(process.workingDir, report), (played ?? new MatrixReport(said)).junit())
  }
  if (!played && trials.isUnasked) {
    process.complain(`odradek: ${askedNothing}, so nothing can go wrong for it: KAFKA_BROKERS says where the broker is`)
    return process.exit(1)
  }
  if (!played) return mistake('the command fails without any failure, so there is nothing to learn from the others')
  process.print(played.summary())
  process.exit(played.ok ? 0 : 1)
}

function say(verdict: Verdict, process: Process): void {
  process.print(verdictLine(verdict))
  if (verdict.message === null) return
  // The line of a failure has the first already.
  const lines = verdict.message.split('\n').slice(verdict.outcome === 'failed' ? 1 : 0)
  for (const said of lines.slice(-shownLinesMax)) process.print(`     | ${said}`)
}

class Trials {
  readonly #line: CommandLine
  readonly #process: Process
  readonly #platform: Platform
  readonly #timeoutMs: number
  readonly #engine: LocalEngine
  #origin: ClusterFacts | null = null
  #control = ''
  #running: OwnProgram | null = null
  #isInterrupted = false
  /** Whether the command did well without a failure, and without a broker. */
  isUnasked = false

  constructor(line: CommandLine, process: Process, platform: Platform, timeoutMs: number) {
    this.#line = line
    this.#process = process
    this.#platform = platform
    this.#timeoutMs = timeoutMs
    this.#engine = new LocalEngine(platform, { log: () => {} }, nodeHttp)
    process.onSignal(signal => void this.#interrupted(signal))
  }

  /** What runs goes with us; a second signal waits for nothing. */
  async #interrupted(signal: Signal): Promise<void> {
    const [running, wasAsked] = [this.#running, this.#isInterrupted]
    this.#isInterrupted = true
    if (running && wasAsked) running.signal('SIGKILL')
    else if (running) await this.#end(running, signal)
    this.#process.exit(exitCodeOf[signal])
  }

  /** Resolves when nothing is left of a program: after a grace it is made to end. */
  async #end(program: OwnProgram, signal: Signal): Promise<void> {
    const { clock, timers } = this.#platform
    const deadlineMs = clock.monotonic() + graceMs
    program.signal(signal)
    while (program.isAlive() && clock.monotonic() < deadlineMs) {
      await new Promise<void>(resolve => timers.after(againMs, resolve))
    }
    if (program.isAlive()) program.signal('SIGKILL')
  }

  async open(config: NodeConfig, nodes: number, topics: readonly TopicSpec[]): Promise<void> {
    this.#origin = await this.#engine.open(config, nodes)
    await this.#engine.ask(this.#origin.cluster, 'seedTopics', topics)
    this.#control = await this.#engine.ask(this.#origin.cluster, 'control', null)
  }

  close(): Promise<void> {
    return this.#engine.close()
  }

  async play(failure: Failure): Promise<Trial> {
    const facts = await this.#engine.ask(this.#origin!.cluster, 'fork', { from: null })
    const ids: number[] = []
    for (const spec of failure.faults) ids.push(await this.#engine.ask(facts.cluster, 'addFault', faultFrom(spec)))
    let message = await this.#run(failure, facts)
    if (message === null && failure === noFailure) {
      const requests = await this.#engine.ask(facts.cluster, 'requests', { api: null, clientId: null })
      this.isUnasked = requests.length === 0
      if (this.isUnasked) message = askedNothing
    }
    let hits = 0
    for (const id of ids) hits += await this.#engine.ask(facts.cluster, 'faultHits', id)
    await this.#engine.ask(facts.cluster, 'stop', { drainMs: 0 })
    return { hits, message }
  }

  /** Null when the command ends with 0 in time. */
  async #run(failure: Failure, facts: ClusterFacts): Promise<string | null> {
    const [command, ...args] = this.#line.program as [string, ...string[]]
    const where = variablesOf({ nodes: facts.nodes, control: controlOf(this.#control, facts) }, this.#line.env)
    const env = { ...this.#process.env, ...where, ODRADEK_FAILURE: failure.name }
    const child = this.#process.run(command, args, env, { isHeard: true })
    this.#running = child
    const { timers } = this.#platform
    let late: Promise<void> | null = null
    const cancel = timers.after(this.#timeoutMs, () => (late = this.#end(child, 'SIGTERM')))
    try {
      const code = await child.ended
      // It may have ended before what it has started.
      await (late as Promise<void> | null)
      // Nothing more is tried, nor told: the process ends in a moment.
      if (this.#isInterrupted) await new Promise<never>(() => {})
      if (late) return `it was not done after ${this.#timeoutMs / 1_000} s\n${child.said()}`
      return code === 0 ? null : `it ended with exit code ${code}\n${child.said()}`
    } catch (error) {
      return `${command} cannot be run: ${(error as Error).message}`
    } finally {
      cancel()
      this.#running = null
    }
  }
}
