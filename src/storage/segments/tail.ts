/**
 * The end of a segment's file, where batches are written: at once, together with others when they are staged, or by a
 * thread. A thread has one write of a file at a time, and what is appended meanwhile makes up the next one, so nothing
 * overtakes. Who cannot wait for it writes the same bytes once more; the thread's own write then says nothing any more.
 */
import { Deferred } from '../../platform/collections'
import { isOfManyFiles } from '../../platform/open-files'
import type { StorageFault } from '../fault'
import type { Handle } from './handles'
import type { Health } from './health'

/** Bytes for a thread to write, and what to call when it is done with them. */
export interface Piece {
  readonly bytes: Buffer
  readonly release: () => void
}

/** Whoever hears what became of what a thread was given. */
export interface Sender {
  /** A write is on its way, up to this offset. */
  begun(end: number): void
  /** It is done. */
  landed(end: number): void
  /** The file is again what it was before the write, and what was to be written after it is gone as well. */
  failed(fault: StorageFault): void
}

/** A write that a thread does. */
interface Flight {
  readonly pieces: readonly Piece[]
  readonly sizeBytes: number
  /** Offset after the last of it. */
  readonly end: number
  readonly sender: Sender
}

export class Tail {
  readonly #log: Handle
  readonly #health: Health
  /** What a thread is writing, unless it has been written once more. */
  #flight: Flight | null = null
  /** What it will write next, up to this offset. */
  #next: Piece[] = []
  #nextEnd = 0
  /** All writes that a thread has not ended, those that count no more included. */
  #flying = 0
  #landing: Deferred<void> | null = null
  /** Pieces that the file does not have yet. */
  #staged: Buffer[] = []
  #bytes = 0
  #offset = 0

  constructor(log: Handle, health: Health) {
    this.#log = log
    this.#health = health
  }

  get isStaged(): boolean {
    return this.#staged.length > 0
  }

  /** A thread is writing, and what is appended has to wait for it. */
  get isFlying(): boolean {
    return this.#flight !== null
  }

  /** The file does not have everything. */
  get isBehind(): boolean {
    return this.isStaged || this.isFlying
  }

  /** Length of the file without what is not written. */
  get bytes(): number {
    return this.#bytes
  }

  /** First offset of what is not written. */
  get offset(): number {
    return this.#offset
  }

  /** `copy` lasts until it is written; `position` and `offset` are where it will be. */
  stage(copy: Buffer, position: number, offset: number): void {
    if (this.#staged.length === 0) {
      this.#bytes = position
      this.#offset = offset
    }
    join(this.#staged, copy)
  }

  /** Gives a piece to a thread; `position`, `offset` and `end` say where it will be. Nothing may be staged. */
  send(piece: Piece, position: number, offset: number, end: number, sender: Sender): void {
    this.#next.push(piece)
    this.#nextEnd = end
    if (this.#flight) return
    this.#bytes = position
    this.#offset = offset
    this.#begin(sender)
  }

  #begin(sender: Sender): void {
    const pieces = this.#next
    this.#next = []
    const buffers = pieces.map(({ bytes }) => bytes)
    const sizeBytes = buffers.reduce((sum, { length }) => sum + length, 0)
    const flight = { pieces, sizeBytes, end: this.#nextEnd, sender }
    this.#flight = flight
    this.#flying += 1
    sender.begun(flight.end)
    this.#log.write(buffers, this.#bytes).then(
      () => this.#landed(flight),
      error => this.#crashed(flight, error),
    )
  }

  #landed(flight: Flight): void {
    this.#over(flight)
    if (this.#flight !== flight) return
    this.#health.written()
    this.#flight = null
    this.#bytes += flight.sizeBytes
    this.#offset = flight.end
    flight.sender.landed(flight.end)
    if (this.#next.length > 0) this.#begin(flight.sender)
  }

  #crashed(flight: Flight, error: unknown): void {
    this.#over(flight)
    if (this.#flight !== flight) return
    this.#flight = null
    release(this.#next.splice(0))
    flight.sender.failed(this.#takeBack(this.#bytes, error))
  }

  #over({ pieces }: Flight): void {
    release(pieces)
    this.#flying -= 1
    if (this.#flying > 0) return
    this.#landing?.resolve()
    this.#landing = null
  }

  /** Resolves when no thread writes to the file any more. */
  async idle(): Promise<void> {
    while (this.#flying > 0) await (this.#landing ??= new Deferred<void>()).promise
  }

  /** Begins nothing more, and does not care what becomes of what is on its way. */
  stop(): void {
    this.#flight = null
    this.#staged = []
    release(this.#next.splice(0))
  }

  /** Writes what a thread has not. Throws StorageFault, and then it is still for the thread to do. */
  overtake(): void {
    const { pieces } = this.#flight!
    try {
      this.#log.file().writeSync(
        [...pieces, ...this.#next].map(({ bytes }) => bytes),
        this.#bytes,
      )
      this.#health.written()
    } catch (error) {
      throw this.#health.writeFailed(`write to ${this.#log.path}`, error)
    }
    this.#flight = null
    release(this.#next.splice(0))
  }

  /** Writes what is staged. Throws StorageFault, and then it is gone. */
  writeOut(): void {
    const staged = this.#staged
    this.#staged = []
    this.write(staged, this.#bytes)
  }

  /** Throws StorageFault, and then the file is again what it was. */
  write(buffers: readonly Buffer[], position: number): void {
    try {
      this.#log.file().writeSync(buffers, position)
      this.#health.written()
    } catch (error) {
      throw this.#takeBack(position, error)
    }
  }

  #takeBack(position: number, error: unknown): StorageFault {
    const fault = this.#health.writeFailed(`write to ${this.#log.path}`, error)
    // Only opening fails so: there was no write.
    if (isOfManyFiles(error)) return fault
    try {
      this.#log.file().truncateSync(position)
      return fault
    } catch (second) {
      return this.#health.fail(`cutting ${this.#log.path} after a failed write`, second)
    }
  }
}

function release(pieces: readonly Piece[]): void {
  for (const piece of pieces) piece.release()
}

/** One more piece: longer than the last by it, where the two stand side by side. */
function join(pieces: Buffer[], piece: Buffer): void {
  const last = pieces.at(-1)
  if (last && last.buffer === piece.buffer && last.byteOffset + last.length === piece.byteOffset) {
    pieces[pieces.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + piece.length)
  } else pieces.push(piece)
}
