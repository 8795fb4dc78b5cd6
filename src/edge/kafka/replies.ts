/**
 * Replies of one connection leave in the order of their requests, whenever they are ready; those that are ready
 * together leave in one write.
 */
import type { Slices } from '../../protocol/wire/slices'

/** The place of one reply in the line. */
export interface Place {
  /** The bytes to send; null for a request that gets no reply. Called once; `gone` as in Connection.write. */
  fill(reply: Slices | null, gone?: () => void): void
}

interface Slot {
  isFilled: boolean
  reply: Slices | null
  gone: (() => void) | undefined
}

/** Gathering stops here. */
const writeBytes = 256 * 1024

type Send = (buffers: readonly Uint8Array[], gone: (() => void) | undefined) => void

export class Replies {
  readonly #send: Send
  readonly #line: Slot[] = []
  #gathered: Uint8Array[] = []
  #gatheredBytes = 0
  #whenGone: (() => void)[] = []
  #isHeld = false
  #isScheduled = false
  #isOver = false

  constructor(send: Send) {
    this.#send = send
  }

  /** Requests that have no reply yet. */
  get waiting(): number {
    return this.#line.length
  }

  /** Bytes of replies that are ready and have not been handed on. */
  get heldBytes(): number {
    return this.#gatheredBytes
  }

  /** Whether every reply has been handed on. */
  get isDone(): boolean {
    return this.#line.length === 0 && this.#gathered.length === 0
  }

  place(): Place {
    const slot: Slot = { isFilled: false, reply: null, gone: undefined }
    this.#line.push(slot)
    return {
      fill: (reply, gone) => {
        if (this.#isOver) {
          gone?.()
          return
        }
        slot.isFilled = true
        slot.reply = reply
        slot.gone = gone
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

  /** The connection is over: nothing is sent any more, and everything waiting is gone. */
  end(): void {
    this.#isOver = true
    for (const { gone } of this.#line.splice(0)) gone?.()
    for (const gone of this.#whenGone.splice(0)) gone()
    this.#gathered = []
  }

  #advance(): void {
    while (this.#line[0]?.isFilled) {
      const { reply, gone } = this.#line.shift()!
      if (reply) {
        this.#gathered.push(...reply.buffers)
        this.#gatheredBytes += reply.sizeBytes
      }
      if (gone) this.#whenGone.push(gone)
    }
    // A write of this size gains nothing from being larger, and its peer may begin to read.
    if (this.#gatheredBytes >= writeBytes) return this.#flush()
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
    const whenGone = this.#whenGone
    this.#gathered = []
    this.#gatheredBytes = 0
    this.#whenGone = []
    const gone = () => {
      for (const run of whenGone) run()
    }
    this.#send(buffers, whenGone.length > 0 ? gone : undefined)
  }
}
