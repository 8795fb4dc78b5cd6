/** Does something survive the standard failures? Each is tried with a cluster of its own, one after the other. */
import type { Clock } from '../../platform/clock'
import type { Failure } from './failures'
import { junitXml } from './junit'

/** `unmet` is a failure that never happened: nothing was asked that it could have befallen. */
export type Outcome = 'survived' | 'failed' | 'unmet'

export interface Verdict {
  readonly failure: Failure
  readonly outcome: Outcome
  readonly durationMs: number
  /** Why it failed; null when it did not. */
  readonly message: string | null
}

export interface Trial {
  /** How many requests its faults have befallen. */
  readonly hits: number
  readonly message: string | null
}

/** What all the rest is compared to: the same without a failure. */
export const noFailure: Failure = { name: 'none', about: 'network', says: 'Nothing goes wrong.', faults: [] }

/** Who does that survives whatever goes wrong with a broker, and nothing is shown by it. */
export const askedNothing = 'it never asked the broker for anything'

export class MatrixReport {
  readonly verdicts: readonly Verdict[]

  constructor(verdicts: readonly Verdict[]) {
    this.verdicts = verdicts
  }

  /** Whether nothing failed. What was unmet says nothing. */
  get ok(): boolean {
    return this.failed.length === 0
  }

  get failed(): readonly Verdict[] {
    return this.#of('failed')
  }

  get survived(): readonly Verdict[] {
    return this.#of('survived')
  }

  get unmet(): readonly Verdict[] {
    return this.#of('unmet')
  }

  /** A line for each failure, and how many of each there were. */
  toString(): string {
    return [...this.verdicts.map(verdictLine), this.summary()].join('\n')
  }

  summary(): string {
    return `${this.survived.length} survived, ${this.failed.length} failed, ${this.unmet.length} unmet`
  }

  /** For build servers: what was unmet counts as skipped. */
  junit(): string {
    const cases = this.verdicts.map(({ failure, outcome, durationMs, message }) => ({
      suite: failure.about,
      name: failure.name,
      durationMs,
      failed: outcome === 'failed' ? `${failure.says}\n${message}` : null,
      skipped: outcome === 'unmet' ? 'nothing was asked that it could have befallen' : null,
    }))
    return junitXml('odradek failures', cases)
  }

  #of(outcome: Outcome): readonly Verdict[] {
    return this.verdicts.filter(one => one.outcome === outcome)
  }
}

const words: { readonly [O in Outcome]: string } = { survived: 'ok   ', failed: 'FAIL ', unmet: 'unmet' }

export function verdictLine({ failure, outcome, durationMs, message }: Verdict): string {
  const why = outcome === 'failed' ? `: ${message!.split('\n')[0]}` : ''
  return `${words[outcome]} ${failure.name} (${Math.round(durationMs)} ms)${why}`
}

/**
 * Tries all of them, and first without any: null when not even that is survived, and `told` has heard why. `trial` does not
 * reject.
 */
export async function tryFailures(
  failures: readonly Failure[],
  { monotonic }: Clock,
  trial: (failure: Failure) => Promise<Trial>,
  told: (verdict: Verdict) => void,
): Promise<MatrixReport | null> {
  const verdicts: Verdict[] = []
  for (const failure of [noFailure, ...failures]) {
    const beganMs = monotonic()
    const { hits, message } = await trial(failure)
    const met = hits > 0 || failure === noFailure
    const outcome = message !== null ? 'failed' : met ? 'survived' : 'unmet'
    const verdict: Verdict = { failure, outcome, durationMs: monotonic() - beganMs, message }
    told(verdict)
    if (failure !== noFailure) verdicts.push(verdict)
    else if (message !== null) return null
  }
  return new MatrixReport(verdicts)
}
