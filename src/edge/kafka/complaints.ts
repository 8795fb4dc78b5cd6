/** What the log says of clients that were sent away: why, within a bound for each address, since they come again and again. */
import { BoundedLines } from '../../platform/bounded-lines'
import type { Clock } from '../../platform/clock'
import type { Logger } from '../../platform/logger'
import type { Address } from '../../platform/network'

export interface ComplaintsOptions {
  readonly logger: Logger
  readonly clock: Clock
  /** `odradek.connection.log.closed.per.minute`. */
  perMinute(): number
}

type Complaint = 'connection-closed' | 'connection-refused' | 'authentication-failed'

export class Complaints {
  readonly #logger: Logger
  readonly #lines: BoundedLines

  constructor({ logger, clock, perMinute }: ComplaintsOptions) {
    this.#logger = logger
    this.#lines = new BoundedLines({
      clock,
      perMinute,
      untold: (host, count) => logger.warn('connections-untold', { host, count }),
    })
  }

  about({ host, port }: Address, event: Complaint, why: string): void {
    if (this.#lines.tells(host)) this.#logger.warn(event, { client: `${host}:${port}`, why })
  }
}
