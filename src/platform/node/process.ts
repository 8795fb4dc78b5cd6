/** The process as Node shows it. */
import type { StdioOptions } from 'node:child_process'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import { setFlagsFromString } from 'node:v8'
import { exitCodeOf, type Process, type Signal } from '../process'
import { nodeTimers } from './clock'
import { neighbours } from './neighbours'

// Nobody may be left to read what we write, as when `odradek | head -1` has seen its line; that is no reason to die.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

export const nodeProcess: Process = {
  argv: process.argv.slice(2),
  script: process.argv[1] ?? '',
  env: process.env,
  pid: process.pid,
  get workingDir() {
    return process.cwd()
  },
  hasTerminal: [0, 1, 2].some(isatty),
  isTerminal: process.stdout.isTTY === true,

  print: line => void process.stdout.write(`${line}\n`),
  complain: line => void process.stderr.write(`${line}\n`),

  stay() {
    setInterval(() => {}, 2 ** 30)
    // A broker makes much that is garbage at once and keeps little: threads that help to collect it cost a tenth of the
    // processor and save nothing. Set here, since V8 takes code that was compiled ahead only with the flags of that time.
    setFlagsFromString('--no-parallel-scavenge')
  },

  exit(code) {
    process.exitCode = code
    // A pipe takes what is written to it later than we return; a reader that stopped reading is not waited for.
    nodeTimers.after(exitPatienceMs, () => process.exit())
    process.stdout.write('', () => process.stderr.write('', () => process.exit()))
  },

  run(command, args, env, how) {
    const { spawn } = require('node:child_process') as typeof import('node:child_process')
    // On Windows npm and its like are scripts, which only a shell finds.
    const shell = process.platform === 'win32'
    const stdio: StdioOptions = how?.isHeard ? ['ignore', 'pipe', 'pipe'] : 'inherit'
    const isGroup = how?.isHeard === true && !shell
    const child = spawn(command, args, { stdio, env: { ...env }, shell, detached: isGroup })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8')
      stream?.on('data', (text: string) => (said = (said + text).slice(-saidMax)))
    }
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        const result = code ?? 128 + constants.signals[signal ?? 'SIGTERM']
        if (!how?.isHeard) return resolve(result)
        // The end of what it said may come after its own; programs that it left behind may go on talking.
        child.once('close', () => resolve(result))
        nodeTimers.after(exitPatienceMs, () => resolve(result))
      })
    })
    let isOver = false
    ended.catch(() => undefined).finally(() => (isOver = true))
    return {
      ended,
      said: () => said,
      signal(signal) {
        if (isGroup) tellGroup(child.pid, signal)
        else if (how?.isHeard)
          spawn('taskkill', ['/pid', String(child.pid), '/T', '/F']).on('error', () => child.kill())
        else child.kill(signal)
      },
      isAlive: () => (isGroup ? tellGroup(child.pid, 0) : !isOver),
    }
  },

  onSignal(run) {
    for (const signal of Object.keys(exitCodeOf) as Signal[]) process.on(signal, () => run(signal))
  },

  holderOfPort: neighbours.holderOfPort,
  named: neighbours.named,
}

/** False when there is nobody in it any more. */
function tellGroup(leader: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (leader === undefined) return false
  try {
    return process.kill(-leader, signal)
  } catch {
    return false
  }
}

const exitPatienceMs = 1_000
const saidMax = 64 * 1024
