/**
 * Large buffers used again and again: memory that is warm costs a copy, memory that is new costs the kernel a page fault
 * for every 4 KiB on top. Who takes a buffer may forget to give it back, which costs no more than it was before; who
 * gives one back must be sure that nobody looks at it any more.
 */
import { assert } from './assert'

/** Smaller ones are cheap to make. */
const smallestBytes = 32 * 1024
/** Larger ones are rare, and would pin too much. */
const largestBytes = 4 * 1024 * 1024

export class BufferPool {
  readonly #keptBytesMax: number
  readonly #kept = new Map<number, Buffer[]>()
  #keptBytes = 0

  constructor(keptBytesMax: number) {
    this.#keptBytesMax = keptBytesMax
  }

  /** Bytes that wait for being used again. */
  get keptBytes(): number {
    return this.#keptBytes
  }

  /** A buffer of at least `sizeBytes`, of any content. Its whole length may be used. */
  take(sizeBytes: number): Buffer {
    if (sizeBytes < smallestBytes) return Buffer.allocUnsafe(sizeBytes)
    if (sizeBytes > largestBytes) return Buffer.allocUnsafeSlow(sizeBytes)
    const classBytes = 2 ** Math.ceil(Math.log2(sizeBytes))
    const kept = this.#kept.get(classBytes)?.pop()
    if (!kept) return Buffer.allocUnsafeSlow(classBytes)
    this.#keptBytes -= classBytes
    return kept
  }

  /** Takes back what `take` gave, whole; a buffer of another making is left alone. */
  give(buffer: Buffer): void {
    const { length } = buffer
    if (length < smallestBytes || length > largestBytes || !Number.isInteger(Math.log2(length))) return
    if (this.#keptBytes + length > this.#keptBytesMax || buffer.buffer.byteLength !== length) return
    const kept = this.#kept.get(length) ?? []
    assert(!kept.includes(buffer), 'a buffer is given back once')
    kept.push(buffer)
    this.#kept.set(length, kept)
    this.#keptBytes += length
  }
}

/** A buffer of the pool in the hands of several, which goes back when the last of them lets go. */
export class Shared {
  readonly buffer: Buffer
  #holders = 1

  constructor(buffer: Buffer) {
    this.buffer = buffer
  }

  /** One more that looks at the buffer, until it calls what is returned, once. */
  hold(): () => void {
    assert(this.#holders > 0, "a buffer that was given back is nobody's")
    this.#holders += 1
    return () => this.release()
  }

  release(): void {
    this.#holders -= 1
    assert(this.#holders >= 0, 'a buffer is let go by those who held it')
    if (this.#holders === 0) bufferPool.give(this.buffer)
  }
}

/** One pool for a process: what one connection gave back, the next one takes while it is still warm. */
export const bufferPool = new BufferPool(32 * 1024 * 1024)
