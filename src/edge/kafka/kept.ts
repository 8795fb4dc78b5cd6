/** Frames of one connection that somebody looks at after their call was accepted, as a log that is still writing them. */
import type { Shared } from '../../platform/buffer-pool'
import type { Share } from './request-memory'

/** A connection is not read while it has so many: two of a megabyte keep a thread busy, and more would not stay warm. */
const keptBytesMax = 2 * 1024 * 1024

export interface Arrived {
  readonly frame: Buffer
  /** The buffer of the pool that it was gathered in. */
  readonly shared: Shared | null
  /** It is only lent, and others will use its buffer, unless it is shared. */
  readonly isLent: boolean
  /** What it has of the memory for long requests. */
  readonly share: Share | null
}

export class Kept {
  readonly #room: () => void
  #bytes = 0

  /** `room` is told when the connection may be read again. */
  constructor(room: () => void) {
    this.#room = room
  }

  get isFull(): boolean {
    return this.#bytes >= keptBytesMax
  }

  /** How a call keeps its frame: in the buffer that it shares, or for nothing in one of its own. */
  keeps({ frame, shared, isLent, share }: Arrived): (() => () => void) | undefined {
    if (isLent && !shared) return undefined
    return () => {
      const release = shared?.hold()
      const letGo = share?.hold()
      this.#bytes += frame.length
      return () => {
        release?.()
        letGo?.()
        const wasFull = this.isFull
        this.#bytes -= frame.length
        if (wasFull && !this.isFull) this.#room()
      }
    }
  }
}
