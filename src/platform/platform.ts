/** The only door to the world. Built in the node room (or by a test) and handed down by constructor. */
import type { Clock, Timers } from './clock'
import type { Files } from './files'
import type { Logger } from './logger'
import type { Network } from './network'
import type { Random } from './random'

export interface Platform {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly files: Files
  readonly network: Network
  readonly logger: Logger
  /** Whether the system has threads that compress and decompress; nothing happens beside what is seen in a simulated world. */
  readonly hasThreads: boolean
}
