/** SaslHandshake (17): picks the SASL mechanism. Never flexible; v0 is followed by bare SASL tokens. */

import { array, defineApi, int16, string, type RequestOf, type ResponseDraft, type ResponseOf } from '../schema'

export const SaslHandshake = defineApi({
  key: 17,
  name: 'SaslHandshake',
  versions: '0-1',
  flexible: 'none',
  request: { mechanism: string() },
  response: { errorCode: int16(), mechanisms: array(string()) },
})

export interface SaslHandshakeRequest extends RequestOf<typeof SaslHandshake> {}
export interface SaslHandshakeResponse extends ResponseOf<typeof SaslHandshake> {}
export interface SaslHandshakeReply extends ResponseDraft<typeof SaslHandshake> {}
