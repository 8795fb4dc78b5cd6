/** What readers of batches throw when bytes do not mean what their place says they should. */

export class CorruptRecord extends Error {
  override readonly name = 'CorruptRecord'
  /** The bytes may be sound, but become more than the caller allowed. */
  readonly tooLarge: boolean

  constructor(says: string, tooLarge = false) {
    super(says)
    this.tooLarge = tooLarge
  }
}

/** For a length or count that a peer wrote and that is not believed. */
export function corrupt(says: string): never {
  throw new CorruptRecord(says)
}

/** For compressed bytes that would become more than `maxBytes`. */
export function tooLarge(codec: string, maxBytes: number): never {
  throw new CorruptRecord(`${codec}: more than ${maxBytes} bytes when decompressed`, true)
}
