/** Requests of which a function of the test is asked what becomes of them: see `faults.on`. Each waits for a bounded time. */
import type { Timers } from '../../platform/clock'
import type { Logger } from '../../platform/logger'
import { BrokerError } from '../contract/commands'
import type { Decision, Question, RequestFacts } from '../contract/question'

interface Open {
  readonly about: RequestFacts
  /** What is wrong with a decision; null when it can be carried out. */
  wrong(decision: Decision): string | null
  settle(decision: Decision): void
}

export class Questions {
  readonly #timers: Timers
  readonly #logger: Logger
  readonly #open = new Map<number, Open>()
  #ask: (question: Question) => void = () => {}
  #last = 0

  constructor(timers: Timers, logger: Logger) {
    this.#timers = timers
    this.#logger = logger
  }

  /** Who answers them, by `decide`. */
  hear(ask: (question: Question) => void): void {
    this.#ask = ask
  }

  /**
   * Resolves with what the function decides, or with `fail` when it has not by `timeoutMs`. `onGone` tells when nobody waits
   * for the answer any more: it is `drop` then.
   */
  async ask(
    question: Omit<Question, 'id'>,
    timeoutMs: number,
    wrong: Open['wrong'],
    onGone: (run: () => void) => () => void,
  ): Promise<Decision> {
    const id = ++this.#last
    const { about } = question
    let forget = (): void => {}
    const decided = new Promise<Decision>(resolve => {
      const cancel = this.#timers.after(timeoutMs, () => {
        const why = `the function of faults.on did not answer within ${timeoutMs} ms`
        this.#complain(about, why)
        resolve({ does: 'fail', why })
      })
      const stay = onGone(() => resolve({ does: 'drop' }))
      forget = () => {
        cancel()
        stay()
      }
      this.#open.set(id, { about, wrong, settle: resolve })
    })
    this.#ask({ ...question, id })
    try {
      return await decided
    } finally {
      forget()
      this.#open.delete(id)
    }
  }

  /** Throws BrokerError for what cannot be carried out; who waits is then refused. An answer that comes too late is for nobody. */
  decide(id: number, decision: Decision): void {
    const open = this.#open.get(id)
    if (!open) return
    const wrong = open.wrong(decision)
    if (wrong !== null) {
      this.#complain(open.about, wrong)
      open.settle({ does: 'fail', why: wrong })
      throw new BrokerError(wrong, 'INVALID_REQUEST')
    }
    if (decision.does === 'fail') this.#complain(open.about, decision.why)
    open.settle(decision)
  }

  #complain({ api, clientId }: RequestFacts, why: string): void {
    this.#logger.error('fault-function-failed', { api, client: clientId, why })
  }
}
