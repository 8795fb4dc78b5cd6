/**
 * Where short appends wait for the end of the turn, so that those to one file go there in one write. A write has a price
 * of its own, and the kernel takes many pages at once for less than one after the other.
 */
import { bufferPool } from '../../platform/buffer-pool'
import type { Timers } from '../../platform/clock'
import type { StorageFault } from '../fault'

/** Whoever has appends waiting. */
export interface Staged {
  /** Hands them to the system. Returns the fault that kept it from being done, which those who wait have been told. */
  writeOut(): StorageFault | null
}

/** What waits at most, over all logs of a store. */
const arenaBytes = 512 * 1024
/** Longer appends gain nothing by waiting. */
const waitingBytesMax = 128 * 1024

export class Stage {
  readonly #timers: Timers
  readonly #owners = new Set<Staged>()
  #arena: Buffer | null = null
  #usedBytes = 0

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Before an append of so many bytes: writes out what would be in its way. */
  makeRoom(sizeBytes: number, owner: Staged): void {
    if (sizeBytes > waitingBytesMax) owner.writeOut()
    else if (this.#usedBytes + sizeBytes > arenaBytes) this.writeOut()
  }

  /** A copy that lasts until the owner is told to write out; null for what had better be written at once. */
  copy(bytes: Buffer, owner: Staged): Buffer | null {
    if (bytes.length > waitingBytesMax) return null
    if (this.#owners.size === 0) this.#timers.endOfTurn(() => this.writeOut())
    this.#owners.add(owner)
    const arena = (this.#arena ??= bufferPool.take(arenaBytes))
    const at = this.#usedBytes
    this.#usedBytes += bytes.copy(arena, at)
    return arena.subarray(at, this.#usedBytes)
  }

  writeOut(): void {
    const owners = [...this.#owners]
    this.#owners.clear()
    for (const owner of owners) owner.writeOut()
    if (this.#arena) bufferPool.give(this.#arena)
    this.#arena = null
    this.#usedBytes = 0
  }
}
