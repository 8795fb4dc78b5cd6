/** What a listener that asks nobody who he is answers to those who want to tell. */
import { SaslAuthenticate } from '../../../src/protocol/messages/sasl-authenticate'
import { SaslHandshake } from '../../../src/protocol/messages/sasl-handshake'
import { eachVersion, type Scenario } from '../scenario'

export const saslScenarios: readonly Scenario[] = [
  eachVersion(SaslHandshake, 'sasl: handshake', async (subject, version) => {
    for (const mechanism of ['PLAIN', '']) await subject.ask(SaslHandshake, { mechanism }, version)
  }),
  eachVersion(SaslAuthenticate, 'sasl: token', async (subject, version) => {
    await subject.ask(SaslAuthenticate, { authBytes: Buffer.from('\0ann\0secret') }, version)
  }),
]
