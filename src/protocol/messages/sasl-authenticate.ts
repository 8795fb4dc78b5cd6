/**
 * SaslAuthenticate (36): carries the tokens of a SASL exchange (KIP-152).
 *
 * v1: tells sessionLifetimeMs; reauthentication (KIP-368).
 * v2: flexible encoding.
 */

import { bytes, defineApi, int16, int64, string, type RequestOf, type ResponseDraft, type ResponseOf } from '../schema'

export const SaslAuthenticate = defineApi({
  key: 36,
  name: 'SaslAuthenticate',
  versions: '0-2',
  flexible: '2+',
  request: { authBytes: bytes() },
  response: {
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    authBytes: bytes(),
    sessionLifetimeMs: int64({ versions: '1+', default: 0, ignorable: true }),
  },
})

export interface SaslAuthenticateRequest extends RequestOf<typeof SaslAuthenticate> {}
export interface SaslAuthenticateResponse extends ResponseOf<typeof SaslAuthenticate> {}
export interface SaslAuthenticateReply extends ResponseDraft<typeof SaslAuthenticate> {}
