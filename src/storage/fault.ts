/** What storage throws, told apart from bugs and from what a client asked wrongly. */

/** The disk or store failed. The partition goes offline; the data is left as it is. */
export class StorageFault extends Error {
  override readonly name = 'StorageFault'
}

/** Stored bytes are damaged in a place that a crash cannot explain. Never repaired silently. */
export class CorruptLog extends Error {
  override readonly name = 'CorruptLog'
  readonly path: string
  constructor(path: string, says: string) {
    super(`${path}: ${says}`)
    this.path = path
  }
}

/** An offset below the start or above the end of a log was asked for. */
export class OffsetOutOfRange extends Error {
  override readonly name = 'OffsetOutOfRange'
}
