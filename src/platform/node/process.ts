/** The process as Node shows it. Neighbours are looked up in /proc, without any other program. */
import type { StdioOptions } from 'node:child_process'
import * as fs from 'node:fs'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import { setFlagsFromString } from 'node:v8'
import type { OtherProcess, Process, Signal } from '../process'
import { nodeTimers } from './clock'

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
    const child = spawn(command, args, { stdio, env: { ...env }, shell })
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
    return { ended, signal: signal => void child.kill(signal), said: () => said }
  },

  onSignal(run) {
    for (const signal of ['SIGINT', 'SIGTERM'] satisfies Signal[]) process.on(signal, () => run(signal))
  },

  holderOfPort(port) {
    const sockets = listeningSockets(port)
    return sockets.size === 0 ? null : (ownerOf(sockets) ?? null)
  },

  find,
}

const exitPatienceMs = 1_000
const saidMax = 64 * 1024

/** Inodes of the sockets that listen on a port, over IPv4 and IPv6; none where there is no /proc. */
export function listeningSockets(port: number): ReadonlySet<string> {
  const inodes = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (readText(table) ?? '').split('\n')) {
      // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode; 0A is LISTEN.
      const fields = line.trim().split(/\s+/)
      const local = fields[1]?.split(':')[1]
      if (fields[3] === '0A' && local && Number.parseInt(local, 16) === port) inodes.add(fields[9]!)
    }
  }
  return inodes
}

/** The first process that holds one of the sockets, of those whose files we may see. */
function ownerOf(inodes: ReadonlySet<string>): OtherProcess | null {
  const wanted = new Set([...inodes].map(inode => `socket:[${inode}]`))
  for (const pid of names('/proc').filter(name => /^\d+$/.test(name))) {
    const holds = names(`/proc/${pid}/fd`).some(fd => wanted.has(linkOf(`/proc/${pid}/fd/${fd}`) ?? ''))
    if (holds) return find(Number(pid))
  }
  return null
}

const commandLengthMax = 120

function find(pid: number): OtherProcess | null {
  const line = readText(`/proc/${pid}/cmdline`)
  if (line === null) return isAlive(pid) ? { pid, command: '' } : null
  // One line, whatever was written into the arguments: a script given with -c or -e has many.
  const spoken = line.replace(/[\0\s]+/g, ' ').trim()
  const command = spoken || (readText(`/proc/${pid}/comm`) ?? '').trim()
  return { pid, command: command.length > commandLengthMax ? `${command.slice(0, commandLengthMax)}...` : command }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process of another user is there, though we may not signal it.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readText(path: string): string | null {
  try {
    return fs.readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function names(path: string): string[] {
  try {
    return fs.readdirSync(path)
  } catch {
    return []
  }
}

function linkOf(path: string): string | null {
  try {
    return fs.readlinkSync(path)
  } catch {
    return null
  }
}
