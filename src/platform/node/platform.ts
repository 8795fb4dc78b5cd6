/** The world as Node shows it: what a broker on a machine runs on. */
import type { Logger } from '../logger'
import type { Platform } from '../platform'
import { nodeClock, nodeTimers } from './clock'
import { nodeFiles } from './files'
import { stderrLogger } from './logger'
import { nodeNetwork } from './network'
import { nodeRandom } from './random'

export interface NodePlatformOptions {
  /** Where log lines go; by default lines of level `info` and above go to standard error. */
  readonly logger?: Logger
}

export function nodePlatform(options: NodePlatformOptions = {}): Platform {
  return {
    clock: nodeClock,
    timers: nodeTimers,
    random: nodeRandom,
    files: nodeFiles,
    network: nodeNetwork,
    logger: options.logger ?? stderrLogger('info'),
    hasThreads: true,
  }
}
