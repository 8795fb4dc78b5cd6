/** The end of a segment's file, where batches are written: at once, or together with others when they are staged. */
import type { Handle } from './handles'
import type { Health } from './health'

export class Tail {
  readonly #log: Handle
  readonly #health: Health
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

  /** Length of the file without what is staged. */
  get bytes(): number {
    return this.#bytes
  }

  /** First offset of what is staged. */
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

  #takeBack(position: number, error: unknown): Error {
    const fault = this.#health.writeFailed(`write to ${this.#log.path}`, error)
    try {
      this.#log.file().truncateSync(position)
      return fault
    } catch (second) {
      return this.#health.fail(`cutting ${this.#log.path} after a failed write`, second)
    }
  }
}

/** One more piece: longer than the last by it, where the two stand side by side. */
function join(pieces: Buffer[], piece: Buffer): void {
  const last = pieces.at(-1)
  if (last && last.buffer === piece.buffer && last.byteOffset + last.length === piece.byteOffset) {
    pieces[pieces.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + piece.length)
  } else pieces.push(piece)
}
