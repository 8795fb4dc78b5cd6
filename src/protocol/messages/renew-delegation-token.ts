/**
 * RenewDelegationToken (39): postpones the expiry of a delegation token (KIP-48).
 *
 * v2: flexible encoding.
 */

import { bytes, defineApi, int16, int32, int64, type RequestOf, type ResponseDraft, type ResponseOf } from '../schema'

export const RenewDelegationToken = defineApi({
  key: 39,
  name: 'RenewDelegationToken',
  versions: '0-2',
  flexible: '2+',
  request: { hmac: bytes(), renewPeriodMs: int64() },
  response: { errorCode: int16(), expiryTimestampMs: int64(), throttleTimeMs: int32() },
})

export interface RenewDelegationTokenRequest extends RequestOf<typeof RenewDelegationToken> {}
export interface RenewDelegationTokenResponse extends ResponseOf<typeof RenewDelegationToken> {}
export interface RenewDelegationTokenReply extends ResponseDraft<typeof RenewDelegationToken> {}
