/**
 * What is told of decisions about access, as by Kafka's authorizer: at info who was denied what he asked for, at debug the rest.
 * Lines about one principal are bounded, since whoever is denied may ask again and again.
 */
import { BoundedLines } from '../platform/bounded-lines'
import type { Clock } from '../platform/clock'
import type { LogFields, Logger } from '../platform/logger'

export interface AccessLogOptions {
  readonly logger: Logger
  readonly clock: Clock
  /** `odradek.access.log.denied.per.minute`: lines at info for each principal. */
  deniedPerMinute(): number
}

export interface Decided extends LogFields {
  /** Kind and name: `User:ann`. */
  readonly principal: string
  readonly operation: string
  readonly host: string
  /** As Kafka writes it: `Topic:LITERAL:orders`. */
  readonly resource: string
  readonly request: string | undefined
}

/** Names are the client's: longer ones are cut. */
const shownMax = 300

export class AccessLog {
  readonly #options: AccessLogOptions
  readonly #denials: BoundedLines

  constructor(options: AccessLogOptions) {
    const { logger, clock, deniedPerMinute } = options
    this.#options = options
    this.#denials = new BoundedLines({
      clock,
      perMinute: deniedPerMinute,
      untold: (principal, count) => logger.info('access-denied-untold', { principal, count }),
    })
  }

  /** Whether what is allowed is told as well. */
  get tellsAll(): boolean {
    return this.#options.logger.level === 'debug'
  }

  /** Whether a denial is told at all. */
  get tellsDenials(): boolean {
    const { level } = this.#options.logger
    return level === 'info' || level === 'debug'
  }

  allowed(what: Decided): void {
    this.#options.logger.debug('access-allowed', shown(what))
  }

  /** Nobody asked for it by its name: it is left out of what is shown. */
  leftOut(what: Decided): void {
    this.#options.logger.debug('access-denied', shown(what))
  }

  denied(what: Decided): void {
    if (this.#denials.tells(what.principal)) this.#options.logger.info('access-denied', shown(what))
  }
}

const shown = (what: Decided): Decided => ({ ...what, resource: what.resource.slice(0, shownMax) })
