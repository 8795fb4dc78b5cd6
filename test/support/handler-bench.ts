/** Asks a handler as a client does: bytes of one version in, bytes of that version out, refusals shaped by the pipeline. */
import type { Broker } from '../../src/broker/broker'
import type { Call } from '../../src/call/call'
import type { Body, Handler } from '../../src/call/handler'
import { compose, guard } from '../../src/call/stage'
import type { Metadata } from '../../src/metadata/metadata'
import { silentLogger } from '../../src/platform/logger'
import { codecOf, decode, encode } from '../../src/protocol/codec'

/** A broker that has metadata and nothing else; `others` are the services a handler uses besides. */
export function brokerWith(metadata: Metadata, others: Partial<Broker> = {}): Broker {
  return {
    id: 1,
    logger: { ...silentLogger, level: 'info' },
    metadata,
    configs: metadata.configs,
    image: () => metadata.image,
    advertised: (_call: Call, id: number) => ({ host: 'broker', port: 9000 + id }),
    ...others,
  } as Broker
}

/** The reply to a request of a version, in which fields that are left out have their defaults. */
export async function ask(handler: Handler<Broker>, broker: Broker, version: number, request: Body): Promise<Body> {
  const call = { version, apiKey: handler.api.key } as Call
  const serve = compose(handler, broker, [
    guard((_handler, error) => {
      throw error
    }),
  ])
  const asked = codecOf(handler.api, 'request', version)
  const answered = codecOf(handler.api, 'response', version)
  return decode(answered, encode(answered, await serve(call, decode(asked, encode(asked, request)))))
}
