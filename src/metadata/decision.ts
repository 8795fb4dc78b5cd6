/** What a decision about metadata is made of. Decisions look at the image and say what to write; they write nothing. */
import type { Random } from '../platform/random'
import { type ErrorName, errors } from '../protocol/errors'
import type { Configs } from './config/configs'
import type { LiveImage } from './live-image'
import type { Compare, StoreOperation } from './store/store'

export interface Decision<T> {
  readonly if: readonly Compare[]
  readonly do: readonly StoreOperation[]
  /** Said once the operations are durable and everybody has heard of them. */
  readonly reply: T
}

export interface DecisionContext {
  readonly image: LiveImage
  readonly configs: Configs
  readonly random: Random
}

/** What became of one entry of a request. */
export interface EntryOutcome {
  readonly errorCode: number
  /** Null where Kafka has nothing to say but the code. */
  readonly errorMessage: string | null
}

export const succeeded: EntryOutcome = { errorCode: errors.NONE.code, errorMessage: null }

export function failed(error: ErrorName, message: string | null = null): EntryOutcome {
  return { errorCode: errors[error].code, errorMessage: message }
}

/** The request is answered so when its time is up before it was looked at. */
export const timedOut = failed('REQUEST_TIMED_OUT')

/** A problem with one entry, from deep inside a decision on it. */
export class EntryFailure extends Error {
  override readonly name = 'EntryFailure'
  readonly outcome: EntryOutcome

  constructor(error: ErrorName, message: string | null = null) {
    super(message ?? error)
    this.outcome = failed(error, message)
  }
}

/** Is told how many partitions an entry changes; throws EntryFailure when they are too many for who asks (KIP-599). */
export type Charge = (partitions: number) => void

export const free: Charge = () => {}

/** Runs work on one entry; a failure of the entry is its outcome and nobody else's. */
export function entryOutcome<T>(work: () => T, whenFailed: (outcome: EntryOutcome) => T): T {
  try {
    return work()
  } catch (thrown) {
    if (thrown instanceof EntryFailure) return whenFailed(thrown.outcome)
    throw thrown
  }
}
