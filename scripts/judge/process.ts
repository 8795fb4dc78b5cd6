/** Child processes of the judges: bounded, reaped, and gone when this process goes. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

const children = new Set<ChildProcess>()
const litter = new Set<string>()
let reaping = false

/** Ends every process started here when this one ends, also on Ctrl-C. */
function reapOnExit(): void {
  if (reaping) return
  reaping = true
  process.on('exit', () => {
    for (const child of children) endGroup(child, 'SIGKILL')
    for (const dir of litter) fs.rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))
}

/** A new temporary directory that goes when this process goes. */
export function temporaryDir(prefix: string): string {
  reapOnExit()
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), prefix))
  litter.add(dir)
  return dir
}

/** Signals a child started by `launch` together with what it started. */
export function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    child.kill(signal)
  }
}

/** Starts a program as a process group of its own. */
export function launch(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  reapOnExit()
  const child = spawn(command, args, { ...options, detached: true })
  children.add(child)
  child.once('exit', () => children.delete(child))
  child.once('error', () => children.delete(child))
  return child
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly timeoutMs?: number
  readonly input?: string | Buffer
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
}

/** Runs a program to its end and returns what it said. Rejects when it cannot start or takes longer than `timeoutMs`. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { timeoutMs = 60_000, input, env, cwd } = options
  return new Promise((resolve, reject) => {
    const child = launch(command, args, { env: env ?? process.env, ...(cwd === undefined ? {} : { cwd }) })
    let stdout = ''
    let stderr = ''
    const timer = setTimeout(() => {
      endGroup(child, 'SIGKILL')
      reject(
        new Error(
          `${command} ${args.join(' ').slice(0, 200)} did not end within ${timeoutMs} ms: ${stderr.slice(-300)}`,
        ),
      )
    }, timeoutMs)
    child.stdout?.on('data', chunk => {
      stdout += chunk
    })
    child.stderr?.on('data', chunk => {
      stderr += chunk
    })
    child.once('error', error => {
      clearTimeout(timer)
      reject(error)
    })
    child.once('close', code => {
      clearTimeout(timer)
      resolve({ code, stdout, stderr })
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

/** Like `run`, but a bad exit code is an error that carries the end of what the program said. */
export async function mustRun(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options)
  if (code !== 0)
    throw new Error(
      `${command} ${args.slice(0, 6).join(' ')} ended with ${code}: ${(stderr || stdout).trim().slice(-600)}`,
    )
  return stdout
}

/** Whether a program of that name is on the PATH. */
export function present(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some(dir => dir !== '' && fs.existsSync(`${dir}/${program}`))
}

/** Resolves true when something accepts connections on loopback at `port`. */
export function listening(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** A port that was free a moment ago, and so was the one above it. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = firstPort + 2 * Math.floor(Math.random() * portPairs)
    if (given.has(port)) continue
    given.add(port)
    if ((await isFree(port)) && (await isFree(port + 1))) return port
  }
  throw new Error(`no pair of ports is free between ${firstPort} and ${firstPort + 2 * portPairs}`)
}

/** Below the range out of which the system takes ports for connections, so that none of those gets in between. */
const firstPort = 18_000
const portPairs = 5_000
/** Two who ask at the same time must not be given the same. */
const given = new Set<number>()

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** Polls until `holds` answers something truthy, and returns that; rejects with `what` after `timeoutMs`. */
export async function until<T>(what: string, timeoutMs: number, holds: () => Promise<T> | T, everyMs = 50): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const value = await holds()
    if (value) return value
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await sleep(everyMs)
  }
}

const ticksPerSecond = 100

/** CPU seconds (user and system, all threads) a process has used so far. */
export function cpuSeconds(pid: number): number {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'latin1'))
  return Number(line?.[1] ?? 0) * 1024
}
