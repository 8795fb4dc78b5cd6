/** The command as its users run it: a process of its own, from `dist`, on loopback. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClientConnection } from '../../src/client/connection'
import { nodeTimers } from '../../src/platform/node/clock'
import { nodeNetwork } from '../../src/platform/node/network'

const root = join(__dirname, '../..')
const command = join(root, 'bin/odradek.js')

export interface Ready {
  readonly event: 'ready'
  readonly bootstrapServers: string
  readonly host: string
  readonly port: number
  readonly listeners: readonly {
    readonly name: string
    readonly protocol: string
    readonly host: string
    readonly port: number
  }[]
  readonly version: string
  readonly profile: string
  readonly storage: 'memory' | 'directory'
  readonly dataDir: string | null
  readonly flush: string
  readonly clusterId: string
  readonly nodeId: number
  readonly pid: number
  readonly readyMs: number
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const running = new Set<ChildProcess>()
const scratches: string[] = []

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  for (const directory of scratches.splice(0)) rmSync(directory, { recursive: true, force: true })
})

/** A new empty directory, removed after the test. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'odradek-'))
  scratches.push(directory)
  return directory
}

export { freePort } from '../../scripts/judge/process'

export class Odradek {
  readonly #child: ChildProcess
  #stdout = ''
  #stderr = ''
  readonly ended: Promise<Ended>
  readonly #connections: ClientConnection[] = []
  #ready: Promise<Ready> | null = null

  /** `openFiles` is how many files it may have open; as many as the test itself when left out. */
  constructor(args: readonly string[], environment: { readonly [name: string]: string } = {}, openFiles?: number) {
    if (!existsSync(join(root, 'dist/cli/main.js'))) throw new Error('dist is missing: npm run build')
    // What a test runner was called with is nothing that a user would have.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(ODRADEK|npm)_/i.test(name)))
    const limited = openFiles === undefined ? [] : ['sh', '-c', `ulimit -n ${openFiles}; exec "$0" "$@"`]
    const [file, ...words] = [...limited, process.execPath, command, ...args]
    this.#child = spawn(file!, words, { env: { ...env, ...environment } })
    running.add(this.#child)
    this.#child.stdout!.on('data', chunk => (this.#stdout += String(chunk)))
    this.#child.stderr!.on('data', chunk => (this.#stderr += String(chunk)))
    this.ended = new Promise(resolve => {
      this.#child.on('close', code => {
        running.delete(this.#child)
        resolve({ code, stdout: this.#stdout, stderr: this.#stderr })
      })
    })
  }

  /** What it has said so far. */
  get stderr(): string {
    return this.#stderr
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** The first line it prints, which with --json says that it is ready. Rejects when it ends before. */
  ready(): Promise<Ready> {
    // Once, whoever asks: each look has a listener.
    this.#ready ??= this.#readyLine()
    return this.#ready
  }

  async #readyLine(): Promise<Ready> {
    const line = new Promise<string>((resolve, reject) => {
      const look = () => {
        const end = this.#stdout.indexOf('\n')
        if (end >= 0) resolve(this.#stdout.slice(0, end))
      }
      this.#child.stdout!.on('data', look)
      look()
      void this.ended.then(({ code, stderr }) => reject(new Error(`it ended with ${code}: ${stderr}`)))
    })
    return JSON.parse(await line) as Ready
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  stop(): Promise<Ended> {
    this.signal('SIGTERM')
    return this.ended
  }

  /** By the first listener, or by that of a name. */
  async connect(listener?: string): Promise<ClientConnection> {
    const { listeners } = await this.ready()
    const { port } = listeners.find(({ name }) => name === listener) ?? listeners[0]!
    const options = { timers: nodeTimers, clientId: 'system', requestTimeoutMs: 30_000, maxFrameBytes: 1 << 20 }
    const connection = await ClientConnection.open({ host: '127.0.0.1', port }, { ...options, network: nodeNetwork })
    this.#connections.push(connection)
    return connection
  }
}

/** Runs to the end, for a command that is expected to end by itself. */
export const ran = (args: readonly string[], environment?: { readonly [name: string]: string }): Promise<Ended> =>
  new Odradek(args, environment).ended
