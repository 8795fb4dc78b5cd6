/** What readers of batches throw when bytes do not mean what their place says they should. */

export class CorruptRecord extends Error {
  override readonly name = 'CorruptRecord'
}

/** For a length or count that a peer wrote and that is not believed. */
export function corrupt(says: string): never {
  throw new CorruptRecord(says)
}
