/** Platform parts of a simulated world, for code that needs no more of it than time. */
import type { CallConnection } from '../../src/call/call'
import type { Timers } from '../../src/platform/clock'
import type { World } from '../../src/platform/simulated/world'

export function timersOf(world: World): Timers {
  return {
    after: (delayMs, run) => world.schedule(delayMs, run),
    endOfTurn: run => void world.schedule(0, run),
  }
}

/** A connection that a test closes. */
export class FakeConnection implements CallConnection {
  readonly id: number
  readonly localHost = '127.0.0.1'
  readonly localPort = 9092
  readonly remoteHost = '127.0.0.1'
  readonly remotePort = 40_000
  clientSoftwareName = ''
  clientSoftwareVersion = ''
  isClosed = false
  readonly #timers: Timers
  readonly #wishes = new Set<() => void>()

  constructor(id: number, timers: Timers) {
    this.id = id
    this.#timers = timers
  }

  onClosed(run: () => void): () => void {
    if (this.isClosed) return this.#timers.after(0, run)
    this.#wishes.add(run)
    return () => this.#wishes.delete(run)
  }

  onEnding(run: () => void): () => void {
    return this.onClosed(run)
  }

  close(): void {
    this.isClosed = true
    for (const run of this.#wishes) run()
    this.#wishes.clear()
  }
}
