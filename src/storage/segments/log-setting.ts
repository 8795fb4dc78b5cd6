/** What a log in files needs of the store it is in. */
import type { Clock, Timers } from '../../platform/clock'
import type { Files } from '../../platform/files'
import type { Logger } from '../../platform/logger'
import type { Random } from '../../platform/random'
import type { LogId } from '../log'
import type { Mark, Marks } from './marks'
import type { SegmentSetting } from './segment-setting'
import type { Stage } from './stage'

/** When an acknowledged append is on the disk: before it is acknowledged, or when the operating system writes it. */
export type FlushMode = 'group' | 'os'

export interface LogSetting extends SegmentSetting {
  readonly id: LogId
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly files: Files
  readonly logger: Logger
  readonly flush: FlushMode
  readonly marks: Marks
  readonly mark: Mark
  readonly stage: Stage
  /** The log has let go of its files. */
  readonly closed: () => void
}
