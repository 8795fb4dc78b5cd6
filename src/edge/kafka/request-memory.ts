/**
 * What long requests may hold over all connections of a broker, from when they begin to arrive until their calls are
 * accepted: `queued.max.request.bytes`. As with Kafka's memory pool, a request is taken with all that it announced while
 * anything is left, so that whoever was let in can finish; others are not read until there is room again, in the order
 * in which they came. Short requests are never asked, so that a broker that is full of long ones still answers.
 */
import { BoundedLines } from '../../platform/bounded-lines'
import type { Clock } from '../../platform/clock'
import type { Logger } from '../../platform/logger'

/** What one read of the network may bring: less than that is not kept waiting. */
export const shortRequestBytes = 64 * 1024
/** For how long others wait for a request that does not arrive, where connections may be idle for ever. */
const patienceMs = 10 * 60 * 1000

export interface RequestMemoryOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** Infinity where there is no limit. */
  maxBytes(): number
}

/** One request's. It counts from when it is let in until the last who holds it lets go. */
export class Share {
  readonly sizeBytes: number
  sinceMs: number
  #holders = 1
  readonly #gone: (share: Share) => void

  constructor(sizeBytes: number, sinceMs: number, gone: (share: Share) => void) {
    this.sizeBytes = sizeBytes
    this.sinceMs = sinceMs
    this.#gone = gone
  }

  /** One more that needs the request's bytes, until it calls what is returned, once. */
  hold(): () => void {
    this.#holders++
    return () => this.release()
  }

  release(): void {
    if (--this.#holders === 0) this.#gone(this)
  }
}

export class RequestMemory {
  readonly #options: RequestMemoryOptions
  readonly #lines: BoundedLines
  /** With what is to run when there is room, in the order in which they came. */
  readonly #waiting = new Map<Share, () => void>()
  #heldBytes = 0

  constructor(options: RequestMemoryOptions) {
    this.#options = options
    const { clock, logger } = options
    const untold = (_: string, times: number) => logger.warn('requests-wait-untold', { times })
    this.#lines = new BoundedLines({ clock, perMinute: () => 1, untold })
  }

  /** What those who were let in announced. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** `admitted` runs later, where there is no room now: `isWaiting` says so. */
  share(sizeBytes: number, nowMs: number, admitted: () => void): Share {
    const share = new Share(sizeBytes, nowMs, gone => this.#gone(gone))
    if (this.#waiting.size === 0 && this.#hasRoom()) this.#heldBytes += sizeBytes
    else {
      this.#waiting.set(share, admitted)
      this.#tell()
    }
    return share
  }

  isWaiting(share: Share): boolean {
    return this.#waiting.has(share)
  }

  #hasRoom(): boolean {
    return this.#heldBytes < this.#options.maxBytes()
  }

  #gone(share: Share): void {
    if (this.#waiting.delete(share)) return
    this.#heldBytes -= share.sizeBytes
    for (const [next, admitted] of this.#waiting) {
      if (!this.#hasRoom()) return
      this.#waiting.delete(next)
      this.#heldBytes += next.sizeBytes
      admitted()
    }
  }

  #tell(): void {
    if (!this.#lines.tells('all')) return
    this.#options.logger.warn('requests-wait', {
      heldBytes: this.#heldBytes,
      waiting: this.#waiting.size,
      why: 'long requests that arrive hold as much as queued.max.request.bytes or odradek.request.bytes.max lets them',
    })
  }
}

/** The long requests of one connection that are not done. */
export class Intake {
  readonly #memory: RequestMemory
  readonly #clock: Clock
  readonly #admitted: () => void
  /** In order; the last one may still be arriving. */
  readonly #shares = new Set<Share>()
  #arriving: Share | null = null

  constructor(memory: RequestMemory, clock: Clock, admitted: () => void) {
    this.#memory = memory
    this.#clock = clock
    this.#admitted = admitted
  }

  /** Whether nothing more is to be read, since there is no room for what began to arrive. */
  get isWaiting(): boolean {
    return this.#arriving !== null && this.#memory.isWaiting(this.#arriving)
  }

  /** A request began that does not lie whole in what was read. False when it has to wait. */
  begins(sizeBytes: number): boolean {
    if (sizeBytes <= shortRequestBytes) return true
    const share = this.#memory.share(sizeBytes, this.#clock.monotonic(), () => {
      share.sinceMs = this.#clock.monotonic()
      this.#admitted()
    })
    this.#arriving = share
    this.#shares.add(share)
    return !this.isWaiting
  }

  /** The share of the request that is there now, if it needed one. */
  arrived(): Share | null {
    const share = this.#arriving
    this.#arriving = null
    return share
  }

  /** Who is done with a request may say so again. */
  done(share: Share | null): void {
    if (share && this.#shares.delete(share)) share.release()
  }

  /** Whether others have waited for one of its requests for longer than a connection may say nothing. */
  holdsUp(maxIdleMs: number): boolean {
    const [eldest] = this.#shares
    if (!eldest || this.#memory.waiting === 0 || this.#memory.isWaiting(eldest)) return false
    return this.#clock.monotonic() - eldest.sinceMs > (maxIdleMs < 0 ? patienceMs : maxIdleMs)
  }

  end(): void {
    this.#arriving = null
    for (const share of this.#shares) this.done(share)
  }
}
