/** What storage throws, told apart from bugs and from what a client asked wrongly. */

/** The disk or store failed. The partition goes offline; the data is left as it is. `cause` is what it said. */
export class StorageFault extends Error {
  override readonly name: string = 'StorageFault'
  /** Nothing is in doubt and the log is as it was: the same may work later, as when a disk was full. */
  readonly passes: boolean
  constructor(says: string, { cause, passes = false }: { cause?: unknown; passes?: boolean } = {}) {
    super(says, { cause })
    this.passes = passes
  }
}

/** Stored bytes are damaged in a place that a crash cannot explain. Never repaired silently. */
export class CorruptLog extends StorageFault {
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

export type DirectoryReason =
  | 'locked'
  | 'unusable'
  | 'other cluster'
  | 'other node'
  | 'unknown format'
  | 'not there'
  | 'no identity'
  | 'damaged identity'
  | 'foreign files'
  | 'lost metadata'
  | 'not migrated'
  | 'unreadable rules'

/** A data directory cannot be used as it is. Nothing in it was touched. */
export class DirectoryRefused extends Error {
  override readonly name = 'DirectoryRefused'
  readonly path: string
  readonly reason: DirectoryReason
  /** `cause` is what the file system said, if it is to blame. */
  constructor(path: string, reason: DirectoryReason, says: string, cause?: unknown) {
    super(`${path}: ${says}`, { cause })
    this.path = path
    this.reason = reason
  }
}
