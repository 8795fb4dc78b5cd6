/** SaslAuthenticate (36) carries tokens, which are looked at before requests come here: whoever asks now is out of turn (KIP-152). */
import { errors } from '../../protocol/errors'
import { SaslAuthenticate } from '../../protocol/messages/sasl-authenticate'
import { defineHandler } from '../broker'

export const saslAuthenticate = defineHandler({
  api: SaslAuthenticate,
  serves: '0-2',
  access: 'open',

  handle: () => ({
    errorCode: errors.ILLEGAL_SASL_STATE.code,
    errorMessage: 'SaslAuthenticate request received after successful authentication',
    authBytes: Buffer.alloc(0),
  }),
})
