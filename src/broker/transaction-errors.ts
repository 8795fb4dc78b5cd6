/** Errors that came with later versions, told to older clients by the names that these know (KIP-588, KIP-890). */
import { errors, Refusal, type ErrorName } from '../protocol/errors'

interface Since {
  /** First version that knows PRODUCER_FENCED. */
  readonly fenced: number
  /** First version that knows TRANSACTION_ABORTABLE. */
  readonly abortable: number
}

export function errorFor(error: ErrorName, version: number, { fenced, abortable }: Since): ErrorName {
  if (error === 'PRODUCER_FENCED' && version < fenced) return 'INVALID_PRODUCER_EPOCH'
  return error === 'TRANSACTION_ABORTABLE' && version < abortable ? 'INVALID_TXN_STATE' : error
}

/** The error code for what was thrown. Throws again what is no Refusal. */
export function codeFor(error: unknown, version: number, since: Since): number {
  if (!(error instanceof Refusal)) throw error
  return errors[errorFor(error.error, version, since)].code
}
