/**
 * Where short appends wait for the end of the turn, so that those to one file go there in one write. A write has a price
 * of its own, and the kernel takes many pages at once for less than one after the other.
 */
import { bufferPool } from '../../platform/buffer-pool'
import type { Timers } from '../../platform/clock'
import type { StorageFault } from '../fault'
import type { Keep } from '../log'
import type { Piece } from './tail'

/** Whoever has appends waiting. */
export interface Staged {
  /** Hands what is staged to the system. Returns the fault that kept it from being done, which those who wait have been told. */
  writeStaged(): StorageFault | null
  /** The same for what a thread has been given. What cannot be done is left to the thread. */
  writeOut(): StorageFault | null
  /** A thread is writing to the file. */
  readonly isFlying: boolean
}

/** What waits at most, over all logs of a store. */
const arenaBytes = 512 * 1024
/** Longer appends gain nothing by waiting. */
const waitingBytesMax = 128 * 1024
/** What threads may have to write, over all logs of a store. Who brings more writes himself. */
const flyingBytesMax = 64 * 1024 * 1024

export class Stage {
  readonly #timers: Timers
  readonly #longWriteBytes: number
  readonly #owners = new Set<Staged>()
  #arena: Buffer | null = null
  #usedBytes = 0
  #flyingBytes = 0

  constructor(timers: Timers, longWriteBytes: number) {
    this.#timers = timers
    this.#longWriteBytes = longWriteBytes
  }

  /** Bytes that threads have not written. */
  get flyingBytes(): number {
    return this.#flyingBytes
  }

  /** Before an append of so many bytes: writes out what would be in its way. Throws StorageFault when that cannot be done. */
  makeRoom(sizeBytes: number, owner: Staged, keep: Keep | undefined): void {
    if (owner.isFlying && this.#flyingBytes + sizeBytes > flyingBytesMax) {
      const fault = owner.writeOut()
      if (fault && owner.isFlying) throw fault
    }
    if (sizeBytes > waitingBytesMax || this.#isLong(sizeBytes, keep)) owner.writeStaged()
    else if (this.#usedBytes + sizeBytes > arenaBytes) this.writeStaged()
  }

  /** For a thread to write; null for what had better be staged, or written at once. */
  piece(bytes: Buffer, owner: Staged, keep: Keep | undefined): Piece | null {
    const isLong = this.#isLong(bytes.length, keep)
    if (!owner.isFlying && !isLong) return null
    if (isLong) return this.#counted(bytes, keep!())
    // What comes after a long one must not overtake it.
    const own = bufferPool.take(bytes.length)
    bytes.copy(own)
    return this.#counted(own.subarray(0, bytes.length), () => bufferPool.give(own))
  }

  #isLong(sizeBytes: number, keep: Keep | undefined): boolean {
    return keep !== undefined && sizeBytes > this.#longWriteBytes && this.#flyingBytes + sizeBytes <= flyingBytesMax
  }

  #counted(bytes: Buffer, release: () => void): Piece {
    this.#flyingBytes += bytes.length
    return {
      bytes,
      release: () => {
        this.#flyingBytes -= bytes.length
        release()
      },
    }
  }

  /** A copy that lasts until the owner is told to write out; null for what had better be written at once. */
  copy(bytes: Buffer, owner: Staged): Buffer | null {
    if (bytes.length > waitingBytesMax) return null
    if (this.#owners.size === 0) this.#timers.endOfTurn(() => this.writeStaged())
    this.#owners.add(owner)
    const arena = (this.#arena ??= bufferPool.take(arenaBytes))
    const at = this.#usedBytes
    this.#usedBytes += bytes.copy(arena, at)
    return arena.subarray(at, this.#usedBytes)
  }

  writeStaged(): void {
    const owners = [...this.#owners]
    this.#owners.clear()
    for (const owner of owners) owner.writeStaged()
    if (this.#arena) bufferPool.give(this.#arena)
    this.#arena = null
    this.#usedBytes = 0
  }
}
