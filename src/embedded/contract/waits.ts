/** How tests say what they wait for. */
import type { OffsetSpec } from './commands'
import type { ReadAs } from './values'

/** Below the five seconds after which test runners give up, so that it is told what was missing. */
export const waitMsDefault = 4_500

export interface Wait {
  /** 4,500 by default. It passes where the broker runs: fake timers do not stop it. */
  readonly timeoutMs?: number
}

export interface ReadOptions {
  /** The start of each partition by default. */
  readonly from?: OffsetSpec
  readonly partition?: number
  readonly as?: ReadAs
}

export interface RecordsOptions extends ReadOptions {
  /** Where reading ends, in each partition: what is there is not read. All there is by default. */
  readonly to?: OffsetSpec
}

export interface GroupWait extends Wait {
  readonly state?: 'Stable' | 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Dead'
  readonly members?: number
  /** Topics of which the members must have been assigned partitions. */
  readonly assigned?: string | readonly string[]
  /** Whether everything there is must have been committed. */
  readonly caughtUp?: boolean
}
