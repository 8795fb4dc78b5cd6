/** A broker that judges start, stop, kill and start again on the same data: ours, or a real Apache Kafka. */
import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { endGroup, freePort, launch, listening, sleep, temporaryDir } from './process'

export interface BrokerOptions {
  /** 0 or absent: any free port. */
  readonly port?: number
  /** Broker settings by Apache Kafka's names. */
  readonly settings?: Readonly<Record<string, string>>
  /** Data directory; a temporary one that goes with the broker when absent. */
  readonly dataDir?: string
}

/** How to bring one kind of broker up. */
export interface Launcher {
  readonly kind: string
  /** Before the first start only: format the directory, write configuration. */
  prepare?(facts: LaunchFacts): Promise<void>
  command(facts: LaunchFacts): {
    readonly file: string
    readonly args: readonly string[]
    readonly env?: NodeJS.ProcessEnv
  }
  /** Whether what was logged so far says that it is ready; the port must accept connections as well. */
  ready?(log: string): boolean
  readonly startTimeoutMs: number
}

export interface LaunchFacts {
  readonly port: number
  readonly dataDir: string
  readonly settings: Readonly<Record<string, string>>
}

export class Broker {
  readonly kind: string
  readonly port: number
  readonly dataDir: string
  readonly logFile: string
  private readonly launcher: Launcher
  private readonly facts: LaunchFacts
  private readonly temporary: boolean
  private child: ChildProcess | null = null

  private constructor(launcher: Launcher, facts: LaunchFacts, temporary: boolean) {
    this.kind = launcher.kind
    this.launcher = launcher
    this.facts = facts
    this.port = facts.port
    this.dataDir = facts.dataDir
    this.temporary = temporary
    this.logFile = `${facts.dataDir}.log`
  }

  /** Starts a broker and resolves when it answers. Rejects with the end of its log when it does not. */
  static async start(launcher: Launcher, options: BrokerOptions = {}): Promise<Broker> {
    if (options.port) return Broker.startOn(launcher, options.port, options)
    for (let attempt = 1; ; attempt++) {
      try {
        return await Broker.startOn(launcher, await freePort(), options)
      } catch (error) {
        // Somebody else took the port between our look at it and the broker's.
        if (attempt === 3 || !/address already in use|EADDRINUSE|is taken/i.test(String(error))) throw error
      }
    }
  }

  private static async startOn(launcher: Launcher, port: number, options: BrokerOptions): Promise<Broker> {
    const temporary = options.dataDir === undefined
    const dataDir = options.dataDir ?? path.join(temporaryDir(`judge-${launcher.kind}-`), 'data')
    const facts = { port, dataDir, settings: options.settings ?? {} }
    const broker = new Broker(launcher, facts, temporary)
    if (await listening(port)) throw new Error(`port ${port} is taken`)
    fs.mkdirSync(path.dirname(dataDir), { recursive: true })
    await launcher.prepare?.(facts)
    await broker.start()
    return broker
  }

  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.kind} is not running`)
    return this.child.pid
  }

  get running(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null
  }

  /** How the process ended: an exit code or a signal. */
  get ending(): string {
    return String(this.child?.exitCode ?? this.child?.signalCode ?? 'nothing yet')
  }

  /** The last lines of its log. */
  logTail(lines = 8): string {
    const text = fs.existsSync(this.logFile) ? fs.readFileSync(this.logFile, 'utf8') : ''
    return text.trimEnd().split('\n').slice(-lines).join('\n')
  }

  /** Starts it again on the same data and port. Returns milliseconds until it accepted connections. */
  async start(): Promise<number> {
    const { file, args, env } = this.launcher.command(this.facts)
    const log = fs.openSync(this.logFile, 'a')
    const logFrom = fs.statSync(this.logFile).size
    const began = performance.now()
    this.child = launch(file, args, { stdio: ['ignore', log, log], env: env ?? process.env })
    fs.closeSync(log)
    let failed: Error | null = null
    this.child.once('error', error => {
      failed = error
    })
    const ready = () => this.launcher.ready?.(fs.readFileSync(this.logFile, 'utf8').slice(logFrom)) ?? true
    while (performance.now() - began < this.launcher.startTimeoutMs) {
      if (failed !== null || !this.running) break
      if ((await listening(this.port)) && ready()) return performance.now() - began
      await sleep(5)
    }
    const why =
      failed === null ? (this.running ? 'does not answer' : `ended with ${this.child.exitCode}`) : String(failed)
    await this.kill()
    throw new Error(`${this.kind} ${why}:\n${this.logTail()}`)
  }

  /** SIGTERM, and SIGKILL when that does not end it in 20 s. Returns its exit code, null when a signal ended it. */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM', 20_000)
  }

  /** SIGKILL: what a crash of the process looks like from outside. */
  async kill(): Promise<void> {
    await this.end('SIGKILL', 20_000)
  }

  /** Stops it and removes what it stored, unless the directory was given. */
  async dispose(): Promise<void> {
    if (this.running) await this.stop()
    if (this.temporary) fs.rmSync(path.dirname(this.dataDir), { recursive: true, force: true })
  }

  private async end(signal: NodeJS.Signals, graceMs: number): Promise<number | null> {
    const child = this.child
    if (child === null) return null
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const over = new Promise<void>(resolve => child.once('exit', () => resolve()))
    endGroup(child, signal)
    const harder = setTimeout(() => endGroup(child, 'SIGKILL'), graceMs)
    await over
    clearTimeout(harder)
    return child.exitCode
  }
}
