/** SaslHandshake (17) begins authentication, which is done before requests come here: whoever asks now is out of turn (KIP-43). */
import { errors } from '../../protocol/errors'
import { SaslHandshake } from '../../protocol/messages/sasl-handshake'
import { defineHandler } from '../broker'

export const saslHandshake = defineHandler({
  api: SaslHandshake,
  serves: '0-1',
  access: 'open',

  handle: () => ({ errorCode: errors.ILLEGAL_SASL_STATE.code, mechanisms: [] }),
})
