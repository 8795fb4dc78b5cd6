/** What a segment is given, and what it gives when it is read. */
import type { LogConfig } from '../log'
import type { Handles } from './handles'
import type { Health } from './health'

/** What a segment needs of the log it is in. */
export interface SegmentSetting {
  readonly directory: string
  readonly handles: Handles
  readonly health: Health
  readonly config: () => LogConfig
  readonly nowMs: () => number
  /** Stands behind the names of files that do not count yet. */
  readonly suffix?: string
}

/** Lengths of the files, 0 for those that are not there. */
export interface SegmentSizes {
  readonly log: number
  readonly index: number
  readonly timeindex: number
  readonly txnindex: number
}

export const noSizes: SegmentSizes = { log: 0, index: 0, timeindex: 0, txnindex: 0 }

/** What was read, and the buffer of the pool that it lies in. */
export interface SegmentRead {
  readonly bytes: Buffer | null
  readonly owner: Buffer | null
  readonly more: boolean
}
