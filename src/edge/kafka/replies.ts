/**
 * Replies of one connection leave in the order of their requests, whenever they are ready; those that are ready
 * together leave in one write.
 */
import type { Slices } from '../../protocol/wire/slices'

/** The place of one reply in the line. */
export interface Place {
  /** The bytes to send; null for a request that gets no reply. Called once. */
  fill(reply: Slices | null): void
}

interface Slot {
  isFilled: boolean
  reply: Slices | null
}

export class Replies {
  readonly #send: (buffers: readonly Uint8Array[]) => void
  readonly #line: Slot[] = []
  #gathered: Uint8Array[] = []
  #isHeld = false
  #isScheduled = false

  constructor(send: (buffers: readonly Uint8Array[]) => void) {
    this.#send = send
  }

  /** Requests that have no reply yet. */
  get waiting(): number {
    return this.#line.length
  }

  /** Whether every reply has been handed on. */
  get isDone(): boolean {
    return this.#line.length === 0 && this.#gathered.length === 0
  }

  place(): Place {
    const slot: Slot = { isFilled: false, reply: null }
    this.#line.push(slot)
    return {
      fill: reply => {
        slot.isFilled = true
        slot.reply = reply
        this.#advance()
      },
    }
  }

  /** Holds back what is ready while `work` runs, so that it leaves together. */
  together(work: () => void): void {
    this.#isHeld = true
    try {
      work()
    } finally {
      this.#isHeld = false
      this.#flush()
    }
  }

  #advance(): void {
    while (this.#line[0]?.isFilled) {
      const { reply } = this.#line.shift()!
      if (reply) this.#gathered.push(...reply.buffers)
    }
    if (this.#isHeld || this.#isScheduled || this.#gathered.length === 0) return
    // Others may become ready in the same turn, as when one flush to disk serves many.
    this.#isScheduled = true
    void Promise.resolve().then(() => {
      this.#isScheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#gathered.length === 0) return
    const buffers = this.#gathered
    this.#gathered = []
    this.#send(buffers)
  }
}
