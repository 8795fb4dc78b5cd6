/** Places to run code in, as Node has them: worker threads, and processes with a channel. */
import type { ChildProcess } from 'node:child_process'
import { Worker } from 'node:worker_threads'
import type { PlaceKind, Workers, Workplace, WorkplaceEvents } from '../workers'

/** Options of the program that starts it (loaders, inspectors, warnings) are no business of a broker's. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...environment } = process.env
  return environment
}

class Thread implements Workplace {
  readonly #worker: Worker
  #isEnded = false

  constructor(program: string, events: WorkplaceEvents) {
    const worker = new Worker(program, { execArgv: [], env: cleanEnvironment(), name: 'odradek' })
    this.#worker = worker
    let failure: Error | null = null
    worker.on('message', message => events.message(message))
    worker.on('error', error => {
      failure = error
    })
    worker.on('exit', code => {
      if (!this.#isEnded) events.gone(failure ?? new Error(`its thread ended with code ${code}`))
    })
  }

  send(message: unknown): void {
    this.#worker.postMessage(message)
  }

  hold(wanted: boolean): void {
    if (wanted) this.#worker.ref()
    else this.#worker.unref()
  }

  async end(): Promise<void> {
    this.#isEnded = true
    // Who waits for its end must live to see it.
    this.hold(true)
    await this.#worker.terminate()
  }
}

class Child implements Workplace {
  readonly #child: ChildProcess
  readonly #over: Promise<void>
  #isEnded = false

  constructor(program: string, events: WorkplaceEvents) {
    // Starting processes is rare; who needs a thread does not pay for it.
    const { fork } = require('node:child_process') as typeof import('node:child_process')
    const child = fork(program, {
      execArgv: [],
      env: cleanEnvironment(),
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child = child
    child.on('message', message => events.message(message))
    this.#over = new Promise(resolve => {
      const over = (why: Error): void => {
        resolve()
        if (this.#isEnded) return
        this.#isEnded = true
        events.gone(why)
      }
      child.once('error', over)
      child.once('exit', (code, signal) => over(new Error(`its process ended with ${signal ?? `code ${code}`}`)))
    })
  }

  send(message: unknown): void {
    // Whether it arrives is told by the end of the process, if by anything.
    if (this.#child.connected) this.#child.send(message as object, () => {})
  }

  hold(wanted: boolean): void {
    if (wanted) {
      this.#child.ref()
      this.#child.channel?.ref()
    } else {
      this.#child.unref()
      this.#child.channel?.unref()
    }
  }

  async end(): Promise<void> {
    this.#isEnded = true
    this.hold(true)
    this.#child.kill('SIGKILL')
    await this.#over
  }
}

export const nodeWorkers: Workers = {
  start: (program: string, kind: PlaceKind, events: WorkplaceEvents): Workplace =>
    kind === 'worker' ? new Thread(program, events) : new Child(program, events),
}
