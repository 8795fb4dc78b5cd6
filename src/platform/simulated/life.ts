/** One run of a process on a simulated machine: everything it set going stops mattering when it ends. */
import { assert } from '../assert'
import type { Timers } from '../clock'
import type { World } from './world'

export class Life {
  readonly world: World
  /** Connections that others opened to this process. */
  acceptedCount = 0
  #over = false
  #silent = false
  readonly #atEnd: (() => void)[] = []

  constructor(world: World) {
    this.world = world
  }

  get over(): boolean {
    return this.#over
  }

  /** Whether it ended without its system saying goodbye to anybody. */
  get silent(): boolean {
    return this.#silent
  }

  end(silent: boolean): void {
    this.#over = true
    this.#silent = silent
    for (const run of this.#atEnd.splice(0)) run()
  }

  /** Runs when the process is gone: what the operating system does with what it held. */
  atEnd(run: () => void): void {
    this.#atEnd.push(run)
  }

  /** Code of a process that is gone may still run to the end of its turn here; it must not touch the world any more. */
  check(): void {
    assert(!this.#over, 'a process that has ended does nothing')
  }

  /** Waits, and never ends if the process does before. */
  pause(delayMs: number): Promise<void> {
    return new Promise(resolve => this.timers.after(delayMs, resolve))
  }

  readonly timers: Timers = {
    after: (delayMs, run) => this.world.schedule(delayMs, () => this.#over || run()),
    endOfTurn: run => void this.world.schedule(0, () => this.#over || run()),
  }
}
