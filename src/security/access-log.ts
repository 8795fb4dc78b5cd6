/**
 * What is told of decisions about access, as by Kafka's authorizer: at info who was denied what he asked for, at debug the rest.
 * Lines about one principal are bounded, since whoever is denied may ask again and again.
 */
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

interface Minute {
  readonly beganMs: number
  told: number
  untold: number
}

const minuteMs = 60_000
/** Principals whose lines are counted; those seen last stay. */
const rememberedMax = 1_000
/** Names are the client's: longer ones are cut. */
const shownMax = 300

export class AccessLog {
  readonly #options: AccessLogOptions
  readonly #minutes = new Map<string, Minute>()

  constructor(options: AccessLogOptions) {
    this.#options = options
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
    const { logger, deniedPerMinute } = this.#options
    const minute = this.#minuteOf(what.principal)
    if (minute.told >= deniedPerMinute()) {
      minute.untold++
      return
    }
    minute.told++
    logger.info('access-denied', shown(what))
  }

  #minuteOf(principal: string): Minute {
    const { clock, logger } = this.#options
    const nowMs = clock.monotonic()
    const known = this.#minutes.get(principal)
    const minute = known && nowMs - known.beganMs < minuteMs ? known : { beganMs: nowMs, told: 0, untold: 0 }
    if (known && known !== minute && known.untold > 0) {
      logger.info('access-denied-untold', { principal, count: known.untold })
    }
    this.#minutes.delete(principal)
    this.#minutes.set(principal, minute)
    if (this.#minutes.size > rememberedMax) this.#minutes.delete(this.#minutes.keys().next().value!)
    return minute
  }
}

const shown = (what: Decided): Decided => ({ ...what, resource: what.resource.slice(0, shownMax) })
