/** Calls that wait for a later decision: JoinGroup until the rebalance completes, SyncGroup until the leader has spoken. */

interface Waiting {
  refuse(error: unknown): void
}

/** The place of one waiting call. Whoever decides keeps it in the state; it is never written to a log. */
export class Seat<T> implements Waiting {
  readonly reply: Promise<T>
  readonly #leave: (seat: Waiting) => void
  #resolve!: (reply: T) => void
  #reject!: (error: unknown) => void

  constructor(leave: (seat: Waiting) => void) {
    this.#leave = leave
    this.reply = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // A decision may fail after it took a seat: then nobody listens, which is no error.
    this.reply.catch(() => undefined)
  }

  answer(reply: T): void {
    this.#leave(this)
    this.#resolve(reply)
  }

  refuse(error: unknown): void {
    this.#leave(this)
    this.#reject(error)
  }
}

/** All seats of a shard, so that nobody waits for a shard that has gone. */
export class Parking {
  readonly #taken = new Set<Waiting>()

  get count(): number {
    return this.#taken.size
  }

  take<T>(): Seat<T> {
    const seat = new Seat<T>(left => this.#taken.delete(left))
    this.#taken.add(seat)
    return seat
  }

  /** Refuses everybody who still waits. */
  evacuate(error: unknown): void {
    for (const seat of this.#taken) seat.refuse(error)
  }
}
