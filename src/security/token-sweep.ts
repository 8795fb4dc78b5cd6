/** Delegation tokens whose time is over are forgotten now and then. */
import type { Cancel, Timers } from '../platform/clock'
import type { Logger } from '../platform/logger'
import type { DelegationTokens } from './tokens'

export interface TokenSweepOptions {
  readonly tokens: Pick<DelegationTokens, 'sweep'>
  readonly timers: Timers
  readonly logger: Logger
  /** `delegation.token.expiry.check.interval.ms`. */
  readonly intervalMs: number
}

/** Begins the rounds; the result stops them and waits for the one under way. */
export function startTokenSweep({ tokens, timers, logger, intervalMs }: TokenSweepOptions): () => Promise<void> {
  let cancel: Cancel = () => {}
  let isStopped = false
  let running = Promise.resolve()
  const round = async () => {
    try {
      const count = await tokens.sweep()
      if (count > 0) logger.info('tokens-expired', { count })
    } catch (error) {
      logger.error('token-sweep-failed', { error: String(error) })
    }
    if (!isStopped) arm()
  }
  const arm = () => {
    cancel = timers.after(intervalMs, () => {
      running = round()
    })
  }
  arm()
  return async () => {
    isStopped = true
    cancel()
    await running
  }
}
