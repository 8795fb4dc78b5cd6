/** Who may ask for delegation tokens at all: they stand for somebody, so he has to have proved who he is, and by other means. */
import type { Call } from '../call/call'
import { errors, Refusal } from '../protocol/errors'
import type { DelegationTokens } from '../security/tokens'
import type { Broker } from './broker'

/** Throws Refusal. */
export function mustMayAskForTokens({ isAuthenticated, isByToken }: Call): void {
  if (!isAuthenticated || isByToken) throw new Refusal('DELEGATION_TOKEN_REQUEST_NOT_ALLOWED')
}

/** Throws Refusal where no tokens are made. */
export function tokensOf({ tokens }: Broker): DelegationTokens {
  if (!tokens) throw new Refusal('DELEGATION_TOKEN_AUTH_DISABLED')
  return tokens
}

/** The time without a meaning that Kafka tells of a token: its broker's when nothing was looked at, or its controller's. */
export const refusedExpiry = (errorCode: number) => ({
  errorCode,
  expiryTimestampMs: errorCode === errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code ? -1 : 0,
})
