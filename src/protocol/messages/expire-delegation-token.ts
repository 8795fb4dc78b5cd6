/**
 * ExpireDelegationToken (40): ends a delegation token (KIP-48).
 *
 * v2: flexible encoding.
 */

import { bytes, defineApi, int16, int32, int64, type RequestOf, type ResponseDraft, type ResponseOf } from '../schema'

export const ExpireDelegationToken = defineApi({
  key: 40,
  name: 'ExpireDelegationToken',
  versions: '0-2',
  flexible: '2+',
  request: { hmac: bytes(), expiryTimePeriodMs: int64() },
  response: { errorCode: int16(), expiryTimestampMs: int64(), throttleTimeMs: int32() },
})

export interface ExpireDelegationTokenRequest extends RequestOf<typeof ExpireDelegationToken> {}
export interface ExpireDelegationTokenResponse extends ResponseOf<typeof ExpireDelegationToken> {}
export interface ExpireDelegationTokenReply extends ResponseDraft<typeof ExpireDelegationToken> {}
