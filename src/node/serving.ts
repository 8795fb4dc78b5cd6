/** What a Kafka server needs of the broker behind it, which may be another one at every request. */
import { Complaints } from '../edge/kafka/complaints'
import { Crowd } from '../edge/kafka/crowd'
import { RequestMemory } from '../edge/kafka/request-memory'
import type { SaslOptions } from '../edge/kafka/sasl-gate'
import type { ServerOptions } from '../edge/kafka/server'
import { scramId, scramMechanisms, scramSecret } from '../metadata/users/scram'
import type { Platform } from '../platform/platform'
import { inventedScram } from '../security/sasl/invented'
import { PlainExchange } from '../security/sasl/plain'
import { ScramExchange } from '../security/sasl/scram'
import type { ListenerConfig, NodeConfig } from './config/config'
import type { SaslConfig } from './config/sasl'
import { connectionRateOf } from '../broker/quotas/quota-limits'
import type { ServedBroker } from './brokers'
import { overriddenCount, ownCount, quotaWindowsOf } from './limits'

/** One for each listener of the config, in their order. `clientTime` passes for clients where that of the platform is moved. */
export function servingsOf(
  platform: Platform,
  { listeners }: NodeConfig,
  served: () => ServedBroker,
  clientTime: ServerOptions['clientTime'] = platform,
): readonly ServerOptions[] {
  const shared = {
    clientTime,
    crowd: crowdOf(served),
    complaints: complaintsOf(platform, served),
    memory: memoryOf(platform, served),
  }
  return listeners.map(listener => servingOf(platform, listener, shared, served))
}

function crowdOf(served: () => ServedBroker): Crowd {
  const configs = () => served().broker.configs.broker()
  return new Crowd({
    maxConnections: () => configs().maxConnections,
    maxConnectionsOf: address => {
      const { maxConnectionsPerIp, maxConnectionsPerIpOverrides } = configs()
      return overriddenCount(maxConnectionsPerIpOverrides, address) ?? maxConnectionsPerIp
    },
    creationRate: () => configs().maxConnectionCreationRate,
    creationRateOf: address => connectionRateOf(served().broker.image().table('quota'), address),
    windows: () => quotaWindowsOf(configs()).client,
  })
}

/** Ours is only for brokers to which nobody gave that of Kafka. */
const memoryOf = ({ logger, clock }: Platform, served: () => ServedBroker): RequestMemory =>
  new RequestMemory({
    logger,
    clock,
    maxBytes: () => {
      const { queuedMaxRequestBytes, odradekRequestBytesMax } = served().broker.configs.broker()
      const maxBytes = [queuedMaxRequestBytes, odradekRequestBytesMax].find(bytes => bytes > 0)
      return maxBytes ?? Infinity
    },
  })

/** Lines of an address are counted together, by whichever listener it comes. */
const complaintsOf = ({ logger, clock }: Platform, served: () => ServedBroker): Complaints =>
  new Complaints({
    logger,
    clock,
    perMinute: () => served().broker.configs.broker().odradekConnectionLogClosedPerMinute,
  })

function servingOf(
  platform: Platform,
  { name, sasl }: ListenerConfig,
  shared: Pick<ServerOptions, 'crowd' | 'complaints' | 'clientTime' | 'memory'>,
  served: () => ServedBroker,
): ServerOptions {
  const { clock, timers, logger } = platform
  const configs = () => served().broker.configs.broker()
  const own = (key: string) => ownCount(served().broker.configs, name, key)
  return {
    clock,
    timers,
    logger,
    listener: name,
    get routes() {
      return served().routes
    },
    get maxFrameBytes() {
      return configs().socketRequestMaxBytes
    },
    sasl: sasl && saslOptions(platform, name, sasl, served),
    ...shared,
    maxOfListener: () => own('max.connections') ?? configs().maxConnections,
    rateOfListener: () => own('max.connection.creation.rate') ?? configs().maxConnectionCreationRate,
    maxIdleMs: () => configs().connectionsMaxIdleMs,
  }
}

const nonceBytes = 18

function secretsOf({ broker }: ServedBroker) {
  const image = broker.image()
  const secret = Buffer.from(image.table('secret').get(scramSecret)?.bytes ?? '', 'base64')
  return { secret, users: image.table('scram') }
}

function saslOptions(
  { random }: Platform,
  listener: string,
  sasl: SaslConfig,
  served: () => ServedBroker,
): SaslOptions {
  const configs = () => served().broker.configs.broker()
  const maxKey = 'sasl.server.max.receive.size'
  return {
    mechanisms: sasl.mechanisms,
    begin(name) {
      const mechanism = scramMechanisms.find(scram => scram.name === name)
      if (!mechanism) return new PlainExchange(sasl.plainUsers)
      return new ScramExchange({
        mechanism,
        credential: user => served().broker.image().table('scram').get(scramId(mechanism, user)),
        token: id => served().broker.tokens?.login(mechanism, id),
        nonce: random.bytes(nonceBytes).toString('base64url'),
        invented: (name, isByToken) => inventedScram({ mechanism, ...secretsOf(served()) }, name, isByToken),
      })
    },
    maxReauthMs: name => sasl.maxReauthMs.get(name) ?? 0,
    maxReceiveBytes: () => ownCount(served().broker.configs, listener, maxKey) ?? configs().saslServerMaxReceiveSize,
    failureDelayMs: () => configs().connectionFailedAuthenticationDelayMs,
  }
}
