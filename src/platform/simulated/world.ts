/**
 * A world in which time is a queue of events. The next event is taken, its time becomes the present, it runs, and all
 * promises it settled are followed to their ends; then comes the next. Nothing else happens, so one seed gives one story.
 *
 * Code under test must not wait for anything but the world's own promises: a wait for real input or output makes the
 * order of events depend on the machine.
 */
import { assert } from '../assert'
import type { Cancel, Clock } from '../clock'
import { Heap } from '../collections'
import { nodeTimers } from '../node/clock'
import { Dice, hashOf } from './dice'

interface Event {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
  cancelled: boolean
}

export interface WorldOptions {
  readonly seed: number
  /** What a wall clock shows at the beginning; 2026-01-01 by default. */
  readonly startMs?: number
}

export class World {
  readonly seed: number
  readonly clock: Clock
  #wallMs: number
  #nowMs = 0
  #order = 0
  #running = false
  #eventCount = 0
  #fingerprint = 0
  readonly #queue = new Heap<Event>((a, b) => a.atMs - b.atMs || a.order - b.order)

  constructor({ seed, startMs = Date.UTC(2026, 0, 1) }: WorldOptions) {
    this.seed = seed
    this.#wallMs = startMs
    this.clock = { now: () => Math.floor(this.#wallMs + this.#nowMs), monotonic: () => this.#nowMs }
  }

  /** Milliseconds since the world began. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** How many events have happened. */
  get eventCount(): number {
    return this.#eventCount
  }

  /** Depends on the time and order of every event so far: two runs of one seed that differ here are not one story. */
  get fingerprint(): number {
    return this.#fingerprint
  }

  /** Dice of their own for each name, so that a new throw in one place does not change what falls in another. */
  dice(name: string): Dice {
    return new Dice(`${this.seed}/${name}`)
  }

  /** Lets something happen `delayMs` from now, after all else that is due at that time already. */
  schedule(delayMs: number, run: () => void): Cancel {
    const event: Event = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run, cancelled: false }
    this.#queue.push(event)
    return () => {
      event.cancelled = true
    }
  }

  /** Moves what wall clocks show, as an administrator or a time server does; monotonic time takes no notice. */
  moveWallClock(byMs: number): void {
    this.#wallMs += byMs
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise(resolve => this.schedule(delayMs, resolve))
  }

  /** Runs everything due up to a time (in milliseconds since the world began), which then is the present. */
  async run(untilMs: number): Promise<void> {
    await this.#alone(async () => {
      while (this.#due(untilMs)) await this.#step()
    })
    this.#nowMs = Math.max(this.#nowMs, untilMs)
  }

  async runFor(ms: number): Promise<void> {
    await this.run(this.#nowMs + ms)
  }

  /**
   * Runs until the promise is settled, and gives or throws what it was settled with. Throws when that has not happened
   * within so much of the world's time, or when nothing is left that could make it happen.
   */
  async until<T>(promise: Promise<T>, withinMs = 600_000): Promise<T> {
    let settled = false
    const settle = (): void => {
      settled = true
    }
    promise.then(settle, settle)
    const lastMs = this.#nowMs + withinMs
    await this.#alone(async () => {
      await drained()
      while (!settled) {
        if (!this.#due(lastMs)) throw new Error(`seed ${this.seed}: not settled at ${this.#nowMs} ms and never will be`)
        await this.#step()
      }
    })
    return promise
  }

  #due(untilMs: number): boolean {
    while (this.#queue.peek()?.cancelled) this.#queue.pop()
    const next = this.#queue.peek()
    return next !== undefined && next.atMs <= untilMs
  }

  async #step(): Promise<void> {
    const event = this.#queue.pop()!
    assert(event.atMs >= this.#nowMs, 'time does not go back')
    this.#nowMs = event.atMs
    this.#eventCount += 1
    this.#fingerprint = hashOf(`${event.atMs}/${event.order}`, this.#fingerprint)
    event.run()
    await drained()
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    assert(!this.#running, 'a world is run from one place at a time')
    this.#running = true
    try {
      await drained()
      await work()
    } finally {
      this.#running = false
    }
  }
}

/** Resolves when every promise that can be followed without new events has been: Node does that before a new turn. */
function drained(): Promise<void> {
  return new Promise(resolve => nodeTimers.endOfTurn(resolve))
}
