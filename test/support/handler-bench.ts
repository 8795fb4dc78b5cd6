/** Asks a handler as a client does: bytes of one version in, bytes of that version out, refusals shaped by the pipeline. */
import type { Broker } from '../../src/broker/broker'
import { ClientQuotas } from '../../src/broker/quotas/client-quotas'
import type { Call } from '../../src/call/call'
import type { Body, Handler } from '../../src/call/handler'
import { compose, guard } from '../../src/call/stage'
import type { Metadata } from '../../src/metadata/metadata'
import { silentLogger } from '../../src/platform/logger'
import { AccessControl } from '../../src/security/access-control'
import { codecOf, decode, encode } from '../../src/protocol/codec'

const noRules = { size: 0, get: () => undefined, entries: () => [] }
export const openToAll = new AccessControl(() => noRules, null)

/** A broker that has metadata and nothing else; `others` are the services a handler uses besides. */
export function brokerWith(metadata: Metadata, others: Partial<Broker> = {}): Broker {
  return {
    id: 1,
    logger: { ...silentLogger, level: 'info' },
    metadata,
    configs: metadata.configs,
    access: openToAll,
    image: () => metadata.image,
    advertised: (_call: Call, id: number) => ({ host: 'broker', port: 9000 + id }),
    quotas: quotasOf(metadata),
    partitions: { isOffline: () => false },
    ...others,
  } as unknown as Broker
}

const windows = { count: 11, windowMs: 1000 }

/** Quotas as they are set in the metadata, at a standstill of time. */
const quotasOf = (metadata: Metadata) =>
  new ClientQuotas({
    clock: { now: () => 0, monotonic: () => 0 },
    table: () => metadata.image.table('quota'),
    windows: () => ({ client: windows, controller: windows }),
  })

/** The reply to a request of a version, in which fields that are left out have their defaults. */
export async function ask(
  handler: Handler<Broker>,
  broker: Broker,
  version: number,
  request: Body,
  who: object = {},
): Promise<Body> {
  const asker = { principal: 'User:ANONYMOUS', clientId: 'client', throttle() {} }
  const call = { ...asker, ...who, version, apiKey: handler.api.key } as unknown as Call
  const serve = compose(handler, broker, [
    guard((_handler, error) => {
      throw error
    }),
  ])
  const asked = codecOf(handler.api, 'request', version)
  const answered = codecOf(handler.api, 'response', version)
  return decode(answered, encode(answered, await serve(call, decode(asked, encode(asked, request)))))
}
